/* The vector layer for x86-64-v3: 8 lanes, fused multiply-add. See Note [Vector layer] below. */
#include <immintrin.h>
#define K(name)      name##_avx2
#define VL           8
#define CK_REGISTERS 16
#define CK_TARGET    1
#define CK_FUSED     1
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC target("avx2,fma")
#endif

typedef __m256 vec;
typedef __m256i vint;
typedef vint vmask;

INLINE vint i_set(int32_t a) { return _mm256_set1_epi32(a); }
INLINE vint i_load(const int32_t *p) { return _mm256_loadu_si256((const __m256i *)p); }
INLINE vmask v_first(int n) {
  return _mm256_cmpgt_epi32(i_set(n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

INLINE vec v_load(const float *p) { return _mm256_loadu_ps(p); }
INLINE void v_store(float *p, vec a) { _mm256_storeu_ps(p, a); }
INLINE vec v_load_n(const float *p, int n) {
  return n >= VL ? v_load(p) : _mm256_maskload_ps(p, v_first(n));
}
INLINE void v_store_n(float *p, vec a, int n) {
  if (n >= VL)
    v_store(p, a);
  else
    _mm256_maskstore_ps(p, v_first(n), a);
}
INLINE vec v_set(float a) { return _mm256_set1_ps(a); }

INLINE vec v_add(vec a, vec b) { return _mm256_add_ps(a, b); }
INLINE vec v_sub(vec a, vec b) { return _mm256_sub_ps(a, b); }
INLINE vec v_mul(vec a, vec b) { return _mm256_mul_ps(a, b); }
INLINE vec v_div(vec a, vec b) { return _mm256_div_ps(a, b); }
INLINE vec v_fma(vec a, vec b, vec c) { return _mm256_fmadd_ps(a, b, c); }
INLINE vec v_min(vec a, vec b) { return _mm256_min_ps(a, b); }
INLINE vec v_max(vec a, vec b) { return _mm256_max_ps(a, b); }
INLINE vec v_sqrt(vec a) { return _mm256_sqrt_ps(a); }

INLINE vint v_bits(vec a) { return _mm256_castps_si256(a); }
INLINE vec v_of_bits(vint a) { return _mm256_castsi256_ps(a); }
INLINE vint i_add(vint a, vint b) { return _mm256_add_epi32(a, b); }
INLINE vint i_sub(vint a, vint b) { return _mm256_sub_epi32(a, b); }
INLINE vint i_and(vint a, vint b) { return _mm256_and_si256(a, b); }
INLINE vint i_xor(vint a, vint b) { return _mm256_xor_si256(a, b); }
INLINE vint i_shl(vint a, int n) { return _mm256_slli_epi32(a, n); }
INLINE vint i_sar(vint a, int n) { return _mm256_srai_epi32(a, n); }

INLINE vmask v_less(vec a, vec b) { return v_bits(_mm256_cmp_ps(a, b, _CMP_LT_OQ)); }
INLINE vmask v_nan(vec a) { return v_bits(_mm256_cmp_ps(a, a, _CMP_UNORD_Q)); }
INLINE vec v_select(vmask m, vec a, vec b) { return _mm256_blendv_ps(b, a, v_of_bits(m)); }

INLINE vec v_permute(vec a, vint index) { return _mm256_permutevar8x32_ps(a, index); }

INLINE float v_sum(vec a) {
  const __m128 q = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
  const __m128 d = _mm_add_ps(q, _mm_movehl_ps(q, q));
  return _mm_cvtss_f32(_mm_add_ss(d, _mm_shuffle_ps(d, d, 1)));
}
INLINE float v_highest(vec a) {
  const __m128 q = _mm_max_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
  const __m128 d = _mm_max_ps(q, _mm_movehl_ps(q, q));
  return _mm_cvtss_f32(_mm_max_ss(d, _mm_shuffle_ps(d, d, 1)));
}
INLINE vec v_gather_n(const float *x, const int32_t *index, uint32_t limit, int n) {
  const vint i = _mm256_maskload_epi32((const int *)index, v_first(n));
  /* Unsigned i < limit, as signed compares see it. */
  const vint flip = i_set(INT32_MIN), bound = i_set((int32_t)limit);
  const vint below = _mm256_cmpgt_epi32(i_xor(bound, flip), i_xor(i, flip));
  const vint m = i_and(below, v_first(n));
  return _mm256_mask_i32gather_ps(v_set(0), x, i, v_of_bits(m), 4);
}

/* clang-format off */
/* Note [Vector layer]
 * Every file of isa/ defines K (the suffix of kernels), VL (lanes), the types vec and vint (f32 and
 * i32 lanes) and vmask (a truth per lane), and the same functions:
 *   v_load_n, v_store_n   the first n lanes, 0 <= n <= VL, touching no other memory; the rest are zero
 *   v_fma                 a b + c, fused where CK_FUSED is defined, with two roundings elsewhere
 *                         (CK_FLUSHES: subnormal numbers count as zero in all arithmetic)
 *   v_min(a, b)           a < b ? a : b, hence b when either is NaN; v_max likewise with a > b
 *   v_less, v_nan         masks; v_first(n): lanes below n
 *   v_select(m, a, b)     a where m, else b
 *   v_permute(a, i)       lane l is a[i[l] mod VL]
 *   v_sum, v_highest      over the lanes, in one fixed order
 *   v_gather_n            x[index[i]] for the first n lanes, 0 where the index is not below limit
 *   v_bits, v_of_bits     the lanes' bits; i_...: wrapping arithmetic on them
 * Lanes are independent everywhere but in v_permute, v_sum and v_highest, so a partial vector gives the bits of
 * a full one. */
/* clang-format on */
