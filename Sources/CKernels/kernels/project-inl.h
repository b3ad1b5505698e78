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

/* Where a panel's results stand: its vectors are `apart` elements from each other. */
typedef struct {
  int64_t out, in, apart;
  int lanes; /* of all vectors, where they stand side by side; of each, where they are gates */
} K(target);

INLINE K(target) K(target_of)(const K(projection) * p, int vectors, int64_t panel) {
  const int height = p->gates > 1 ? VL : vectors * VL;
  K(target) target;
  target.apart = p->gates > 1 ? (int64_t)p->rows * p->blocks : VL;
  if (p->abreast > 1) {
    target.out = panel * p->abreast * p->rows;
    target.in = panel * p->abreast * p->columns;
    target.lanes = ck_lanes((int64_t)p->blocks * p->rows, target.out, p->abreast * p->rows);
    return target;
  }
  const int64_t panels = ((int64_t)p->rows + height - 1) / height;
  const int64_t row = panel % panels * height;
  target.out = panel / panels * p->rows + row;
  target.in = panel / panels * p->columns;
  target.lanes = ck_lanes(p->rows, row, height);
  return target;
}

/* Elements of vector v that exist. */
INLINE int K(target_lanes)(const K(projection) * p, const K(target) * target, int v) {
  return p->gates > 1 || p->abreast > 1 ? target->lanes : ck_lanes(target->lanes, v * VL, VL);
}

INLINE void K(project_start)(const K(projection) * p, int vectors, const K(target) * target,
                             vec *sums) {
  UNROLLED for (int v = 0; v < vectors; v++) {
    sums[v] = v_set(0);
    if (p->bias)
      sums[v] = v_load_n(p->bias + target->out + v * target->apart, K(target_lanes)(p, target, v));
  }
}

INLINE void K(project_finish)(const K(projection) * p, int vectors, const K(target) * target,
                              int64_t t, const vec *sums) {
  float *y = p->y + t * p->y_stride + target->out;
  UNROLLED for (int v = 0; v < vectors; v++)
      v_store_n(y + v * target->apart, sums[v], K(target_lanes)(p, target, v));
}

/* `count` steps (constant) of one panel: its weights are read once. */
INLINE void K(project_tile)(const K(projection) * p, int type, int vectors, int count, int64_t t,
                            const K(target) * target, const int32_t *w) {
  const float *x[CK_STREAMS];
  vec sums[CK_STREAMS][CK_VECTORS];
  UNROLLED for (int s = 0; s < count; s++) {
    x[s] = p->x + (t + s) * p->x_stride + target->in;
    K(project_start)(p, vectors, target, sums[s]);
  }
  K(multiply)(type, vectors, count, p->columns, w, 0, x, sums);
  UNROLLED for (int s = 0; s < count; s++) K(project_finish)(p, vectors, target, t + s, sums[s]);
}

/* `count` panels (constant) of one step, side by side. */
INLINE void K(project_beside)(const K(projection) * p, int type, int vectors, int count,
                              int64_t panel) {
  const int64_t words = K(panel_words)(type, vectors, p->columns);
  const float *x[CK_STREAMS];
  K(target) target[CK_STREAMS];
  vec sums[CK_STREAMS][CK_VECTORS];
  UNROLLED for (int s = 0; s < count; s++) {
    target[s] = K(target_of)(p, vectors, panel + s);
    x[s] = p->x + target[s].in;
    K(project_start)(p, vectors, &target[s], sums[s]);
  }
  K(multiply)(type, vectors, count, p->columns, p->w + panel * words, words, x, sums);
  UNROLLED for (int s = 0; s < count; s++) K(project_finish)(p, vectors, &target[s], 0, sums[s]);
}

/* One panel of blocks abreast for all steps. */
INLINE void K(project_abreast)(const K(projection) * p, int type, int vectors, vint first,
                               int64_t panel) {
  const K(target) target = K(target_of)(p, vectors, panel);
  const int32_t *w = p->w + panel * K(panel_words)(type, vectors, p->columns);
  const int64_t width = (int64_t)p->blocks * p->columns;
  const int window = ck_lanes(width, target.in, p->abreast * p->columns);
  vec start[CK_VECTORS], sums[CK_VECTORS];
  K(project_start)(p, vectors, &target, start);
  for (int64_t t = 0; t < p->steps; t++) {
    UNROLLED for (int v = 0; v < vectors; v++) sums[v] = start[v];
    const vec x = v_load_n(p->x + t * p->x_stride + target.in, window);
    K(multiply_abreast)(type, vectors, p->columns, first, w, x, sums);
    K(project_finish)(p, vectors, &target, t, sums);
  }
}

/* The panels first ... end - 1 of one step, `interleave` at a time. */
INLINE void K(project_step)(const K(projection) * p, int type, int vectors, ck_range share) {
  int64_t left = share.end - share.first;
  while (left > 0) {
    int count = p->interleave;
    while (count > left) count /= 2;
    const int64_t panel = p->backwards ? share.first + left - count : share.end - left;
    if (count == 4)
      K(project_beside)(p, type, vectors, 4, panel);
    else if (count == 2)
      K(project_beside)(p, type, vectors, 2, panel);
    else
      K(project_beside)(p, type, vectors, 1, panel);
    left -= count;
  }
}

/* The panels first ... end - 1 of all steps: a panel's weights serve six steps at a time. */
INLINE void K(project_steps)(const K(projection) * p, int type, int vectors, ck_range share) {
  const int64_t words = K(panel_words)(type, vectors, p->columns);
  for (int64_t panel = share.first; panel < share.end; panel++) {
    const K(target) target = K(target_of)(p, vectors, panel);
    const int32_t *w = p->w + panel * words;
    int64_t t = 0;
    for (; p->steps - t >= 6; t += 6) K(project_tile)(p, type, vectors, 6, t, &target, w);
    for (; p->steps - t >= 2; t += 2) K(project_tile)(p, type, vectors, 2, t, &target, w);
    if (t < p->steps) K(project_tile)(p, type, vectors, 1, t, &target, w);
  }
}

/* This thread's panels. */
INLINE void K(project_share)(const K(projection) * p, int type, int vectors, int thread,
                             int threads) {
  const int height = p->gates > 1 ? VL : vectors * VL;
  int64_t panels = ((int64_t)p->rows + height - 1) / height * p->blocks;
  if (p->abreast > 1) panels = ((int64_t)p->blocks + p->abreast - 1) / p->abreast;
  const ck_range share = ck_share(panels, thread, threads);
  if (p->abreast > 1) {
    const vint first = K(block_starts)(p->rows, p->columns);
    for (int64_t panel = share.first; panel < share.end; panel++)
      K(project_abreast)(p, type, vectors, first, panel);
  } else if (p->steps == 1) {
    K(project_step)(p, type, vectors, share);
  } else {
    K(project_steps)(p, type, vectors, share);
  }
}

INLINE void K(project)(const K(projection) * p, int type, int thread, int threads) {
  switch (p->gates > 1 ? p->gates : p->sub) {
  case 1:
    K(project_share)(p, type, 1, thread, threads);
    break;
  case 2:
    K(project_share)(p, type, 2, thread, threads);
    break;
  case 3:
    K(project_share)(p, type, 3, thread, threads);
    break;
  case 4:
    K(project_share)(p, type, 4, thread, threads);
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
