/* The vector layer for ARM: 4 lanes, fused multiply-add. `neon` is that of armv8-a, `neon32` that
 * of armv7-a with vfpv4: see Note [32-bit NEON], and Note [Vector layer] in isa/avx2-inl.h. */
#if defined(__arm__)
#if defined(__clang__) && !defined(__ARM_FEATURE_FMA)
#error "compile with -mfpu=neon-vfpv4"
#elif !defined(__clang__)
#pragma GCC target("fpu=neon-vfpv4")
#endif
#define K(name)      name##_neon32
#define CK_FLUSHES   1
#define CK_REGISTERS 16
#else
#define CK_REGISTERS 32
#define K(name)      name##_neon
#endif
#include <arm_neon.h>
#define VL       4
#define CK_FUSED 1

typedef float32x4_t vec;
typedef int32x4_t vint;
typedef uint32x4_t vmask;

INLINE vint i_set(int32_t a) { return vdupq_n_s32(a); }
INLINE vint i_load(const int32_t *p) { return vld1q_s32(p); }
INLINE vmask v_first(int n) {
  const int32_t lanes[4] = {0, 1, 2, 3};
  return vcltq_s32(vld1q_s32(lanes), i_set(n));
}

INLINE vec v_load(const float *p) { return vld1q_f32(p); }
INLINE void v_store(float *p, vec a) { vst1q_f32(p, a); }
INLINE vec v_load_n(const float *p, int n) {
  if (n >= VL) return v_load(p);
  vec a = vdupq_n_f32(0.0f);
  if (n > 0) a = vld1q_lane_f32(p, a, 0);
  if (n > 1) a = vld1q_lane_f32(p + 1, a, 1);
  if (n > 2) a = vld1q_lane_f32(p + 2, a, 2);
  return a;
}
INLINE void v_store_n(float *p, vec a, int n) {
  if (n >= VL) {
    v_store(p, a);
    return;
  }
  if (n > 0) vst1q_lane_f32(p, a, 0);
  if (n > 1) vst1q_lane_f32(p + 1, a, 1);
  if (n > 2) vst1q_lane_f32(p + 2, a, 2);
}
INLINE vec v_set(float a) { return vdupq_n_f32(a); }

INLINE vec v_add(vec a, vec b) { return vaddq_f32(a, b); }
INLINE vec v_sub(vec a, vec b) { return vsubq_f32(a, b); }
INLINE vec v_mul(vec a, vec b) { return vmulq_f32(a, b); }
INLINE vec v_fma(vec a, vec b, vec c) { return vfmaq_f32(c, a, b); }

INLINE vint v_bits(vec a) { return vreinterpretq_s32_f32(a); }
INLINE vec v_of_bits(vint a) { return vreinterpretq_f32_s32(a); }
INLINE vint i_add(vint a, vint b) { return vaddq_s32(a, b); }
INLINE vint i_sub(vint a, vint b) { return vsubq_s32(a, b); }
INLINE vint i_and(vint a, vint b) { return vandq_s32(a, b); }
INLINE vint i_xor(vint a, vint b) { return veorq_s32(a, b); }
INLINE vint i_shl(vint a, int n) { return vshlq_s32(a, i_set(n)); }
INLINE vint i_sar(vint a, int n) { return vshlq_s32(a, i_set(-n)); }

INLINE vmask v_less(vec a, vec b) { return vcltq_f32(a, b); }
INLINE vmask v_nan(vec a) { return vmvnq_u32(vceqq_f32(a, a)); }
INLINE vec v_select(vmask m, vec a, vec b) { return vbslq_f32(m, a, b); }
/* Not vminq and vmaxq, which give NaN when either is. */
INLINE vec v_min(vec a, vec b) { return v_select(vcltq_f32(a, b), a, b); }
INLINE vec v_max(vec a, vec b) { return v_select(vcgtq_f32(a, b), a, b); }

#if defined(__arm__)
INLINE vec v_div(vec a, vec b) { return a / b; }
INLINE float ck_vfp_sqrt(float a) {
  __asm__("vsqrt.f32 %0, %0" : "+t"(a));
  return a;
}
INLINE vec v_sqrt(vec a) {
  float x[4];
  v_store(x, a);
  for (int l = 0; l < 4; l++) x[l] = ck_vfp_sqrt(x[l]);
  return v_load(x);
}
#else
INLINE vec v_div(vec a, vec b) { return vdivq_f32(a, b); }
INLINE vec v_sqrt(vec a) { return vsqrtq_f32(a); }
#endif

INLINE vec v_permute(vec a, vint index) {
  float x[4];
  int32_t i[4];
  v_store(x, a);
  vst1q_s32(i, index);
  const float y[4] = {x[i[0] & 3], x[i[1] & 3], x[i[2] & 3], x[i[3] & 3]};
  return v_load(y);
}

INLINE float v_sum(vec a) {
  const float32x2_t d = vadd_f32(vget_low_f32(a), vget_high_f32(a));
  return vget_lane_f32(d, 0) + vget_lane_f32(d, 1);
}
INLINE float v_highest(vec a) {
  float x[4];
  v_store(x, a);
  const float even = x[0] > x[2] ? x[0] : x[2], odd = x[1] > x[3] ? x[1] : x[3];
  return even > odd ? even : odd;
}
INLINE vec v_gather_n(const float *x, const int32_t *index, uint32_t limit, int n) {
  const float y[4] = {ck_element(x, index, limit, n > 0), ck_element(x, index + 1, limit, n > 1),
                      ck_element(x, index + 2, limit, n > 2),
                      ck_element(x, index + 3, limit, n > 3)};
  return v_load(y);
}

/* Note [32-bit NEON]
 * armv7's vector unit has neither division nor square root, only estimates, and two Newton steps
 * from these do not round correctly. So both go lane by lane through the scalar unit (GNU C divides
 * vectors of floats like that). That is several times slower than the steps would be, a few times
 * per gate; in return the equations and errors are those of all layers. (Not measured on a device.)
 * The vector unit counts subnormal numbers as zero everywhere (CK_FLUSHES), not only after
 * ck_flush_subnormals, and makes its own NaN of any: results may differ by 2^-126 from those of a
 * layer that does not. */
