/* Products of packed matrices with the vector of every step.
 *
 * y[t][g][b rows + r] = bias + sum over k of w x[t][b columns + k]. The panels of a matrix stand as
 * [blocks][ceil(rows / height)]: of one gate, `sub` vectors of rows each (height sub VL); of two to
 * four gates, a vector of each gate (height VL). Blocks of at most VL / 2 rows and columns stand
 * `abreast` in one panel, whose lanes each take the x of their own block. A panel is the unit of
 * work and of sharing among threads. In serpentine order every other step walks the panels
 * backwards, so that it begins with the weights that the step before has left in the cache. y
 * overlaps nothing. */

typedef struct {
  int steps, backwards;
  int rows, columns, blocks, abreast, gates, sub, interleave, x_stride, y_stride;
  const int32_t *w;
  const float *x, *bias;
  float *y;
} K(projection);

/* Where a panel stands: the block's results and columns, and the panel's first row in it. */
typedef struct {
  int out, in, row;
  int lanes; /* of all vectors, where they stand side by side; of each, where they are gates */
} K(target);

INLINE int K(project_height)(const K(projection) * p, int vectors) {
  return p->gates > 1 || p->abreast > 1 ? VL : vectors * VL;
}

/* Elements from a vector's results to the next one's. */
INLINE int64_t K(apart)(const K(projection) * p) {
  return p->gates > 1 ? (int64_t)p->rows * p->blocks : VL;
}

INLINE void K(count_rows)(const K(projection) * p, int vectors, K(target) * t) {
  const int height = K(project_height)(p, vectors);
  if (p->abreast > 1)
    t->lanes = ck_lanes((int64_t)p->rows * p->blocks, t->out, p->abreast * p->rows);
  else
    t->lanes = CK_KNOWN(p->rows % height == 0) ? height : ck_lanes(p->rows, t->row, height);
}

INLINE K(target) K(target_of)(const K(projection) * p, int vectors, int panel) {
  const int height = K(project_height)(p, vectors);
  const int panels = p->abreast > 1 ? 1 : (p->rows - 1) / height + 1, part = panel / panels;
  K(target) t;
  t.out = part * p->abreast * p->rows;
  t.in = part * p->abreast * p->columns;
  t.row = (panel - part * panels) * height;
  K(count_rows)(p, vectors, &t);
  return t;
}

/* The next panel, or the one before: no division. */
INLINE void K(next_target)(const K(projection) * p, int vectors, int backwards, K(target) * t) {
  const int height = K(project_height)(p, vectors);
  t->row += backwards ? -height : height;
  if (p->abreast > 1 || t->row >= p->rows || t->row < 0) {
    const int step = backwards ? -p->abreast : p->abreast;
    t->out += step * p->rows;
    t->in += step * p->columns;
    t->row = backwards && p->abreast == 1 ? (p->rows - 1) / height * height : 0;
  }
  K(count_rows)(p, vectors, t);
}

INLINE int K(project_is_side)(const K(projection) * p) { return p->gates == 1 && p->abreast == 1; }

INLINE void K(project_start)(const K(projection) * p, int vectors, const K(target) * target,
                             vec *sums) {
  if (p->bias) K(load_panel)
  (p->bias + target->out + target->row, K(apart)(p), vectors, target->lanes, K(project_is_side)(p),
   sums);
  else UNROLLED for (int v = 0; v < vectors; v++) sums[v] = v_set(0);
}

INLINE void K(project_finish)(const K(projection) * p, int vectors, const K(target) * target,
                              int64_t t, const vec *sums) {
  K(store_panel)
  (p->y + t * p->y_stride + target->out + target->row, K(apart)(p), vectors, target->lanes,
   K(project_is_side)(p), sums);
}

/* `count` steps (constant) of one panel: its weights are read once. */
INLINE void K(project_tile)(const K(projection) * p, int type, int vectors, int count, int64_t t,
                            const K(target) * target, const int32_t *w) {
  const float *x[CK_STREAMS];
  vec start[CK_VECTORS], sums[CK_STREAMS][CK_VECTORS];
  K(project_start)(p, vectors, target, start);
  COUNTED for (int s = 0; s < count; s++) {
    x[s] = p->x + (t + s) * p->x_stride + target->in;
    UNROLLED for (int v = 0; v < vectors; v++) sums[s][v] = start[v];
  }
  K(multiply_tile)(type, vectors, count, p->columns, w, x, sums);
  ROLLED for (int s = 0; s < count; s++) K(project_finish)(p, vectors, target, t + s, sums[s]);
}

/* `count` panels (constant) of step t, side by side; *target is the first one's. */
INLINE void K(project_beside)(const K(projection) * p, int type, int vectors, int count,
                              int abreast, int64_t t, vint first, const int32_t *w,
                              K(target) * target) {
  const int64_t words = K(panel_words)(type, vectors, p->columns);
  const float *x[CK_STREAMS];
  K(target) place[CK_STREAMS];
  vec sums[CK_STREAMS][CK_VECTORS], parts[CK_STREAMS];
  ROLLED for (int s = 0; s < count; s++) {
    place[s] = *target;
    x[s] = p->x + t * p->x_stride + place[s].in;
    K(project_start)(p, vectors, &place[s], sums[s]);
    K(next_target)(p, vectors, p->backwards, target);
  }
  const int64_t stream = p->backwards ? -words : words;
  if (abreast) {
    COUNTED for (int s = 0; s < count; s++) {
      const int64_t width = (int64_t)p->blocks * p->columns;
      parts[s] = v_load_n(x[s], ck_lanes(width, place[s].in, p->abreast * p->columns));
    }
    K(multiply_abreast)(type, vectors, count, p->columns, first, w, stream, parts, sums);
  } else {
    K(multiply)(type, vectors, count, p->columns, w, stream, x, sums);
  }
  ROLLED for (int s = 0; s < count; s++) K(project_finish)(p, vectors, &place[s], t, sums[s]);
}

/* `count` made a constant: 1, 2 or 4. */
INLINE void K(project_count)(const K(projection) * p, int type, int vectors, int count, int abreast,
                             int64_t t, vint first, const int32_t *w, K(target) * target) {
#ifdef CK_COMPACT
  K(project_beside)(p, type, vectors, count, abreast, t, first, w, target);
#else
  if (vectors <= 2 && CK_USED_INTERLEAVE >= 4 && count == 4)
    K(project_beside)(p, type, vectors, 4, abreast, t, first, w, target);
  else if (CK_USED_INTERLEAVE >= 2 && count == 2)
    K(project_beside)(p, type, vectors, 2, abreast, t, first, w, target);
  else
    K(project_beside)(p, type, vectors, 1, abreast, t, first, w, target);
#endif
}

/* The panels first ... end - 1 of step t, `interleave` at a time (at most eight vectors). */
INLINE void K(project_step)(const K(projection) * p, int type, int vectors, int abreast, int64_t t,
                            vint first, ck_range share) {
  if (share.first == share.end) return;
  const int64_t words = K(panel_words)(type, vectors, p->columns);
  const int panel = (int)(p->backwards ? share.end - 1 : share.first);
  K(target) target = K(target_of)(p, vectors, panel);
  const int32_t *w = p->w + panel * words;
  const int all = (int)(share.end - share.first);
  for (int left = all; left > 0;) {
    int count = p->interleave;
    if (!CK_KNOWN(all % p->interleave == 0))
      while (count > left) count /= 2;
    K(project_count)(p, type, vectors, count, abreast, t, first, w, &target);
    w += p->backwards ? -count * words : count * words;
    left -= count;
  }
}

/* How many steps (constant) a panel's weights serve at a time: their sums must stay in registers.
 */
INLINE int K(project_depth)(int vectors) {
  return CK_REGISTERS >= 32 || vectors <= 2 ? 6 : vectors == 3 ? 4 : 3;
}

/* The panels first ... end - 1 of all steps, some steps at a time. */
INLINE void K(project_steps)(const K(projection) * p, int type, int vectors, ck_range share) {
  const int depth = K(project_depth)(vectors);
  const int64_t words = K(panel_words)(type, vectors, p->columns);
  if (share.first == share.end) return;
  K(target) target = K(target_of)(p, vectors, (int)share.first);
  for (int64_t panel = share.first; panel < share.end; panel++) {
    const int32_t *w = p->w + panel * words;
    int64_t t = 0;
#ifdef CK_COMPACT
    for (int count; t < p->steps; t += count) {
      count = p->steps - t >= depth ? depth : p->steps - t >= 2 ? 2 : 1;
      K(project_tile)(p, type, vectors, count, t, &target, w);
    }
#else
    for (; p->steps - t >= depth; t += depth)
      K(project_tile)(p, type, vectors, depth, t, &target, w);
    if (depth > 4)
      for (; p->steps - t >= 2; t += 2) K(project_tile)(p, type, vectors, 2, t, &target, w);
    for (; t < p->steps; t++) K(project_tile)(p, type, vectors, 1, t, &target, w);
#endif
    K(next_target)(p, vectors, 0, &target);
  }
}

/* This thread's panels. */
INLINE void K(project_share)(const K(projection) * p, int type, int vectors, int thread,
                             int threads) {
  const int height = K(project_height)(p, vectors);
  int64_t panels = ((int64_t)p->rows + height - 1) / height * p->blocks;
  if (p->abreast > 1) panels = ((int64_t)p->blocks + p->abreast - 1) / p->abreast;
  const ck_range share = ck_share(panels, thread, threads);
  const vint first = p->abreast > 1 ? K(block_starts)(p->rows, p->columns) : i_set(0);
  if (CK_USED_ABREAST && p->abreast > 1)
    for (int64_t t = 0; t < p->steps; t++) K(project_step)(p, type, vectors, 1, t, first, share);
  else if (p->steps == 1)
    K(project_step)(p, type, vectors, 0, 0, first, share);
  else
    K(project_steps)(p, type, vectors, share);
}

SHARED void K(project)(const K(projection) * p, int type, int thread, int threads) {
  switch (p->gates > 1 ? p->gates : p->sub) {
  case 1:
    if (CK_USED_VECTORS & 1 << 1) K(project_share)(p, type, 1, thread, threads);
    break;
  case 2:
    if (CK_USED_VECTORS & 1 << 2) K(project_share)(p, type, 2, thread, threads);
    break;
  case 3:
    if (CK_USED_VECTORS & 1 << 3) K(project_share)(p, type, 3, thread, threads);
    break;
  case 4:
    if (CK_USED_VECTORS & 1 << 4) K(project_share)(p, type, 4, thread, threads);
    break;
  }
}

#define CK_PROJECT(name, type)                                                                     \
  KERNEL void K(name)(int steps, int turn, int thread, int threads, const ck_team *team, int rows, \
                      int columns, int blocks, int abreast, int gates, int sub, int interleave,    \
                      int serpentine, int x_stride, int y_stride, const void *w, const float *x,   \
                      const float *bias, float *y) {                                               \
    const K(projection)                                                                            \
        p = {steps,      turn & serpentine, rows,     columns, blocks, abreast, gates, sub,        \
             interleave, x_stride,          y_stride, w,       x,      bias,    y};                \
    (void)team;                                                                                    \
    K(project)(&p, type, thread, threads);                                                         \
  }
CK_PROJECT(project_f32, CK_F32)
CK_PROJECT(project_bf16, CK_BF16)
#undef CK_PROJECT
