/* Kernels that only move elements. Sources and results do not overlap. Threads share steps, or the
 * elements of a row when there are fewer steps. */

INLINE void K(copy_row)(int64_t count, const float *x, float *y) {
  for (int64_t i = 0; i < count; i += VL) {
    const int lanes = ck_lanes(count, i, VL);
    v_store_n(y + i, v_load_n(x + i, lanes), lanes);
  }
}

INLINE void K(zero_row)(int64_t count, float *y) {
  for (int64_t i = 0; i < count; i += VL) v_store_n(y + i, v_set(0), ck_lanes(count, i, VL));
}

/* This thread's part of `steps` rows of `width` elements. */
typedef struct {
  ck_range rows, columns;
} ck_area;

INLINE ck_area ck_area_of(int steps, int width, int thread, int threads) {
  ck_area a = {{0, steps}, {0, width}};
  if (steps >= threads)
    a.rows = ck_share(steps, thread, threads);
  else
    a.columns = ck_share(width, thread, threads);
  return a;
}

KERNEL void K(copy_f32)(int steps, int turn, int thread, int threads, const ck_team *team,
                        int width, int x_stride, int y_stride, const float *x, float *y) {
  (void)turn, (void)team;
  const ck_area a = ck_area_of(steps, width, thread, threads);
  const int64_t first = a.columns.first;
  for (int64_t t = a.rows.first; t < a.rows.end; t++)
    K(copy_row)(a.columns.end - first, x + t * x_stride + first, y + t * y_stride + first);
}

KERNEL void K(gather_f32)(int steps, int turn, int thread, int threads, const ck_team *team,
                          int width, int x_width, int x_stride, int y_stride, const float *x,
                          const int32_t *index, float *y) {
  (void)turn, (void)team;
  const ck_area a = ck_area_of(steps, width, thread, threads);
  for (int64_t t = a.rows.first; t < a.rows.end; t++)
    for (int64_t i = a.columns.first; i < a.columns.end; i += VL) {
      const int lanes = ck_lanes(a.columns.end, i, VL);
      const vec v = v_gather_n(x + t * x_stride, index + i, (uint32_t)x_width, lanes);
      v_store_n(y + t * y_stride + i, v, lanes);
    }
}

KERNEL void K(embedding_f32)(int steps, int turn, int thread, int threads, const ck_team *team,
                             int size, int width, int index_stride, int y_stride,
                             const float *table, const int32_t *index, float *y) {
  (void)turn, (void)team;
  const ck_area a = ck_area_of(steps, width, thread, threads);
  const int64_t first = a.columns.first, count = a.columns.end - first;
  for (int64_t t = a.rows.first; t < a.rows.end; t++) {
    const uint32_t row = (uint32_t)index[t * index_stride];
    if (row < (uint32_t)size)
      K(copy_row)(count, table + (int64_t)row * width + first, y + t * y_stride + first);
    else
      K(zero_row)(count, y + t * y_stride + first);
  }
}

KERNEL void K(one_hot_f32)(int steps, int turn, int thread, int threads, const ck_team *team,
                           int size, int index_stride, int y_stride, const int32_t *index,
                           float *y) {
  (void)turn, (void)team;
  const ck_area a = ck_area_of(steps, size, thread, threads);
  const int64_t first = a.columns.first, end = a.columns.end;
  for (int64_t t = a.rows.first; t < a.rows.end; t++) {
    const int64_t hot = index[t * index_stride];
    K(zero_row)(end - first, y + t * y_stride + first);
    if (hot >= first && hot < end) y[t * y_stride + hot] = 1.0f;
  }
}
