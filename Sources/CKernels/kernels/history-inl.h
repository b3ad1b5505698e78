/* Kernels with a memory of past rows. Results overlap neither x nor the history; x does not overlap
 * the history. */

/* y = x; they may overlap where y stands at the lower address. */
INLINE void K(copy_samples)(int64_t count, const float *x, float *y) {
  for (int64_t i = 0; i < count; i += VL) {
    const int lanes = ck_lanes(count, i, VL);
    v_store_n(y + i, v_load_n(x + i, lanes), lanes);
  }
}

/* y[0 ... count) = samples from `start` of the stream that is the history (`past` samples) followed
 * by the rows of x (`width` each). */
INLINE void K(stream_copy)(int64_t start, int64_t count, int64_t past, const float *history,
                           int width, int x_stride, const float *x, float *y) {
  int64_t done = start < past ? past - start : 0;
  if (done > count) done = count;
  K(copy_samples)(done, history + (done > 0 ? start : 0), y);
  while (done < count) {
    const int64_t at = start + done - past, row = at / width, column = at % width;
    const int64_t left = count - done, part = width - column < left ? width - column : left;
    K(copy_samples)(part, x + row * x_stride + column, y + done);
    done += part;
  }
}

KERNEL void K(window_f32)(int steps, int turn, int thread, int threads, const ck_team *team,
                          int size, int width, int x_stride, int y_stride, const float *x,
                          float *history, float *y) {
  (void)turn;
  const int64_t past = (int64_t)size - width;
  const ck_range rows = ck_share(steps, thread, threads);
  for (int64_t t = rows.first; t < rows.end; t++)
    K(stream_copy)(t * width, size, past, history, width, x_stride, x, y + t * y_stride);
  ck_wait(team, thread, threads);
  if (thread == 0 && steps > 0)
    K(stream_copy)((int64_t)steps * width, past, past, history, width, x_stride, x, history);
}

/* Threads share the columns, so that each keeps its own part of the history. */
KERNEL void K(delay_f32)(int steps, int turn, int thread, int threads, const ck_team *team,
                         int width, int delay, int x_stride, int y_stride, const float *x,
                         float *history, float *y) {
  (void)turn, (void)team;
  const ck_range columns = ck_share(width, thread, threads);
  const int64_t count = columns.end - columns.first;
  if (count == 0) return;
  x += columns.first;
  y += columns.first;
  history += columns.first;
  for (int64_t t = 0; t < steps; t++) {
    const float *from = t < delay ? history + t * width : x + (t - delay) * x_stride;
    K(copy_samples)(count, from, y + t * y_stride);
  }
  for (int64_t j = 0; j < delay; j++) {
    const int64_t t = steps + j;
    const float *from = t < delay ? history + t * width : x + (t - delay) * x_stride;
    if (steps > 0) K(copy_samples)(count, from, history + j * width);
  }
}
