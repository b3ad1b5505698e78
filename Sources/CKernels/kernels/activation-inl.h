/* Elementwise functions over the vector layer, and the table of pointwise opcodes.
 *
 * An activation is one row of CK_UNARY and one function K(op_NAME) of the vector and the parameter
 * (ignored where the row says 0). No function calls the C library; each passes NaN on, and gives
 * infinities and signed zeros as its equation does.
 *
 * Errors are against exact arithmetic, and a ulp is 2^-23 of the result; subnormal results round
 * (or flush) as such. Where nothing is said the result is exact, or rounded once. Tests hold every
 * statement over all of f32. */

/* clang-format off */
#define CK_BINARY(ROW)                                                                             \
  ROW(add) ROW(subtract) ROW(multiply) ROW(divide) ROW(minimum) ROW(maximum) ROW(prelu)

/* ROW(name, whether it has a parameter) */
#define CK_UNARY(ROW)                                                                              \
  ROW(linear, 0) ROW(tanh, 0) ROW(sigmoid, 0) ROW(relu, 0) ROW(softplus, 0) ROW(softsign, 0)       \
  ROW(gelu, 0) ROW(silu, 0) ROW(exp, 0) ROW(sqrt, 0) ROW(square, 0) ROW(abs, 0)                    \
  ROW(hard_sigmoid, 0) ROW(hard_sigmoid_02, 0) ROW(clipped_relu, 1) ROW(leaky_relu, 1) ROW(elu, 1) \
  ROW(log, 1)
/* clang-format on */

#define CK_NAME_2(name)    CK_OP_##name,
#define CK_NAME_1(name, p) CK_OP_##name,
enum { CK_BINARY(CK_NAME_2) CK_UNARY(CK_NAME_1) CK_OP_COUNT };
#undef CK_NAME_2
#undef CK_NAME_1

/* ---- Parts ---- */

INLINE vec v_neg(vec a) { return v_of_bits(i_xor(v_bits(a), i_set(INT32_MIN))); }
INLINE vec v_abs(vec a) { return v_of_bits(i_and(v_bits(a), i_set(INT32_MAX))); }
/* lowest ... highest; NaN stays, since the layer's min and max give their second argument then. */
INLINE vec v_clamp(float lowest, float highest, vec a) {
  return v_max(v_set(lowest), v_min(v_set(highest), a));
}

/* Added to |a| < 2^22, leaves the nearest integer in the low bits of the sum. */
#define CK_ROUND 12582912.0f

/* Q(f) of f Q(f) = 2^f - 1 for |f| <= 1/2, relative error 1.1e-8. */
INLINE vec v_exp2m1_slope(vec f) {
  vec q = v_set(1.54035122e-4f);
  q = v_fma(q, f, v_set(1.33907585e-3f));
  q = v_fma(q, f, v_set(9.61823761e-3f));
  q = v_fma(q, f, v_set(5.55035733e-2f));
  q = v_fma(q, f, v_set(2.40226492e-1f));
  return v_fma(q, f, v_set(6.93147182e-1f));
}

/* 2^n for the integer n in the low bits of r = n + CK_ROUND, -127 <= n <= 128 (0 and infinity at
 * the ends). */
INLINE vec v_power_of_2(vec r) { return v_of_bits(i_add(i_shl(v_bits(r), 23), i_set(0x3f800000))); }

/* 2^t - 1 for -126 <= t <= 127: with full relative accuracy at 0, since 2^n (2^f - 1) + (2^n - 1)
 * cancels nothing there; exactly 0 at 0. 2^n f is exact, or 0
 * beside 1, and needs not wait for Q: 4 % of an LSTM's epilogue. */
INLINE vec v_exp2m1(vec t) {
  const vec r = v_add(t, v_set(CK_ROUND));
  const vec f = v_sub(t, v_sub(r, v_set(CK_ROUND)));
  const vec s = v_power_of_2(r);
  return v_fma(v_exp2m1_slope(f), v_mul(s, f), v_sub(s, v_set(1.0f)));
}

/* 2^t for -127 <= t <= 128. */
INLINE vec v_exp2(vec t) {
  const vec r = v_add(t, v_set(CK_ROUND));
  const vec f = v_sub(t, v_sub(r, v_set(CK_ROUND)));
  return v_mul(v_power_of_2(r), v_fma(v_exp2m1_slope(f), f, v_set(1.0f)));
}

#define CK_LOG2_E 1.44269504f

/* log(1 + f) for -1/3 <= f <= 1: s = f / (2 + f), log(1 + f) = 2 atanh(s) = f - s (f - s^2 L(s^2)).
 */
INLINE vec v_log1p_near(vec f) {
  const vec s = v_div(f, v_add(f, v_set(2.0f))), z = v_mul(s, s);
  vec l = v_set(2.80244589e-1f);
  l = v_fma(l, z, v_set(2.79991418e-1f));
  l = v_fma(l, z, v_set(4.00216997e-1f));
  l = v_fma(l, z, v_set(6.66664124e-1f));
  return v_sub(f, v_mul(s, v_sub(f, v_mul(l, z))));
}

/* ---- Two arguments ---- */

INLINE vec K(op_add)(vec a, vec b) { return v_add(a, b); }
INLINE vec K(op_subtract)(vec a, vec b) { return v_sub(a, b); }
INLINE vec K(op_multiply)(vec a, vec b) { return v_mul(a, b); }
INLINE vec K(op_divide)(vec a, vec b) { return v_div(a, b); }
/* NaN when either is. */
INLINE vec K(op_minimum)(vec a, vec b) { return v_select(v_nan(a), a, v_min(a, b)); }
INLINE vec K(op_maximum)(vec a, vec b) { return v_select(v_nan(a), a, v_max(a, b)); }
/* x < 0 ? slope x : x */
INLINE vec K(op_prelu)(vec x, vec slope) {
  return v_select(v_less(x, v_set(0.0f)), v_mul(slope, x), x);
}

/* ---- One argument ---- */

INLINE vec K(op_linear)(vec x, float p) { return (void)p, x; }

/* -(e^-2x - 1) / (e^-2x - 1 + 2): 0 at 0, error below 3 ulp. */
INLINE vec K(op_tanh)(vec x, float p) {
  (void)p;
  const vec e = v_exp2m1(v_clamp(-60.0f, 60.0f, v_mul(x, v_set(-2.0f * CK_LOG2_E))));
  return v_div(v_neg(e), v_add(e, v_set(2.0f)));
}

/* e^-x, 0 above 87.6 and infinity below -88.3, where 2^t rounds t to -127 and 128. Error below 2 +
 * 0.65 |x| ulp, since x log2(e) rounds, and log2(e) itself. */
INLINE vec v_exp_neg(vec x) {
  return v_exp2(v_clamp(-127.0f, 128.0f, v_mul(x, v_set(-CK_LOG2_E))));
}

/* 1 / (1 + e^-x). Error below 2 ulp, 2 + 0.65 |x| for x < 0; may be 0 below -88.3. */
INLINE vec K(op_sigmoid)(vec x, float p) {
  (void)p;
  return v_div(v_set(1.0f), v_add(v_set(1.0f), v_exp_neg(x)));
}

/* max(x, 0) */
INLINE vec K(op_relu)(vec x, float p) { return (void)p, v_max(v_set(0.0f), x); }

/* e^x = 2^n e^r, r = x - n log 2 in two exact steps; 2^n in two factors so that results may be
 * subnormal. Error below 2 ulp. */
INLINE vec K(op_exp)(vec x, float p) {
  (void)p;
  x = v_clamp(-104.0f, 89.0f, x);
  const vec n = v_sub(v_add(v_mul(x, v_set(CK_LOG2_E)), v_set(CK_ROUND)), v_set(CK_ROUND));
  vec r = v_sub(x, v_mul(n, v_set(0.693359375f)));
  r = v_sub(r, v_mul(n, v_set(-2.12194440e-4f)));
  const vec f = v_mul(r, v_set(CK_LOG2_E));
  const vec e = v_fma(v_exp2m1_slope(f), f, v_set(1.0f));
  const vec half = v_add(v_mul(n, v_set(0.5f)), v_set(CK_ROUND));
  const vec rest = v_add(v_sub(n, v_sub(half, v_set(CK_ROUND))), v_set(CK_ROUND));
  return v_mul(v_mul(e, v_power_of_2(half)), v_power_of_2(rest));
}

/* max(x, 0) + log(1 + e^-|x|). Error below 2 ulp, 2 + 0.65 |x| for x < 0; may be 0
 * below -87.6. */
INLINE vec K(op_softplus)(vec x, float p) {
  (void)p;
  const vec tail = v_log1p_near(v_exp_neg(v_abs(x)));
  return v_add(v_max(v_set(0.0f), x), tail);
}

/* x / (1 + |x|). Error below 1 ulp. */
INLINE vec K(op_softsign)(vec x, float p) {
  (void)p;
  return v_div(x, v_add(v_set(1.0f), v_abs(x)));
}

/* x Phi(x), Phi(-|x|) = erfc(z) / 2 = t e^(-z^2) G(t), z = |x| / sqrt 2, t = 1 / (1 + 0.3 z); G
 * fits with relative error 2e-8. Error below 6 ulp, 6 + x^2 / 4 for x < 0, as x^2
 * rounds; may be 0 below -12.9. */
INLINE vec K(op_gelu)(vec x, float p) {
  (void)p;
  const vec z = v_mul(v_abs(x), v_set(0.707106781f));
  const vec t = v_div(v_set(1.0f), v_fma(z, v_set(0.3f), v_set(1.0f)));
  vec g = v_set(-0.0647780076f);
  g = v_fma(g, t, v_set(0.242868543f));
  g = v_fma(g, t, v_set(-0.256334752f));
  g = v_fma(g, t, v_set(0.274106324f));
  g = v_fma(g, t, v_set(-0.0475146174f));
  g = v_fma(g, t, v_set(0.107553802f));
  g = v_fma(g, t, v_set(0.0741430894f));
  g = v_fma(g, t, v_set(0.0853619128f));
  g = v_fma(g, t, v_set(0.0845937058f));
  const vec gauss = K(op_exp)(v_mul(v_mul(x, x), v_set(-0.5f)), 0.0f);
  const vec tail = v_mul(v_mul(t, g), gauss);
  return v_mul(x, v_select(v_less(x, v_set(0.0f)), tail, v_sub(v_set(1.0f), tail)));
}

/* x / (1 + e^-x). Error below 2 ulp, 2 + 0.65 |x| for x < 0; may be 0 below -88.3. */
INLINE vec K(op_silu)(vec x, float p) {
  (void)p;
  return v_div(x, v_add(v_set(1.0f), v_exp_neg(x)));
}

INLINE vec K(op_sqrt)(vec x, float p) { return (void)p, v_sqrt(x); }
INLINE vec K(op_square)(vec x, float p) { return (void)p, v_mul(x, x); }
INLINE vec K(op_abs)(vec x, float p) { return (void)p, v_abs(x); }

/* min(max(x + 3, 0), 6) / 6. Error below 1.5 ulp. */
INLINE vec K(op_hard_sigmoid)(vec x, float p) {
  (void)p;
  return v_mul(v_clamp(0.0f, 6.0f, v_add(x, v_set(3.0f))), v_set(1.0f / 6.0f));
}

/* min(max(0.2 x + 0.5, 0), 1). Error below 2^-24, half a ulp of 1. */
INLINE vec K(op_hard_sigmoid_02)(vec x, float p) {
  (void)p;
  return v_clamp(0.0f, 1.0f, v_fma(x, v_set(0.2f), v_set(0.5f)));
}

/* min(max(x, 0), p) */
INLINE vec K(op_clipped_relu)(vec x, float p) { return v_min(v_set(p), v_max(v_set(0.0f), x)); }

/* x < 0 ? p x : x */
INLINE vec K(op_leaky_relu)(vec x, float p) { return K(op_prelu)(x, v_set(p)); }

/* x < 0 ? p (e^x - 1) : x. Error below 3 ulp. */
INLINE vec K(op_elu)(vec x, float p) {
  const vec e = v_exp2m1(v_clamp(-126.0f, 0.0f, v_mul(x, v_set(CK_LOG2_E))));
  return v_select(v_less(x, v_set(0.0f)), v_mul(v_set(p), e), x);
}

/* log(max(x, p)) = e log 2 + log(1 + f), 2/3 <= 1 + f < 4/3. Subnormals are scaled first; -infinity
 * at 0 (at subnormals too where they are flushed), NaN below. Error below 2 ulp. */
INLINE vec K(op_log)(vec x, float p) {
  x = v_max(v_set(p), x);
  const vmask tiny = v_less(x, v_set(1.17549435e-38f));
  const vec y = v_select(tiny, v_mul(x, v_set(16777216.0f)), x);
  const vint e = i_sar(i_sub(v_bits(y), i_set(0x3f2aaaab)), 23);
  const vec f = v_sub(v_of_bits(i_sub(v_bits(y), i_shl(e, 23))), v_set(1.0f));
  vec n = v_sub(v_of_bits(i_add(e, i_set(0x4b400000))), v_set(CK_ROUND));
  n = v_sub(n, v_select(tiny, v_set(24.0f), v_set(0.0f)));
  const vec low = v_add(v_mul(n, v_set(-2.12194440e-4f)), v_log1p_near(f));
  vec result = v_add(v_mul(n, v_set(0.693359375f)), low);
  /* Infinity and NaN pass; 0 and below are made. */
  result = v_select(v_less(x, v_set(__builtin_inff())), result, x);
  const vec made =
      v_select(v_less(x, v_set(0.0f)), v_set(__builtin_nanf("")), v_set(-__builtin_inff()));
  return v_select(v_less(v_set(0.0f), x), result, v_select(v_nan(x), x, made));
}

/* The activation of that opcode. */
KERNEL vec K(apply)(int opcode, vec x, float p) {
  switch (opcode) {
#define CK_CASE(name, has_parameter)                                                               \
  case CK_OP_##name:                                                                               \
    return CK_USED_ACTIVATIONS >> CK_OP_##name & 1 ? K(op_##name)(x, p) : x;
    CK_UNARY(CK_CASE)
#undef CK_CASE
  default:
    return x;
  }
}
