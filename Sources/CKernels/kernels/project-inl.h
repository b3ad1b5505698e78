/* Products of packed matrices with the vector of every step.
 *
 * y[t][g][b rows + r] = bias + sum over k of w x[t][b columns + k], W packed
 * [gates][blocks][ceil(rows / (sub VL))][columns][sub][VL], zero padded. A panel, sub VL rows of
 * one block of one gate, is the unit of work and of sharing among threads. y overlaps nothing.
 *
 * Blocks of at most VL / 2 rows and columns stand `abreast` in panels
 * [gates][ceil(blocks / abreast)][columns][VL], whose lanes each take the x of their own block. */

/* Lane l of a panel of blocks abreast: where the columns of its block begin. */
INLINE vint K(block_starts)(int rows, int columns) {
  int32_t first[VL];
  for (int l = 0; l < VL; l++) first[l] = l / rows * columns;
  return i_load(first);
}

/* One panel for `tile` steps (1 ... 3, constant) and `sub` vectors (1 ... 4, constant): the weights
 * are read once, and every sum is one chain over k from the bias, whatever the tile. */
INLINE void K(project_tile)(int tile, int sub, int columns, int lanes, const float *w,
                            const float *x, int64_t x_stride, const float *bias, float *y,
                            int64_t y_stride) {
  const int n0 = ck_lanes(lanes, 0, VL), n1 = ck_lanes(lanes, VL, VL);
  const int n2 = ck_lanes(lanes, 2 * VL, VL), n3 = ck_lanes(lanes, 3 * VL, VL);
  vec a0 = v_set(0), a1 = a0, a2 = a0, a3 = a0;
  if (bias) {
    a0 = v_load_n(bias, n0);
    if (sub > 1) a1 = v_load_n(bias + VL, n1);
    if (sub > 2) a2 = v_load_n(bias + 2 * VL, n2);
    if (sub > 3) a3 = v_load_n(bias + 3 * VL, n3);
  }
  vec b0 = a0, b1 = a1, b2 = a2, b3 = a3, c0 = a0, c1 = a1, c2 = a2, c3 = a3;
  const float *xa = x, *xb = x + x_stride, *xc = x + 2 * x_stride;
  ROLLED for (int k = 0; k < columns; k++, w += (int64_t)sub * VL) {
    const vec xka = v_set(xa[k]), xkb = tile > 1 ? v_set(xb[k]) : xka;
    const vec xkc = tile > 2 ? v_set(xc[k]) : xka;
    const vec w0 = v_load(w);
    a0 = v_fma(w0, xka, a0);
    if (tile > 1) b0 = v_fma(w0, xkb, b0);
    if (tile > 2) c0 = v_fma(w0, xkc, c0);
    if (sub > 1) {
      const vec w1 = v_load(w + VL);
      a1 = v_fma(w1, xka, a1);
      if (tile > 1) b1 = v_fma(w1, xkb, b1);
      if (tile > 2) c1 = v_fma(w1, xkc, c1);
    }
    if (sub > 2) {
      const vec w2 = v_load(w + 2 * VL);
      a2 = v_fma(w2, xka, a2);
      if (tile > 1) b2 = v_fma(w2, xkb, b2);
      if (tile > 2) c2 = v_fma(w2, xkc, c2);
    }
    if (sub > 3) {
      const vec w3 = v_load(w + 3 * VL);
      a3 = v_fma(w3, xka, a3);
      if (tile > 1) b3 = v_fma(w3, xkb, b3);
      if (tile > 2) c3 = v_fma(w3, xkc, c3);
    }
  }
  float *ya = y, *yb = y + y_stride, *yc = y + 2 * y_stride;
  v_store_n(ya, a0, n0);
  if (tile > 1) v_store_n(yb, b0, n0);
  if (tile > 2) v_store_n(yc, c0, n0);
  if (sub > 1) {
    v_store_n(ya + VL, a1, n1);
    if (tile > 1) v_store_n(yb + VL, b1, n1);
    if (tile > 2) v_store_n(yc + VL, c1, n1);
  }
  if (sub > 2) {
    v_store_n(ya + 2 * VL, a2, n2);
    if (tile > 1) v_store_n(yb + 2 * VL, b2, n2);
    if (tile > 2) v_store_n(yc + 2 * VL, c2, n2);
  }
  if (sub > 3) {
    v_store_n(ya + 3 * VL, a3, n3);
    if (tile > 1) v_store_n(yb + 3 * VL, b3, n3);
    if (tile > 2) v_store_n(yc + 3 * VL, c3, n3);
  }
}

/* One panel for all steps. */
INLINE void K(project_panel)(int sub, int steps, int columns, int lanes, const float *w,
                             const float *x, int64_t x_stride, const float *bias, float *y,
                             int64_t y_stride) {
  int t = 0;
  for (; steps - t >= 3; t += 3) K(project_tile)
  (3, sub, columns, lanes, w, x + t * x_stride, x_stride, bias, y + t * y_stride, y_stride);
  if (steps - t == 2) K(project_tile)
  (2, sub, columns, lanes, w, x + t * x_stride, x_stride, bias, y + t * y_stride, y_stride);
  if (steps - t == 1) K(project_tile)
  (1, sub, columns, lanes, w, x + t * x_stride, x_stride, bias, y + t * y_stride, y_stride);
}

/* This thread's panels, counted over gates, blocks and rows; backwards every other turn, so that a
 * step begins with the weights that the step before has left in the cache. */
INLINE void K(project_panels)(int sub, int steps, int turn, ck_range share, int rows, int columns,
                              int blocks, int x_stride, int y_stride, const float *w,
                              const float *x, const float *bias, float *y) {
  const int height = sub * VL, panels = (int)(((int64_t)rows + height - 1) / height);
  for (int64_t j = share.first; j < share.end; j++) {
    const int64_t i = turn ? share.first + share.end - 1 - j : j;
    const int64_t block = i / panels, row = i % panels * height;
    const int64_t out = block * rows + row;
    K(project_panel)
    (sub, steps, columns, ck_lanes(rows, row, height), w + i * columns * height,
     x + block % blocks * columns, x_stride, bias ? bias + out : bias, y + out, y_stride);
  }
}

/* Blocks abreast: `count` gates (1 ... 4, constant) of one panel share the permuted x. w, bias and
 * y go from gate to gate by their strides. */
INLINE void K(project_abreast)(int count, int columns, int lanes, vint first, const float *w,
                               int64_t w_gate, vec x, const float *bias, float *y, int64_t y_gate) {
  vec a0 = v_set(0), a1 = a0, a2 = a0, a3 = a0;
  if (bias) {
    a0 = v_load_n(bias, lanes);
    if (count > 1) a1 = v_load_n(bias + y_gate, lanes);
    if (count > 2) a2 = v_load_n(bias + 2 * y_gate, lanes);
    if (count > 3) a3 = v_load_n(bias + 3 * y_gate, lanes);
  }
  ROLLED for (int k = 0; k < columns; k++, w += VL) {
    const vec xk = v_permute(x, i_add(first, i_set(k)));
    a0 = v_fma(v_load(w), xk, a0);
    if (count > 1) a1 = v_fma(v_load(w + w_gate), xk, a1);
    if (count > 2) a2 = v_fma(v_load(w + 2 * w_gate), xk, a2);
    if (count > 3) a3 = v_fma(v_load(w + 3 * w_gate), xk, a3);
  }
  v_store_n(y, a0, lanes);
  if (count > 1) v_store_n(y + y_gate, a1, lanes);
  if (count > 2) v_store_n(y + 2 * y_gate, a2, lanes);
  if (count > 3) v_store_n(y + 3 * y_gate, a3, lanes);
}

/* This thread's panels of blocks abreast, for all steps. */
INLINE void K(project_all_abreast)(int steps, int thread, int threads, int rows, int columns,
                                   int blocks, int abreast, int gates, int x_stride, int y_stride,
                                   const float *w, const float *x, const float *bias, float *y) {
  const int64_t panels = ((int64_t)blocks + abreast - 1) / abreast;
  const int64_t height = (int64_t)blocks * rows, width = (int64_t)blocks * columns;
  const int64_t w_gate = panels * columns * VL;
  const ck_range share = ck_share(panels, thread, threads);
  const vint first = K(block_starts)(rows, columns);
  for (int64_t p = share.first; p < share.end; p++) {
    const int64_t out = p * abreast * rows, in = p * abreast * columns;
    const int lanes = ck_lanes(height, out, abreast * rows);
    const int window = ck_lanes(width, in, abreast * columns);
    for (int t = 0; t < steps; t++) {
      const vec xt = v_load_n(x + (int64_t)t * x_stride + in, window);
      float *yt = y + (int64_t)t * y_stride + out;
      for (int g = 0; g < gates; g += 4) {
        const float *wg = w + g * w_gate + p * columns * VL, *bg = bias;
        if (bias) bg += g * height + out;
        float *yg = yt + g * height;
        switch (gates - g) {
        case 1:
          K(project_abreast)(1, columns, lanes, first, wg, w_gate, xt, bg, yg, height);
          break;
        case 2:
          K(project_abreast)(2, columns, lanes, first, wg, w_gate, xt, bg, yg, height);
          break;
        case 3:
          K(project_abreast)(3, columns, lanes, first, wg, w_gate, xt, bg, yg, height);
          break;
        default:
          K(project_abreast)(4, columns, lanes, first, wg, w_gate, xt, bg, yg, height);
        }
      }
    }
  }
}

KERNEL void K(project_f32)(int steps, int turn, int thread, int threads, const ck_team *team,
                           int rows, int columns, int blocks, int abreast, int gates, int sub,
                           int x_stride, int y_stride, const float *w, const float *x,
                           const float *bias, float *y) {
  (void)team;
  if (abreast > 1) {
    K(project_all_abreast)
    (steps, thread, threads, rows, columns, blocks, abreast, gates, x_stride, y_stride, w, x, bias,
     y);
    return;
  }
  const int64_t panels = ((int64_t)rows + sub * VL - 1) / (sub * VL);
  const ck_range share = ck_share(panels * blocks * gates, thread, threads);
  switch (sub) {
#define CK_CASE(n)                                                                                 \
  case n:                                                                                          \
    K(project_panels)                                                                              \
    (n, steps, turn, share, rows, columns, blocks, x_stride, y_stride, w, x, bias, y);             \
    break;
    CK_CASE(1) CK_CASE(2) CK_CASE(3) CK_CASE(4)
#undef CK_CASE
  }
}
