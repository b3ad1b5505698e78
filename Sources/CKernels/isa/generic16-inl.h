/* The vector layer over 16-byte vectors of GNU C, for any architecture. See Note [Vector layer] in
 * isa/avx2-inl.h. */
#define K(name)      name##_generic16
#define VL           4
#define CK_REGISTERS 16

typedef float vec __attribute__((vector_size(16)));
typedef int32_t vint __attribute__((vector_size(16)));
typedef vint vmask;
typedef float ck_unaligned __attribute__((vector_size(16), aligned(4), may_alias));

INLINE vec v_load(const float *p) { return *(const ck_unaligned *)p; }
INLINE void v_store(float *p, vec a) { *(ck_unaligned *)p = a; }
INLINE vec v_load_n(const float *p, int n) {
  if (n >= VL) return v_load(p);
  return (vec){n > 0 ? p[0] : 0.0f, n > 1 ? p[1] : 0.0f, n > 2 ? p[2] : 0.0f, 0.0f};
}
INLINE void v_store_n(float *p, vec a, int n) {
  if (n >= VL) {
    v_store(p, a);
    return;
  }
  if (n > 0) p[0] = a[0];
  if (n > 1) p[1] = a[1];
  if (n > 2) p[2] = a[2];
}
INLINE vec v_set(float a) { return (vec){a, a, a, a}; }

INLINE vec v_add(vec a, vec b) { return a + b; }
INLINE vec v_sub(vec a, vec b) { return a - b; }
INLINE vec v_mul(vec a, vec b) { return a * b; }
INLINE vec v_div(vec a, vec b) { return a / b; }
INLINE vec v_fma(vec a, vec b, vec c) { return a * b + c; }

INLINE vint v_bits(vec a) { return (vint)a; }
INLINE vec v_of_bits(vint a) { return (vec)a; }
INLINE vint i_set(int32_t a) { return (vint){a, a, a, a}; }
INLINE vint i_load(const int32_t *p) { return (vint){p[0], p[1], p[2], p[3]}; }
INLINE vint i_add(vint a, vint b) { return a + b; }
INLINE vint i_sub(vint a, vint b) { return a - b; }
INLINE vint i_and(vint a, vint b) { return a & b; }
INLINE vint i_xor(vint a, vint b) { return a ^ b; }
INLINE vint i_shl(vint a, int n) { return a << n; }
INLINE vint i_sar(vint a, int n) { return a >> n; }

INLINE vmask v_less(vec a, vec b) { return a < b; }
INLINE vmask v_nan(vec a) { return a != a; }
INLINE vmask v_first(int n) { return (vint){0, 1, 2, 3} < i_set(n); }
INLINE vec v_select(vmask m, vec a, vec b) { return (vec)(((vint)a & m) | ((vint)b & ~m)); }
INLINE vec v_min(vec a, vec b) { return v_select(a < b, a, b); }
INLINE vec v_max(vec a, vec b) { return v_select(a > b, a, b); }
INLINE vec v_sqrt(vec a) {
#ifdef CK_SQRT
  return CK_SQRT(a);
#else
  return (vec){ck_sqrt(a[0]), ck_sqrt(a[1]), ck_sqrt(a[2]), ck_sqrt(a[3])};
#endif
}

INLINE vec v_permute(vec a, vint index) {
  return (vec){a[index[0] & 3], a[index[1] & 3], a[index[2] & 3], a[index[3] & 3]};
}

INLINE float v_sum(vec a) { return (a[0] + a[2]) + (a[1] + a[3]); }
INLINE float v_highest(vec a) {
  const float even = a[0] > a[2] ? a[0] : a[2], odd = a[1] > a[3] ? a[1] : a[3];
  return even > odd ? even : odd;
}
INLINE vec v_gather_n(const float *x, const int32_t *index, uint32_t limit, int n) {
  return (vec){ck_element(x, index, limit, n > 0), ck_element(x, index + 1, limit, n > 1),
               ck_element(x, index + 2, limit, n > 2), ck_element(x, index + 3, limit, n > 3)};
}
