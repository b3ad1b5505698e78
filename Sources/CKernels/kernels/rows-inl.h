/* Kernels over whole rows. A result may be its input (same place, same stride). Threads share
 * steps. Sums run over VL interleaved chains, then over the lanes in the layer's order. */

/* The lanes of x that exist, `other` in the rest. */
INLINE vec K(load_or)(const float *p, int lanes, vec other) {
  return v_select(v_first(lanes), v_load_n(p, lanes), other);
}

INLINE float K(row_highest)(int width, const float *x) {
  const vec lowest = v_set(-__builtin_inff());
  vec top = lowest;
  for (int64_t i = 0; i < width; i += VL)
    top = v_max(top, K(load_or)(x + i, ck_lanes(width, i, VL), lowest));
  return v_highest(top);
}

/* Sum of e^(x - top), and these terms to y where that is not NULL. */
INLINE float K(row_exp)(int width, float top, const float *x, float *y) {
  vec sum = v_set(0);
  for (int64_t i = 0; i < width; i += VL) {
    const int lanes = ck_lanes(width, i, VL);
    const vec e = K(op_exp)(v_sub(v_load_n(x + i, lanes), v_set(top)), 0.0f);
    if (y) v_store_n(y + i, e, lanes);
    sum = v_add(sum, v_select(v_first(lanes), e, v_set(0)));
  }
  return v_sum(sum);
}

KERNEL void K(softmax_f32)(int steps, int turn, int thread, int threads, const ck_team *team,
                           int width, int x_stride, int y_stride, const float *x, float *y) {
  (void)turn, (void)team;
  const ck_range rows = ck_share(steps, thread, threads);
  for (int64_t t = rows.first; t < rows.end; t++) {
    const float *from = x + t * x_stride;
    float *to = y + t * y_stride;
    const vec sum = v_set(K(row_exp)(width, K(row_highest)(width, from), from, to));
    for (int64_t i = 0; i < width; i += VL) {
      const int lanes = ck_lanes(width, i, VL);
      v_store_n(to + i, v_div(v_load_n(to + i, lanes), sum), lanes);
    }
  }
}

KERNEL void K(log_softmax_f32)(int steps, int turn, int thread, int threads, const ck_team *team,
                               int width, int x_stride, int y_stride, const float *x, float *y) {
  (void)turn, (void)team;
  const ck_range rows = ck_share(steps, thread, threads);
  for (int64_t t = rows.first; t < rows.end; t++) {
    const float *from = x + t * x_stride;
    float *to = y + t * y_stride;
    const float top = K(row_highest)(width, from);
    const vec sum = v_set(K(row_exp)(width, top, from, NULL));
    const vec logarithm = K(op_log)(sum, 0.0f);
    for (int64_t i = 0; i < width; i += VL) {
      const int lanes = ck_lanes(width, i, VL);
      const vec above = v_sub(v_load_n(from + i, lanes), v_set(top));
      v_store_n(to + i, v_sub(above, logarithm), lanes);
    }
  }
}

/* Sum of x - centre, or of its square. */
INLINE vec K(row_moment)(int width, const float *x, vec centre, int square) {
  vec sum = v_set(0);
  for (int64_t i = 0; i < width; i += VL) {
    const int lanes = ck_lanes(width, i, VL);
    const vec d = v_sub(K(load_or)(x + i, lanes, centre), centre);
    sum = square ? v_fma(d, d, sum) : v_add(sum, d);
  }
  return v_set(v_sum(sum));
}

KERNEL void K(layer_norm_f32)(int steps, int turn, int thread, int threads, const ck_team *team,
                              int width, int32_t epsilon, int x_stride, int y_stride,
                              const float *x, const float *weight, const float *bias, float *y) {
  (void)turn, (void)team;
  const vec count = v_set((float)width), one = v_set(1.0f);
  const ck_range rows = ck_share(steps, thread, threads);
  for (int64_t t = rows.first; t < rows.end; t++) {
    const float *from = x + t * x_stride;
    const vec mean = v_div(K(row_moment)(width, from, v_set(0), 0), count);
    const vec variance = v_div(K(row_moment)(width, from, mean, 1), count);
    const vec scale = v_div(one, v_sqrt(v_add(variance, v_set(ck_float(epsilon)))));
    for (int64_t i = 0; i < width; i += VL) {
      const int lanes = ck_lanes(width, i, VL);
      const vec z = v_mul(v_sub(v_load_n(from + i, lanes), mean), scale);
      const vec result = v_fma(z, v_load_n(weight + i, lanes), v_load_n(bias + i, lanes));
      v_store_n(y + t * y_stride + i, result, lanes);
    }
  }
}
