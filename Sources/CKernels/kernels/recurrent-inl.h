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

/* Whether a pass may be of this phase. */
#define CK_MAY_BE(name, phase) (CK_USED_PHASES & 1 << (name) && (phase) == (name))

typedef struct {
  int steps, turn, thread, threads;
  const ck_team *team;
  int units, blocks, abreast, group, interleave, serpentine, xp_stride, y_stride;
  int activation, update; /* of Elman; of the GRU */
  float parameter;
  const int32_t *u, *u_n;
  const float *xp, *bias_n;
  float *h, *c, *rh, *z, *y;
  int m, part; /* units of a block, and of a part */
  vint first;  /* of blocks abreast: K(block_starts) */
} K(recurrence);

/* What is constant in a phase: the type of its weights and the vectors of a panel. */
typedef struct {
  ck_phase phase;
  int type, vectors;
} K(shape);

/* Where a panel stands: its part's first unit, its own first unit in there, how many it has. */
typedef struct {
  int start, row, units;
} K(place);

/* One step as a phase sees it: rows of that step, and a share of the panels of some parts. */
typedef struct {
  const float *xp, *before; /* before: h of the step before */
  float *y;
  int first, end; /* panels, counted over all parts */
  int backwards;
} K(pass);

/* Whether the vectors of a panel are units side by side, not gates. */
INLINE int K(is_side)(ck_phase phase) {
  return CK_MAY_BE(CK_ELMAN, phase) || CK_MAY_BE(CK_GRU_NEW, phase);
}

INLINE K(shape) K(shape_of)(ck_phase phase, int type, int sub) {
  const int vectors = phase == CK_LSTM        ? 4
                      : phase == CK_GRU_AFTER ? 3
                      : phase == CK_GRU_RESET ? 2
                                              : sub;
  return (K(shape)){phase, type, vectors};
}

/* Units of a panel. */
INLINE int K(height)(K(shape) s) { return K(is_side)(s.phase) ? s.vectors * VL : VL; }

/* Panels of one part. */
INLINE int K(panel_count)(const K(recurrence) * r, K(shape) s) {
  return (r->part - 1) / K(height)(s) + 1;
}

INLINE void K(count_units)(const K(recurrence) * r, K(shape) s, K(place) * p) {
  const int height = K(height)(s);
  p->units = CK_KNOWN(r->part % height == 0) ? height : ck_lanes(r->part, p->row, height);
  /* The last part of blocks abreast may have fewer. */
  if (r->abreast > 1 && !CK_KNOWN(r->units % r->part == 0))
    p->units = ck_lanes(r->units, p->start + p->row, p->units);
}

INLINE K(place) K(place_of)(const K(recurrence) * r, K(shape) s, int panel) {
  const int panels = K(panel_count)(r, s), part = panel / panels;
  K(place) p = {part * r->part, (panel - part * panels) * K(height)(s), 0};
  K(count_units)(r, s, &p);
  return p;
}

/* The next panel, or the one before: no division. */
INLINE void K(move_on)(const K(recurrence) * r, K(shape) s, int backwards, K(place) * p) {
  p->row += backwards ? -K(height)(s) : K(height)(s);
  if (p->row >= r->part) {
    p->start += r->part;
    p->row = 0;
  } else if (p->row < 0) {
    p->start -= r->part;
    p->row = (r->part - 1) / K(height)(s) * K(height)(s);
  }
  K(count_units)(r, s, p);
}

/* ---- Start and end of a panel ---- */

/* What the sums of a panel start from: the input part, but the bias for n of reset after. */
INLINE void K(start)(const K(recurrence) * r, const K(pass) * pass, K(shape) s, const K(place) * p,
                     vec *sums) {
  const int unit = p->start + p->row, is_side = K(is_side)(s.phase);
  const float *xp = pass->xp + unit + (s.phase == CK_GRU_NEW ? 2 * (int64_t)r->units : 0);
  const int gates = s.phase == CK_GRU_AFTER ? 2 : s.vectors;
  K(load_panel)(xp, is_side ? VL : r->units, gates, p->units, is_side, sums);
  if (s.phase == CK_GRU_AFTER) sums[2] = v_load_n(r->bias_n + unit, p->units);
}

/* One vector of the phases that have one gate; `offset` from the panel's first unit. */
INLINE void K(finish_side)(const K(recurrence) * r, const K(pass) * pass, ck_phase phase,
                           const K(place) * p, int offset, vec sum) {
  const int lanes = ck_lanes(p->units, offset, VL);
  const int unit = p->start + p->row + offset;
  if (CK_MAY_BE(CK_ELMAN, phase))
    v_store_n(pass->y + unit, K(apply)(r->activation, sum, r->parameter), lanes);
  else if (CK_MAY_BE(CK_GRU_NEW, phase))
    K(finish_gru_new)(r->update, sum, r->z + unit, pass->before + unit, pass->y + unit, lanes);
}

INLINE void K(finish)(const K(recurrence) * r, const K(pass) * pass, K(shape) s, const K(place) * p,
                      const vec *sums) {
  const int unit = p->start + p->row;
  const float *before = pass->before + unit;
  float *y = pass->y + unit;
  if (CK_MAY_BE(CK_LSTM, s.phase)) K(finish_lstm)(sums, r->c + unit, y, p->units);
  if (CK_MAY_BE(CK_GRU_AFTER, s.phase)) {
    const vec xn = v_load_n(pass->xp + 2 * (int64_t)r->units + unit, p->units);
    K(finish_gru_after)(r->update, sums, xn, v_load_n(before, p->units), y, p->units);
  }
  if (CK_MAY_BE(CK_GRU_RESET, s.phase)) {
    const vec h = v_load_n(before, p->units);
    K(finish_gru_reset)(sums, h, r->rh + unit, r->z + unit, p->units);
  }
  if (K(is_side)(s.phase))
    ROLLED for (int v = 0; v < s.vectors; v++) K(finish_side)(r, pass, s.phase, p, v * VL, sums[v]);
}

/* ---- Loops ---- */

/* `count` (constant) panels in the order of the pass, of which `place` is the first; u: its
 * weights. */
INLINE void K(panels)(const K(recurrence) * r, const K(pass) * pass, K(shape) s, int abreast,
                      int count, const int32_t *u, K(place) * place) {
  const int64_t words = K(panel_words)(s.type, s.vectors, r->m);
  const float *h = s.phase == CK_GRU_NEW ? r->rh : pass->before, *x[CK_STREAMS];
  K(place) p[CK_STREAMS];
  vec sums[CK_STREAMS][CK_VECTORS];
  ROLLED for (int i = 0; i < count; i++) {
    p[i] = *place;
    x[i] = h + p[i].start;
    K(start)(r, pass, s, &p[i], sums[i]);
    K(move_on)(r, s, pass->backwards, place);
  }
  const int64_t stream = pass->backwards ? -words : words;
  if (abreast) {
    vec parts[CK_STREAMS];
    COUNTED for (int i = 0; i < count; i++) parts[i] = v_load_n(x[i], p[i].units);
    K(multiply_abreast)(s.type, s.vectors, count, r->m, r->first, u, stream, parts, sums);
  } else {
    K(multiply)(s.type, s.vectors, count, r->m, u, stream, x, sums);
  }
  ROLLED for (int i = 0; i < count; i++) K(finish)(r, pass, s, &p[i], sums[i]);
}

/* `count` made a constant: 1, 2 or 4. */
INLINE void K(panels_of)(const K(recurrence) * r, const K(pass) * pass, K(shape) s, int abreast,
                         int count, const int32_t *u, K(place) * place) {
#ifdef CK_COMPACT
  K(panels)(r, pass, s, abreast, count, u, place);
#else
  if (s.vectors <= 2 && CK_USED_INTERLEAVE >= 4 && count == 4)
    K(panels)(r, pass, s, abreast, 4, u, place);
  else if (CK_USED_INTERLEAVE >= 2 && count == 2)
    K(panels)(r, pass, s, abreast, 2, u, place);
  else
    K(panels)(r, pass, s, abreast, 1, u, place);
#endif
}

/* Whether a pass is known to have a multiple of `interleave` panels. */
INLINE int K(is_even)(const K(recurrence) * r, K(shape) s) {
  return CK_KNOWN((r->blocks > 1 || r->threads == 1) && K(panel_count)(r, s) % r->interleave == 0);
}

/* The panels of the pass, `interleave` at a time (at most eight vectors). */
INLINE void K(run_panels)(const K(recurrence) * r, const K(pass) * pass, K(shape) s, int abreast) {
  if (pass->first == pass->end) return;
  const int64_t words = K(panel_words)(s.type, s.vectors, r->m);
  int panel = pass->backwards ? pass->end - 1 : pass->first;
  K(place) place = K(place_of)(r, s, panel);
  const int32_t *u = (s.phase == CK_GRU_NEW ? r->u_n : r->u) + panel * words;
  for (int left = pass->end - pass->first; left > 0;) {
    int count = r->interleave;
    if (!K(is_even)(r, s))
      while (count > left) count /= 2;
    K(panels_of)(r, pass, s, abreast, count, u, &place);
    u += pass->backwards ? -count * words : count * words;
    left -= count;
  }
}

/* The same, the number of vectors made a constant. */
INLINE void K(run_side)(const K(recurrence) * r, const K(pass) * pass, K(shape) s) {
  switch (s.vectors) {
  case 1:
    if (CK_USED_VECTORS & 1 << 1) K(run_panels)(r, pass, (K(shape)){s.phase, s.type, 1}, 0);
    break;
  case 2:
    if (CK_USED_VECTORS & 1 << 2) K(run_panels)(r, pass, (K(shape)){s.phase, s.type, 2}, 0);
    break;
  case 3:
    if (CK_USED_VECTORS & 1 << 3) K(run_panels)(r, pass, (K(shape)){s.phase, s.type, 3}, 0);
    break;
  case 4:
    if (CK_USED_VECTORS & 1 << 4) K(run_panels)(r, pass, (K(shape)){s.phase, s.type, 4}, 0);
    break;
  }
}

/* One phase of one step. */
INLINE void K(run_pass)(const K(recurrence) * r, const K(pass) * pass, K(shape) s) {
  if (CK_USED_ABREAST && r->abreast > 1)
    K(run_panels)(r, pass, K(shape_of)(s.phase, s.type, 1), 1);
  else if (!(CK_USED_PHASES & (1 << CK_ELMAN | 1 << CK_GRU_NEW)) || !K(is_side)(s.phase))
    K(run_panels)(r, pass, s, 0);
  else
    K(run_side)(r, pass, s);
}

/* This thread's panels of a phase in the parts first ... end - 1. */
INLINE K(pass) K(pass_of)(const K(recurrence) * r, K(shape) s, int t, ck_range parts) {
  const int panels = K(panel_count)(r, s);
  ck_range share = {parts.first * panels, parts.end * panels};
  if (r->blocks == 1) share = ck_share(panels, r->thread, r->threads);
  K(pass) pass;
  pass.xp = r->xp + (int64_t)t * r->xp_stride;
  pass.y = r->y + (int64_t)t * r->y_stride;
  pass.before = t > 0 ? pass.y - r->y_stride : r->h;
  pass.first = (int)share.first;
  pass.end = (int)share.end;
  pass.backwards = (t + r->turn) & r->serpentine;
  return pass;
}

/* Some parts over all steps. */
INLINE void K(run_group)(const K(recurrence) * r, K(shape) s, K(shape) second, ck_range parts) {
  const int dense = r->blocks == 1;
  for (int t = 0; t < r->steps; t++) {
    const K(pass) pass = K(pass_of)(r, s, t, parts);
    K(run_pass)(r, &pass, s);
    if (dense) ck_wait(r->team, r->thread, r->threads);
    if (!(CK_USED_PHASES & 1 << CK_GRU_NEW) || second.phase == s.phase) continue;
    const K(pass) rest = K(pass_of)(r, second, t, parts);
    K(run_pass)(r, &rest, second);
    if (dense) ck_wait(r->team, r->thread, r->threads);
  }
  const float *last = r->y + (int64_t)(r->steps - 1) * r->y_stride;
  ck_range units = {parts.first * r->part, parts.end * r->part};
  if (units.end > r->units) units.end = r->units;
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
  if (r->blocks > 1)
    parts = ck_share(((int64_t)r->blocks - 1) / r->abreast + 1, r->thread, r->threads);
  /* The last group of one step is the first of the next, as panels are inside. */
  const int64_t size = r->group, groups = (parts.end - parts.first + size - 1) / size;
  for (int64_t i = 0; i < groups; i++) {
    ck_range group;
    group.first = parts.first + (r->turn & r->serpentine ? groups - 1 - i : i) * size;
    group.end = group.first + size < parts.end ? group.first + size : parts.end;
    K(run_group)(r, s, second, group);
  }
}

/* ---- Kernels, once per type of weights ---- */

SHARED void K(recur_elman)(const K(recurrence) * r, int type, int sub) {
  K(recur)(r, K(shape_of)(CK_ELMAN, type, sub), K(shape_of)(CK_ELMAN, type, sub));
}
SHARED void K(recur_lstm)(const K(recurrence) * r, int type) {
  K(recur)(r, K(shape_of)(CK_LSTM, type, 1), K(shape_of)(CK_LSTM, type, 1));
}
SHARED void K(recur_gru_after)(const K(recurrence) * r, int type) {
  K(recur)(r, K(shape_of)(CK_GRU_AFTER, type, 1), K(shape_of)(CK_GRU_AFTER, type, 1));
}
SHARED void K(recur_gru_before)(const K(recurrence) * r, int type, int sub) {
  K(recur)(r, K(shape_of)(CK_GRU_RESET, type, 1), K(shape_of)(CK_GRU_NEW, type, sub));
}

#define CK_COMMON                                                                                  \
  .steps = steps, .turn = turn, .thread = thread, .threads = threads, .team = team,                \
  .units = units, .blocks = blocks, .abreast = abreast, .group = group, .interleave = interleave,  \
  .serpentine = serpentine, .xp_stride = xp_stride, .y_stride = y_stride, .xp = xp, .h = h,        \
  .y = y, .m = units / blocks, .part = units / blocks * abreast,                                   \
  .first = abreast > 1 ? K(block_starts)(units / blocks, units / blocks) : i_set(0)

#define CK_RECURRENT(suffix, type)                                                                 \
  KERNEL void K(recurrent_elman_##suffix)(                                                         \
      int steps, int turn, int thread, int threads, const ck_team *team, int units, int blocks,    \
      int abreast, int group, int interleave, int serpentine, int sub, int activation,             \
      int32_t parameter, int xp_stride, int y_stride, const void *u, const float *xp, float *h,    \
      float *y) {                                                                                  \
    const K(recurrence)                                                                            \
        r = {CK_COMMON, .u = u, .activation = activation, .parameter = ck_float(parameter)};       \
    K(recur_elman)(&r, type, sub);                                                                 \
  }                                                                                                \
  KERNEL void K(recurrent_lstm_##suffix)(                                                          \
      int steps, int turn, int thread, int threads, const ck_team *team, int units, int blocks,    \
      int abreast, int group, int interleave, int serpentine, int xp_stride, int y_stride,         \
      const void *u, const float *xp, float *h, float *c, float *y) {                              \
    const K(recurrence) r = {CK_COMMON, .u = u, .c = c};                                           \
    K(recur_lstm)(&r, type);                                                                       \
  }                                                                                                \
  KERNEL void K(recurrent_gru_after_##suffix)(                                                     \
      int steps, int turn, int thread, int threads, const ck_team *team, int units, int blocks,    \
      int abreast, int group, int interleave, int serpentine, int update, int xp_stride,           \
      int y_stride, const void *u, const float *xp, const float *bias_n, float *h, float *y) {     \
    const K(recurrence) r = {CK_COMMON, .u = u, .bias_n = bias_n, .update = update};               \
    K(recur_gru_after)(&r, type);                                                                  \
  }                                                                                                \
  KERNEL void K(recurrent_gru_before_##suffix)(                                                    \
      int steps, int turn, int thread, int threads, const ck_team *team, int units, int blocks,    \
      int abreast, int group, int interleave, int serpentine, int sub, int update, int xp_stride,  \
      int y_stride, const void *u_rz, const void *u_n, const float *xp, float *h, float *rh,       \
      float *z, float *y) {                                                                        \
    const K(recurrence)                                                                            \
        r = {CK_COMMON, .u = u_rz, .u_n = u_n, .rh = rh, .z = z, .update = update};                \
    K(recur_gru_before)(&r, type, sub);                                                            \
  }
CK_RECURRENT(f32, CK_F32)
CK_RECURRENT(bf16, CK_BF16)
#undef CK_RECURRENT
#undef CK_COMMON
#undef CK_MAY_BE
