/* The vector layer for x86-64-v4: 16 lanes, fused multiply-add, masks of bits. See Note [Vector
 * layer] in isa/avx2-inl.h. */
#include <immintrin.h>
#define VL           16
#define CK_REGISTERS 32
#define CK_TARGET    1
#define CK_FUSED     1
#define CK_MASKED    1
/* clang-format off */
#ifdef CK_DOT
#define K(name)   name##_avx512bf16
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,avx512bf16"))), apply_to = function)
#else
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,avx512bf16")
#endif
#else
#define K(name)   name##_avx512
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))), apply_to = function)
#else
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")
#endif
#endif
/* clang-format on */

typedef __m512 vec;
typedef __m512i vint;
typedef __mmask16 vmask;

INLINE vint i_set(int32_t a) { return _mm512_set1_epi32(a); }
INLINE vint i_load(const int32_t *p) { return _mm512_loadu_si512(p); }
INLINE vmask v_first(int n) { return (vmask)(n >= VL ? 0xffffu : (1u << (n > 0 ? n : 0)) - 1u); }

INLINE vec v_load(const float *p) { return _mm512_loadu_ps(p); }
INLINE void v_store(float *p, vec a) { _mm512_storeu_ps(p, a); }
INLINE vec v_load_n(const float *p, int n) { return _mm512_maskz_loadu_ps(v_first(n), p); }
INLINE void v_store_n(float *p, vec a, int n) { _mm512_mask_storeu_ps(p, v_first(n), a); }
INLINE vec v_set(float a) { return _mm512_set1_ps(a); }

INLINE vec v_add(vec a, vec b) { return _mm512_add_ps(a, b); }
INLINE vec v_sub(vec a, vec b) { return _mm512_sub_ps(a, b); }
INLINE vec v_mul(vec a, vec b) { return _mm512_mul_ps(a, b); }
INLINE vec v_div(vec a, vec b) { return _mm512_div_ps(a, b); }
INLINE vec v_fma(vec a, vec b, vec c) { return _mm512_fmadd_ps(a, b, c); }
INLINE vec v_min(vec a, vec b) { return _mm512_min_ps(a, b); }
INLINE vec v_max(vec a, vec b) { return _mm512_max_ps(a, b); }
INLINE vec v_sqrt(vec a) { return _mm512_sqrt_ps(a); }

INLINE vint v_bits(vec a) { return _mm512_castps_si512(a); }
INLINE vec v_of_bits(vint a) { return _mm512_castsi512_ps(a); }
INLINE vint i_add(vint a, vint b) { return _mm512_add_epi32(a, b); }
INLINE vint i_sub(vint a, vint b) { return _mm512_sub_epi32(a, b); }
INLINE vint i_and(vint a, vint b) { return _mm512_and_si512(a, b); }
INLINE vint i_xor(vint a, vint b) { return _mm512_xor_si512(a, b); }
/* Not the intrinsics: without optimisation gcc takes constants only. */
INLINE vint i_shl(vint a, int n) { return (vint)((__v16su)a << n); }
INLINE vint i_sar(vint a, int n) { return (vint)((__v16si)a >> n); }

INLINE vmask v_less(vec a, vec b) { return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ); }
INLINE vmask v_nan(vec a) { return _mm512_cmp_ps_mask(a, a, _CMP_UNORD_Q); }
INLINE vec v_select(vmask m, vec a, vec b) { return _mm512_mask_blend_ps(m, b, a); }

INLINE vec v_permute(vec a, vint index) { return _mm512_permutexvar_ps(index, a); }

/* Halves onto each other, like every layer. */
INLINE float v_sum(vec a) {
  const __m256 o = _mm256_add_ps(_mm512_castps512_ps256(a), _mm512_extractf32x8_ps(a, 1));
  const __m128 q = _mm_add_ps(_mm256_castps256_ps128(o), _mm256_extractf128_ps(o, 1));
  const __m128 d = _mm_add_ps(q, _mm_movehl_ps(q, q));
  return _mm_cvtss_f32(_mm_add_ss(d, _mm_shuffle_ps(d, d, 1)));
}
INLINE float v_highest(vec a) {
  const __m256 o = _mm256_max_ps(_mm512_castps512_ps256(a), _mm512_extractf32x8_ps(a, 1));
  const __m128 q = _mm_max_ps(_mm256_castps256_ps128(o), _mm256_extractf128_ps(o, 1));
  const __m128 d = _mm_max_ps(q, _mm_movehl_ps(q, q));
  return _mm_cvtss_f32(_mm_max_ss(d, _mm_shuffle_ps(d, d, 1)));
}
INLINE vec v_gather_n(const float *x, const int32_t *index, uint32_t limit, int n) {
  const vint i = _mm512_maskz_loadu_epi32(v_first(n), index);
  const vmask below = _mm512_mask_cmplt_epu32_mask(v_first(n), i, i_set((int32_t)limit));
  return _mm512_mask_i32gather_ps(v_set(0), below, i, x, 4);
}

#ifdef CK_DOT
/* Two bf16 of x in every lane. x is rounded; the products are summed in f32, the even one last, and
 * subnormal numbers count as zero. */
typedef __m512bh vpair;
INLINE vpair v_pair(vec even, vec odd) {
  int16_t order[32];
  for (int l = 0; l < VL; l++) order[2 * l] = (int16_t)l, order[2 * l + 1] = (int16_t)(VL + l);
  const vint halves = (vint)_mm512_cvtne2ps_pbh(odd, even);
  return (vpair)_mm512_permutexvar_epi16(_mm512_loadu_si512(order), halves);
}
INLINE vpair v_pair_at(const float *x) {
  double both;
  __builtin_memcpy(&both, x, sizeof both);
  const vec pairs = _mm512_castpd_ps(_mm512_set1_pd(both));
  return _mm512_cvtne2ps_pbh(pairs, pairs);
}
INLINE vec v_dot(vec sum, vint w, vpair x) { return _mm512_dpbf16_ps(sum, (__m512bh)w, x); }
#endif
