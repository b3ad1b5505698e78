/* Recurrences: one body (groups of blocks x steps x panels x k x gates), an epilogue per cell.
 *
 * A panel holds the weights of VL units of one block (sub VL where there is one gate) as
 * [k][gates or sub][VL], so that one pass over k leaves all gates of these units in registers and
 * the epilogue finishes the cell there. Blocks of at most VL / 2 units stand `abreast` in one
 * panel, whose lanes then each take the h of their own block. A `part` is what runs over all steps
 * on its own: a block, or the blocks of such a panel. The parts of a group, as many as fit the
 * first-level cache, run over all steps before the next group; h of the step before is the y row
 * before. Threads share the panels of a dense matrix and wait for each other after every step, or
 * share parts and never wait. Every sum is one chain from the input part over k, whatever the order
 * of panels. */

typedef enum {
  CK_ELMAN,
  CK_LSTM,
  CK_GRU_AFTER,
  CK_GRU_RESET, /* reset before, first half: z and r h from the gates r z */
  CK_GRU_NEW    /* second half: n from r h, and the update */
} ck_phase;

typedef struct {
  int steps, turn, thread, threads;
  const ck_team *team;
  int units, blocks, abreast, xp_stride, y_stride;
  int activation, update; /* of Elman; of the GRU */
  float parameter;
  const float *u, *u_n, *xp, *bias_n;
  float *h, *c, *rh, *z, *y;
} K(recurrence);

/* One step as a phase sees it: rows of that step, and a share of the panels of some blocks. */
typedef struct {
  const float *xp, *before; /* before: h of the step before */
  float *y;
  int64_t first, end; /* panels, counted over all parts */
  int backwards;
} K(pass);

/* Where a panel stands: its first unit, and how many units it has. */
typedef struct {
  int64_t unit, start; /* start: of its part */
  int units;
  const float *u;
} K(place);

/* Sizes of a recurrence: of a block, and of what stands abreast. */
typedef struct {
  int m, part; /* units */
  int64_t parts;
} K(sizes);

INLINE K(sizes) K(sizes_of)(const K(recurrence) * r) {
  K(sizes) s;
  s.m = r->units / r->blocks;
  s.part = s.m * r->abreast;
  s.parts = ((int64_t)r->blocks + r->abreast - 1) / r->abreast;
  return s;
}

INLINE int K(vectors)(ck_phase phase, int sub) {
  return phase == CK_LSTM ? 4 : phase == CK_GRU_AFTER ? 3 : phase == CK_GRU_RESET ? 2 : sub;
}
INLINE int K(height)(ck_phase phase, int sub) {
  return phase == CK_ELMAN || phase == CK_GRU_NEW ? sub * VL : VL;
}
INLINE int64_t K(panel_count)(ck_phase phase, int sub, int m) {
  return ((int64_t)m + K(height)(phase, sub) - 1) / K(height)(phase, sub);
}

INLINE K(place) K(place_of)(const K(recurrence) * r, ck_phase phase, int sub, int64_t panel) {
  const K(sizes) sizes = K(sizes_of)(r);
  const int height = K(height)(phase, sub);
  const int64_t panels = K(panel_count)(phase, sub, sizes.part);
  const int64_t row = panel % panels * height;
  const float *u = phase == CK_GRU_NEW ? r->u_n : r->u;
  K(place) p;
  p.start = panel / panels * sizes.part;
  p.unit = p.start + row;
  p.units = ck_lanes(sizes.part, row, height);
  if (r->abreast > 1) p.units = ck_lanes(r->units, p.unit, p.units); /* the last may have fewer */
  p.u = u + panel * sizes.m * K(vectors)(phase, sub) * VL;
  return p;
}

/* ---- Sums ---- */

/* The first `lanes` elements from p on, as `count` vectors. */
INLINE K(sums) K(load_sums)(int count, const float *p, int lanes) {
  const vec zero = v_set(0);
  K(sums) s = {v_load_n(p, ck_lanes(lanes, 0, VL)), zero, zero, zero};
  if (count > 1) s.a1 = v_load_n(p + VL, ck_lanes(lanes, VL, VL));
  if (count > 2) s.a2 = v_load_n(p + 2 * VL, ck_lanes(lanes, 2 * VL, VL));
  if (count > 3) s.a3 = v_load_n(p + 3 * VL, ck_lanes(lanes, 3 * VL, VL));
  return s;
}

/* What the sums of a panel start from: the input part, but the bias for n of reset after. */
INLINE K(sums) K(start)(const K(recurrence) * r, const K(pass) * pass, ck_phase phase, int sub,
                        const K(place) * p) {
  const int64_t units = r->units;
  const float *xp = pass->xp + p->unit;
  if (phase == CK_ELMAN) return K(load_sums)(sub, xp, p->units);
  if (phase == CK_GRU_NEW) return K(load_sums)(sub, xp + 2 * units, p->units);
  const vec zero = v_set(0);
  K(sums) s = {v_load_n(xp, p->units), v_load_n(xp + units, p->units), zero, zero};
  if (phase == CK_GRU_AFTER) s.a2 = v_load_n(r->bias_n + p->unit, p->units);
  if (phase == CK_LSTM) {
    s.a2 = v_load_n(xp + 2 * units, p->units);
    s.a3 = v_load_n(xp + 3 * units, p->units);
  }
  return s;
}

/* s += sum over k of u[k] h[k] for one panel, or (pair) for two at once, which hides the latency of
 * the multiply-adds. */
INLINE void K(accumulate)(int vectors, int pair, int m, const float *u, const float *h, K(sums) * s,
                          const float *u2, const float *h2, K(sums) * s2) {
  K(sums) a = *s, b = *s2;
  ROLLED for (int k = 0; k < m; k++, u += vectors * VL, u2 += vectors * VL) {
    const vec x = v_set(h[k]), x2 = pair ? v_set(h2[k]) : x;
    a.a0 = v_fma(v_load(u), x, a.a0);
    if (vectors > 1) a.a1 = v_fma(v_load(u + VL), x, a.a1);
    if (vectors > 2) a.a2 = v_fma(v_load(u + 2 * VL), x, a.a2);
    if (vectors > 3) a.a3 = v_fma(v_load(u + 3 * VL), x, a.a3);
    if (pair) b.a0 = v_fma(v_load(u2), x2, b.a0);
    if (pair && vectors > 1) b.a1 = v_fma(v_load(u2 + VL), x2, b.a1);
    if (pair && vectors > 2) b.a2 = v_fma(v_load(u2 + 2 * VL), x2, b.a2);
    if (pair && vectors > 3) b.a3 = v_fma(v_load(u2 + 3 * VL), x2, b.a3);
  }
  *s = a;
  *s2 = b;
}

/* The same for a panel of blocks abreast: lane l takes h[first[l] + k] of the panel's part. */
INLINE void K(accumulate_abreast)(int vectors, int m, vint first, const float *u, vec h,
                                  K(sums) * s) {
  K(sums) a = *s;
  ROLLED for (int k = 0; k < m; k++, u += vectors * VL) {
    const vec x = v_permute(h, i_add(first, i_set(k)));
    a.a0 = v_fma(v_load(u), x, a.a0);
    if (vectors > 1) a.a1 = v_fma(v_load(u + VL), x, a.a1);
    if (vectors > 2) a.a2 = v_fma(v_load(u + 2 * VL), x, a.a2);
    if (vectors > 3) a.a3 = v_fma(v_load(u + 3 * VL), x, a.a3);
  }
  *s = a;
}

/* ---- Epilogues ---- */

/* One vector of the phases that have one gate; `offset` from the panel's first unit. */
INLINE void K(finish_side)(const K(recurrence) * r, const K(pass) * pass, ck_phase phase,
                           const K(place) * p, int offset, vec sum) {
  const int lanes = ck_lanes(p->units, offset, VL);
  const int64_t unit = p->unit + offset;
  if (phase == CK_ELMAN)
    v_store_n(pass->y + unit, K(apply)(r->activation, sum, r->parameter), lanes);
  else
    K(finish_gru_new)(r->update, sum, r->z + unit, pass->before + unit, pass->y + unit, lanes);
}

INLINE void K(finish)(const K(recurrence) * r, const K(pass) * pass, ck_phase phase, int sub,
                      const K(place) * p, K(sums) s) {
  const float *before = pass->before + p->unit;
  float *y = pass->y + p->unit;
  switch (phase) {
  case CK_LSTM:
    K(finish_lstm)(s, r->c + p->unit, y, p->units);
    break;
  case CK_GRU_AFTER: {
    const vec xn = v_load_n(pass->xp + 2 * (int64_t)r->units + p->unit, p->units);
    K(finish_gru_after)(r->update, s, xn, v_load_n(before, p->units), y, p->units);
    break;
  }
  case CK_GRU_RESET:
    K(finish_gru_reset)(s, v_load_n(before, p->units), r->rh + p->unit, r->z + p->unit, p->units);
    break;
  case CK_ELMAN:
  case CK_GRU_NEW:
    K(finish_side)(r, pass, phase, p, 0, s.a0);
    if (sub > 1) K(finish_side)(r, pass, phase, p, VL, s.a1);
    if (sub > 2) K(finish_side)(r, pass, phase, p, 2 * VL, s.a2);
    if (sub > 3) K(finish_side)(r, pass, phase, p, 3 * VL, s.a3);
    break;
  }
}

/* ---- Loops ---- */

INLINE void K(panels)(const K(recurrence) * r, const K(pass) * pass, ck_phase phase, int sub,
                      int pair, int64_t panel) {
  const int m = r->units / r->blocks, vectors = K(vectors)(phase, sub);
  const float *h = phase == CK_GRU_NEW ? r->rh : pass->before;
  const K(place) p = K(place_of)(r, phase, sub, panel);
  const K(place) q = pair ? K(place_of)(r, phase, sub, panel + 1) : p;
  K(sums) s = K(start)(r, pass, phase, sub, &p);
  K(sums) s2 = pair ? K(start)(r, pass, phase, sub, &q) : s;
  K(accumulate)(vectors, pair, m, p.u, h + p.start, &s, q.u, h + q.start, &s2);
  K(finish)(r, pass, phase, sub, &p, s);
  if (pair) K(finish)(r, pass, phase, sub, &q, s2);
}

/* One phase of one step over blocks abreast: panels are independent, short, and overlap in the
 * processor by themselves. */
INLINE void K(run_abreast)(const K(recurrence) * r, const K(pass) * pass, ck_phase phase) {
  const int m = r->units / r->blocks;
  const float *h = phase == CK_GRU_NEW ? r->rh : pass->before;
  const vint first = K(block_starts)(m, m);
  for (int64_t panel = pass->first; panel < pass->end; panel++) {
    const K(place) p = K(place_of)(r, phase, 1, panel);
    K(sums) s = K(start)(r, pass, phase, 1, &p);
    K(accumulate_abreast)
    (K(vectors)(phase, 1), m, first, p.u, v_load_n(h + p.start, p.units), &s);
    K(finish)(r, pass, phase, 1, &p, s);
  }
}

/* One phase of one step: the panels of the pass two by two, in serpentine order over the steps. */
INLINE void K(run_pass)(const K(recurrence) * r, const K(pass) * pass, ck_phase phase, int sub) {
  if (sub == 1 && r->abreast > 1) {
    K(run_abreast)(r, pass, phase);
    return;
  }
  const int64_t pairs = (pass->end - pass->first + 1) / 2;
  for (int64_t i = 0; i < pairs; i++) {
    const int64_t panel = pass->first + 2 * (pass->backwards ? pairs - 1 - i : i);
    if (panel + 1 < pass->end)
      K(panels)(r, pass, phase, sub, 1, panel);
    else
      K(panels)(r, pass, phase, sub, 0, panel);
  }
}

/* This thread's panels of `phase` in the parts first ... end - 1. */
INLINE K(pass) K(pass_of)(const K(recurrence) * r, ck_phase phase, int sub, int t, int64_t first,
                          int64_t end) {
  const int64_t panels = K(panel_count)(phase, sub, K(sizes_of)(r).part);
  ck_range share = {first * panels, end * panels};
  if (r->blocks == 1) share = ck_share(panels, r->thread, r->threads);
  K(pass) pass;
  pass.xp = r->xp + (int64_t)t * r->xp_stride;
  pass.y = r->y + (int64_t)t * r->y_stride;
  pass.before = t > 0 ? pass.y - r->y_stride : r->h;
  pass.first = share.first;
  pass.end = share.end;
  pass.backwards = (t + r->turn) & 1;
  return pass;
}

/* The parts first ... end - 1 over all steps. */
INLINE void K(run_group)(const K(recurrence) * r, ck_phase phase, ck_phase second, int sub,
                         int64_t first, int64_t end) {
  const int dense = r->blocks == 1;
  for (int t = 0; t < r->steps; t++) {
    const K(pass) pass = K(pass_of)(r, phase, sub, t, first, end);
    K(run_pass)(r, &pass, phase, sub);
    if (dense) ck_wait(r->team, r->thread, r->threads);
    if (second == phase) continue;
    const K(pass) rest = K(pass_of)(r, second, sub, t, first, end);
    K(run_pass)(r, &rest, second, sub);
    if (dense) ck_wait(r->team, r->thread, r->threads);
  }
  const float *last = r->y + (int64_t)(r->steps - 1) * r->y_stride;
  const int64_t part = K(sizes_of)(r).part;
  ck_range units = {first * part, end * part < r->units ? end * part : r->units};
  if (dense) units = ck_share(r->units, r->thread, r->threads);
  for (int64_t i = units.first; i < units.end; i += VL) {
    const int lanes = ck_lanes(units.end, i, VL);
    v_store_n(r->h + i, v_load_n(last + i, lanes), lanes);
  }
}

/* Bytes of weights that a group may have. */
#define CK_GROUP_BYTES 16384

/* The phases (the same one twice where there is one) of all parts of this thread. */
INLINE void K(recur)(const K(recurrence) * r, ck_phase phase, ck_phase second, int sub) {
  if (r->steps <= 0 || r->units == 0) return; /* however many blocks of nothing */
  const K(sizes) sizes = K(sizes_of)(r);
  const int64_t panels = K(panel_count)(phase, sub, sizes.part);
  const int64_t bytes = panels * sizes.m * K(vectors)(phase, sub) * VL * 4;
  const int64_t group = bytes < CK_GROUP_BYTES ? CK_GROUP_BYTES / (bytes + 1) + 1 : 1;
  ck_range parts = {0, 1};
  if (r->blocks > 1) parts = ck_share(sizes.parts, r->thread, r->threads);
  /* The last group of one step is the first of the next, as panels are inside. */
  const int64_t groups = (parts.end - parts.first + group - 1) / group;
  for (int64_t i = 0; i < groups; i++) {
    const int64_t first = parts.first + (r->turn ? groups - 1 - i : i) * group;
    const int64_t end = first + group < parts.end ? first + group : parts.end;
    K(run_group)(r, phase, second, sub, first, end);
  }
}

/* The same, `sub` made a constant. */
INLINE void K(recur_sub)(const K(recurrence) * r, ck_phase phase, ck_phase second, int sub) {
  switch (sub) {
  case 1:
    K(recur)(r, phase, second, 1);
    break;
  case 2:
    K(recur)(r, phase, second, 2);
    break;
  case 3:
    K(recur)(r, phase, second, 3);
    break;
  case 4:
    K(recur)(r, phase, second, 4);
    break;
  }
}

/* ---- Kernels ---- */

KERNEL void K(recurrent_elman_f32)(int steps, int turn, int thread, int threads,
                                   const ck_team *team, int units, int blocks, int abreast, int sub,
                                   int activation, int32_t parameter, int xp_stride, int y_stride,
                                   const float *u, const float *xp, float *h, float *y) {
  const K(recurrence) r = {.steps = steps,
                           .turn = turn,
                           .thread = thread,
                           .threads = threads,
                           .team = team,
                           .units = units,
                           .blocks = blocks,
                           .abreast = abreast,
                           .xp_stride = xp_stride,
                           .y_stride = y_stride,
                           .activation = activation,
                           .parameter = ck_float(parameter),
                           .u = u,
                           .xp = xp,
                           .h = h,
                           .y = y};
  K(recur_sub)(&r, CK_ELMAN, CK_ELMAN, sub);
}

KERNEL void K(recurrent_lstm_f32)(int steps, int turn, int thread, int threads, const ck_team *team,
                                  int units, int blocks, int abreast, int xp_stride, int y_stride,
                                  const float *u, const float *xp, float *h, float *c, float *y) {
  const K(recurrence) r = {.steps = steps,
                           .turn = turn,
                           .thread = thread,
                           .threads = threads,
                           .team = team,
                           .units = units,
                           .blocks = blocks,
                           .abreast = abreast,
                           .xp_stride = xp_stride,
                           .y_stride = y_stride,
                           .u = u,
                           .xp = xp,
                           .h = h,
                           .c = c,
                           .y = y};
  K(recur)(&r, CK_LSTM, CK_LSTM, 1);
}

KERNEL void K(recurrent_gru_after_f32)(int steps, int turn, int thread, int threads,
                                       const ck_team *team, int units, int blocks, int abreast,
                                       int update, int xp_stride, int y_stride, const float *u,
                                       const float *xp, const float *bias_n, float *h, float *y) {
  const K(recurrence) r = {.steps = steps,
                           .turn = turn,
                           .thread = thread,
                           .threads = threads,
                           .team = team,
                           .units = units,
                           .blocks = blocks,
                           .abreast = abreast,
                           .xp_stride = xp_stride,
                           .y_stride = y_stride,
                           .update = update,
                           .u = u,
                           .xp = xp,
                           .bias_n = bias_n,
                           .h = h,
                           .y = y};
  K(recur)(&r, CK_GRU_AFTER, CK_GRU_AFTER, 1);
}

KERNEL void K(recurrent_gru_before_f32)(int steps, int turn, int thread, int threads,
                                        const ck_team *team, int units, int blocks, int abreast,
                                        int sub, int update, int xp_stride, int y_stride,
                                        const float *u_rz, const float *u_n, const float *xp,
                                        float *h, float *rh, float *z, float *y) {
  const K(recurrence) r = {.steps = steps,
                           .turn = turn,
                           .thread = thread,
                           .threads = threads,
                           .team = team,
                           .units = units,
                           .blocks = blocks,
                           .abreast = abreast,
                           .xp_stride = xp_stride,
                           .y_stride = y_stride,
                           .update = update,
                           .u = u_rz,
                           .u_n = u_n,
                           .xp = xp,
                           .h = h,
                           .rh = rh,
                           .z = z,
                           .y = y};
  K(recur_sub)(&r, CK_GRU_RESET, CK_GRU_NEW, sub);
}
