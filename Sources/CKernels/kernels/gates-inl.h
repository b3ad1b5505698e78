/* Epilogues of the recurrent kernels: from the sums of a vector of units to their new state. See
 * Note [Gates]. */

/* e^(-scale x) - 1 of a gate's sum; bounded so that products of two such terms stay finite. */
INLINE vec K(gate)(vec x, float scale) {
  return v_exp2m1(v_clamp(-60.0f, 60.0f, v_mul(x, v_set(-scale * CK_LOG2_E))));
}
INLINE vec K(plus_2)(vec e) { return v_add(e, v_set(2.0f)); }

KERNEL void K(finish_lstm)(const vec *s, float *c, float *y, int lanes) {
  const vec one_f = K(plus_2)(K(gate)(s[1], 1.0f)), one_i = K(plus_2)(K(gate)(s[0], 1.0f));
  const vec g = K(gate)(s[2], 2.0f);
  const vec kept = v_div(v_load_n(c, lanes), one_f);
  const vec next = v_sub(kept, v_div(g, v_mul(one_i, K(plus_2)(g))));
  const vec e = K(gate)(next, 2.0f), one_o = K(plus_2)(K(gate)(s[3], 1.0f));
  v_store_n(c, next, lanes);
  v_store_n(y, v_div(v_neg(e), v_mul(one_o, K(plus_2)(e))), lanes);
}

/* update 0: (1 - z) n + z h; 1: (1 - z) h + z n; ez = e^-z's sum, so that z = 1 / (1 + ez). */
INLINE vec K(update_gru)(int update, vec ez, vec n, vec h) {
  const vec kept = update ? n : h, other = update ? h : n;
  return v_div(v_fma(ez, other, kept), v_add(ez, v_set(1.0f)));
}

KERNEL void K(finish_gru_after)(int update, const vec *s, vec xn, vec h, float *y, int lanes) {
  const vec r = v_div(v_set(1.0f), K(plus_2)(K(gate)(s[0], 1.0f)));
  const vec e = K(gate)(v_fma(r, s[2], xn), 2.0f);
  const vec n = v_div(v_neg(e), K(plus_2)(e));
  const vec ez = v_add(K(gate)(s[1], 1.0f), v_set(1.0f));
  v_store_n(y, K(update_gru)(update, ez, n, h), lanes);
}

KERNEL void K(finish_gru_reset)(const vec *s, vec h, float *rh, float *z, int lanes) {
  v_store_n(rh, v_div(h, K(plus_2)(K(gate)(s[0], 1.0f))), lanes);
  v_store_n(z, v_add(K(gate)(s[1], 1.0f), v_set(1.0f)), lanes);
}

/* One vector of n of reset before. */
KERNEL void K(finish_gru_new)(int update, vec sum, const float *z, const float *h, float *y,
                              int lanes) {
  const vec e = K(gate)(sum, 2.0f);
  const vec n = v_div(v_neg(e), K(plus_2)(e));
  v_store_n(y, K(update_gru)(update, v_load_n(z, lanes), n, v_load_n(h, lanes)), lanes);
}

/* Note [Gates]
 * With E = e^-a, sigmoid(a) = 1 / (1 + E) and tanh(a) = (1 - E^2) / (1 + E^2). Both come from
 * e = E - 1 (or E^2 - 1), which v_exp2m1 gives exactly 0 at 0 and relatively accurate beside it.
 * Divisions are merged where that keeps a saturated gate exact: with f = 1 the LSTM's c / (1 + E_f)
 * is c itself, and with z = 1 the GRU's (E_z n + h) / (1 + E_z) is h. (One common denominator for
 * c, as in [c (1 + E_i)(1 + E_g) + ...] / [...], would save a division but rounds c at every step,
 * and overflows for large c.) NaN passes: the clamp gives it back.
 *
 * Per 16 LSTM units on AVX-512 (virtual Xeon): 25 ns. Tried and left out: that one denominator 27.3
 * (against 26.0 then), reciprocals with a Newton step in place of divisions 25.4, 2^n by
 * vscalef 23.9, the gates of two panels in step 21.8 (but 35.6 against 35.2 on AVX2 with gcc, and a
 * second epilogue to keep), epilogues after 16 panels 35 against 30. Instructions are the limit,
 * not divisions. */
