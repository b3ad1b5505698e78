/* Recurrences: one body (groups of parts x steps x panels x k x gates), an epilogue per cell.
 *
 * A panel holds the weights of VL units of one block (sub VL where there is one gate), the gates of
 * the same units side by side, so that one pass over k leaves all of them in registers and the
 * epilogue finishes the cell there. Blocks of at most VL / 2 units stand `abreast` in one panel,
 * whose lanes then each take the h of their own block. A `part` is what runs over all steps on its
 * own: a block, or the blocks of such a panel. The parts of a group run over all steps before the
 * next group does; h of the step before is the y row before. `interleave` panels share one loop
 * over k, which hides the latency of the multiply-adds. Threads share the panels of a dense matrix
 * and wait for each other after every step, or share parts and never wait. Every sum is one chain
 * from the input part over k, whatever the order of panels. */

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
  int units, blocks, abreast, group, interleave, serpentine, xp_stride, y_stride;
  int activation, update; /* of Elman; of the GRU */
  float parameter;
  const int32_t *u, *u_n;
  const float *xp, *bias_n;
  float *h, *c, *rh, *z, *y;
} K(recurrence);

/* What is constant in a phase: the type of its weights and the vectors of a panel. */
typedef struct {
  ck_phase phase;
  int type, vectors;
} K(shape);

/* One step as a phase sees it: rows of that step, and a share of the panels of some parts. */
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

/* Whether the vectors of a panel are units side by side, not gates. */
INLINE int K(is_side)(ck_phase phase) { return phase == CK_ELMAN || phase == CK_GRU_NEW; }

INLINE int K(vectors_of)(ck_phase phase, int sub) {
  return phase == CK_LSTM ? 4 : phase == CK_GRU_AFTER ? 3 : phase == CK_GRU_RESET ? 2 : sub;
}
INLINE int K(height)(K(shape) s) { return K(is_side)(s.phase) ? s.vectors * VL : VL; }

/* Panels of one part. */
INLINE int64_t K(panel_count)(const K(recurrence) * r, K(shape) s) {
  return ((int64_t)K(sizes_of)(r).part + K(height)(s) - 1) / K(height)(s);
}

INLINE K(place) K(place_of)(const K(recurrence) * r, K(shape) s, int64_t panel) {
  const K(sizes) sizes = K(sizes_of)(r);
  const int64_t panels = K(panel_count)(r, s), row = panel % panels * K(height)(s);
  K(place) p;
  p.start = panel / panels * sizes.part;
  p.unit = p.start + row;
  p.units = ck_lanes(sizes.part, row, K(height)(s));
  if (r->abreast > 1) p.units = ck_lanes(r->units, p.unit, p.units); /* the last may have fewer */
  return p;
}

/* ---- Start and end of a panel ---- */

/* What the sums of a panel start from: the input part, but the bias for n of reset after. */
INLINE void K(start)(const K(recurrence) * r, const K(pass) * pass, K(shape) s, const K(place) * p,
                     vec *sums) {
  const float *xp = pass->xp + p->unit;
  UNROLLED for (int v = 0; v < s.vectors; v++) {
    if (K(is_side)(s.phase)) {
      const int64_t gate = s.phase == CK_GRU_NEW ? 2 * (int64_t)r->units : 0;
      sums[v] = v_load_n(xp + gate + v * VL, ck_lanes(p->units, v * VL, VL));
    } else if (s.phase == CK_GRU_AFTER && v == 2) {
      sums[v] = v_load_n(r->bias_n + p->unit, p->units);
    } else {
      sums[v] = v_load_n(xp + v * (int64_t)r->units, p->units);
    }
  }
}

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

INLINE void K(finish)(const K(recurrence) * r, const K(pass) * pass, K(shape) s, const K(place) * p,
                      const vec *sums) {
  const float *before = pass->before + p->unit;
  float *y = pass->y + p->unit;
  switch (s.phase) {
  case CK_LSTM:
    K(finish_lstm)(sums, r->c + p->unit, y, p->units);
    break;
  case CK_GRU_AFTER: {
    const vec xn = v_load_n(pass->xp + 2 * (int64_t)r->units + p->unit, p->units);
    K(finish_gru_after)(r->update, sums, xn, v_load_n(before, p->units), y, p->units);
    break;
  }
  case CK_GRU_RESET:
    K(finish_gru_reset)
    (sums, v_load_n(before, p->units), r->rh + p->unit, r->z + p->unit, p->units);
    break;
  case CK_ELMAN:
  case CK_GRU_NEW:
    UNROLLED for (int v = 0; v < s.vectors; v++)
        K(finish_side)(r, pass, s.phase, p, v * VL, sums[v]);
    break;
  }
}

/* ---- Loops ---- */

/* `count` (constant) panels from `panel` on. */
INLINE void K(panels)(const K(recurrence) * r, const K(pass) * pass, K(shape) s, int count,
                      int64_t panel) {
  const int m = r->units / r->blocks;
  const int64_t words = K(panel_words)(s.type, s.vectors, m);
  const int32_t *u = (s.phase == CK_GRU_NEW ? r->u_n : r->u) + panel * words;
  const float *h = s.phase == CK_GRU_NEW ? r->rh : pass->before, *x[CK_STREAMS];
  K(place) p[CK_STREAMS];
  vec sums[CK_STREAMS][CK_VECTORS];
  UNROLLED for (int i = 0; i < count; i++) {
    p[i] = K(place_of)(r, s, panel + i);
    x[i] = h + p[i].start;
    K(start)(r, pass, s, &p[i], sums[i]);
  }
  K(multiply)(s.type, s.vectors, count, m, u, words, x, sums);
  UNROLLED for (int i = 0; i < count; i++) K(finish)(r, pass, s, &p[i], sums[i]);
}

/* One phase of one step over blocks abreast: panels are independent, short, and overlap in the
 * processor by themselves. */
INLINE void K(run_abreast)(const K(recurrence) * r, const K(pass) * pass, K(shape) s) {
  const int m = r->units / r->blocks;
  const int64_t words = K(panel_words)(s.type, s.vectors, m);
  const int32_t *u = s.phase == CK_GRU_NEW ? r->u_n : r->u;
  const float *h = s.phase == CK_GRU_NEW ? r->rh : pass->before;
  const vint first = K(block_starts)(m, m);
  for (int64_t panel = pass->first; panel < pass->end; panel++) {
    const K(place) p = K(place_of)(r, s, panel);
    vec sums[CK_VECTORS];
    K(start)(r, pass, s, &p, sums);
    K(multiply_abreast)
    (s.type, s.vectors, m, first, u + panel * words, v_load_n(h + p.start, p.units), sums);
    K(finish)(r, pass, s, &p, sums);
  }
}

/* One phase of one step: the panels of the pass, `interleave` at a time, in serpentine order over
 * the steps. */
INLINE void K(run_pass)(const K(recurrence) * r, const K(pass) * pass, K(shape) s) {
  if (r->abreast > 1) {
    K(run_abreast)(r, pass, s);
    return;
  }
  int64_t left = pass->end - pass->first;
  while (left > 0) {
    int count = r->interleave;
    while (count > left) count /= 2;
    const int64_t panel = pass->backwards ? pass->first + left - count : pass->end - left;
    if (count == 4)
      K(panels)(r, pass, s, 4, panel);
    else if (count == 2)
      K(panels)(r, pass, s, 2, panel);
    else
      K(panels)(r, pass, s, 1, panel);
    left -= count;
  }
}

/* This thread's panels of a phase in the parts first ... end - 1. */
INLINE K(pass) K(pass_of)(const K(recurrence) * r, K(shape) s, int t, int64_t first, int64_t end) {
  const int64_t panels = K(panel_count)(r, s);
  ck_range share = {first * panels, end * panels};
  if (r->blocks == 1) share = ck_share(panels, r->thread, r->threads);
  K(pass) pass;
  pass.xp = r->xp + (int64_t)t * r->xp_stride;
  pass.y = r->y + (int64_t)t * r->y_stride;
  pass.before = t > 0 ? pass.y - r->y_stride : r->h;
  pass.first = share.first;
  pass.end = share.end;
  pass.backwards = (t + r->turn) & r->serpentine;
  return pass;
}

/* The parts first ... end - 1 over all steps. */
INLINE void K(run_group)(const K(recurrence) * r, K(shape) s, K(shape) second, int64_t first,
                         int64_t end) {
  const int dense = r->blocks == 1;
  for (int t = 0; t < r->steps; t++) {
    const K(pass) pass = K(pass_of)(r, s, t, first, end);
    K(run_pass)(r, &pass, s);
    if (dense) ck_wait(r->team, r->thread, r->threads);
    if (second.phase == s.phase) continue;
    const K(pass) rest = K(pass_of)(r, second, t, first, end);
    K(run_pass)(r, &rest, second);
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

/* The phases (the same one twice where there is one) of all parts of this thread. */
INLINE void K(recur)(const K(recurrence) * r, K(shape) s, K(shape) second) {
  if (r->steps <= 0 || r->units == 0) return; /* however many blocks of nothing */
  ck_range parts = {0, 1};
  if (r->blocks > 1) parts = ck_share(K(sizes_of)(r).parts, r->thread, r->threads);
  /* The last group of one step is the first of the next, as panels are inside. */
  const int64_t group = r->group, groups = (parts.end - parts.first + group - 1) / group;
  for (int64_t i = 0; i < groups; i++) {
    const int64_t first = parts.first + (r->turn & r->serpentine ? groups - 1 - i : i) * group;
    const int64_t end = first + group < parts.end ? first + group : parts.end;
    K(run_group)(r, s, second, first, end);
  }
}

INLINE K(shape) K(shape_of)(ck_phase phase, int type, int sub) {
  return (K(shape)){phase, type, K(vectors_of)(phase, sub)};
}

/* The same, `sub` made a constant. */
INLINE void K(recur_sub)(const K(recurrence) * r, int type, ck_phase phase, ck_phase second,
                         int sub) {
  switch (sub) {
  case 1:
    K(recur)(r, K(shape_of)(phase, type, 1), K(shape_of)(second, type, 1));
    break;
  case 2:
    K(recur)(r, K(shape_of)(phase, type, 2), K(shape_of)(second, type, 2));
    break;
  case 3:
    K(recur)(r, K(shape_of)(phase, type, 3), K(shape_of)(second, type, 3));
    break;
  case 4:
    K(recur)(r, K(shape_of)(phase, type, 4), K(shape_of)(second, type, 4));
    break;
  }
}

/* ---- Kernels, once per type of weights ---- */

#define CK_COMMON                                                                                  \
  .steps = steps, .turn = turn, .thread = thread, .threads = threads, .team = team,                \
  .units = units, .blocks = blocks, .abreast = abreast, .group = group, .interleave = interleave,  \
  .serpentine = serpentine, .xp_stride = xp_stride, .y_stride = y_stride, .xp = xp, .h = h, .y = y

#define CK_RECURRENT(suffix, type)                                                                 \
  KERNEL void K(recurrent_elman_##suffix)(                                                         \
      int steps, int turn, int thread, int threads, const ck_team *team, int units, int blocks,    \
      int abreast, int group, int interleave, int serpentine, int sub, int activation,             \
      int32_t parameter, int xp_stride, int y_stride, const void *u, const float *xp, float *h,    \
      float *y) {                                                                                  \
    const K(recurrence)                                                                            \
        r = {CK_COMMON, .u = u, .activation = activation, .parameter = ck_float(parameter)};       \
    K(recur_sub)(&r, type, CK_ELMAN, CK_ELMAN, sub);                                               \
  }                                                                                                \
  KERNEL void K(recurrent_lstm_##suffix)(                                                          \
      int steps, int turn, int thread, int threads, const ck_team *team, int units, int blocks,    \
      int abreast, int group, int interleave, int serpentine, int xp_stride, int y_stride,         \
      const void *u, const float *xp, float *h, float *c, float *y) {                              \
    const K(recurrence) r = {CK_COMMON, .u = u, .c = c};                                           \
    K(recur)(&r, K(shape_of)(CK_LSTM, type, 1), K(shape_of)(CK_LSTM, type, 1));                    \
  }                                                                                                \
  KERNEL void K(recurrent_gru_after_##suffix)(                                                     \
      int steps, int turn, int thread, int threads, const ck_team *team, int units, int blocks,    \
      int abreast, int group, int interleave, int serpentine, int update, int xp_stride,           \
      int y_stride, const void *u, const float *xp, const float *bias_n, float *h, float *y) {     \
    const K(recurrence) r = {CK_COMMON, .u = u, .bias_n = bias_n, .update = update};               \
    K(recur)(&r, K(shape_of)(CK_GRU_AFTER, type, 1), K(shape_of)(CK_GRU_AFTER, type, 1));          \
  }                                                                                                \
  KERNEL void K(recurrent_gru_before_##suffix)(                                                    \
      int steps, int turn, int thread, int threads, const ck_team *team, int units, int blocks,    \
      int abreast, int group, int interleave, int serpentine, int sub, int update, int xp_stride,  \
      int y_stride, const void *u_rz, const void *u_n, const float *xp, float *h, float *rh,       \
      float *z, float *y) {                                                                        \
    const K(recurrence)                                                                            \
        r = {CK_COMMON, .u = u_rz, .u_n = u_n, .rh = rh, .z = z, .update = update};                \
    K(recur_sub)(&r, type, CK_GRU_RESET, CK_GRU_NEW, sub);                                         \
  }
CK_RECURRENT(f32, CK_F32)
CK_RECURRENT(bf16, CK_BF16)
#undef CK_RECURRENT
#undef CK_COMMON
