/* The vector layer in plain C: one lane. See Note [Vector layer] in isa/avx2-inl.h. */
#define K(name)      name##_scalar
#define VL           1
#define CK_REGISTERS 16

typedef float vec;
typedef int32_t vint;
typedef vint vmask;

INLINE vec v_load(const float *p) { return *p; }
INLINE void v_store(float *p, vec a) { *p = a; }
INLINE vec v_load_n(const float *p, int n) { return n > 0 ? *p : 0.0f; }
INLINE void v_store_n(float *p, vec a, int n) {
  if (n > 0) *p = a;
}
INLINE vec v_set(float a) { return a; }

INLINE vec v_add(vec a, vec b) { return a + b; }
INLINE vec v_sub(vec a, vec b) { return a - b; }
INLINE vec v_mul(vec a, vec b) { return a * b; }
INLINE vec v_div(vec a, vec b) { return a / b; }
INLINE vec v_fma(vec a, vec b, vec c) { return a * b + c; }
INLINE vec v_min(vec a, vec b) { return a < b ? a : b; }
INLINE vec v_max(vec a, vec b) { return a > b ? a : b; }
INLINE vec v_sqrt(vec a) { return ck_sqrt(a); }

INLINE vint v_bits(vec a) {
  union {
    float value;
    int32_t bits;
  } u = {a};
  return u.bits;
}
INLINE vec v_of_bits(vint a) { return ck_float(a); }
INLINE vint i_set(int32_t a) { return a; }
INLINE vint i_load(const int32_t *p) { return *p; }
INLINE vint i_add(vint a, vint b) { return (int32_t)((uint32_t)a + (uint32_t)b); }
INLINE vint i_sub(vint a, vint b) { return (int32_t)((uint32_t)a - (uint32_t)b); }
INLINE vint i_and(vint a, vint b) { return a & b; }
INLINE vint i_xor(vint a, vint b) { return a ^ b; }
INLINE vint i_shl(vint a, int n) { return (int32_t)((uint32_t)a << n); }
INLINE vint i_sar(vint a, int n) { return a >> n; }

INLINE vmask v_less(vec a, vec b) { return -(a < b); }
INLINE vmask v_nan(vec a) { return -(a != a); }
INLINE vmask v_first(int n) { return -(n > 0); }
INLINE vec v_select(vmask m, vec a, vec b) { return m ? a : b; }

INLINE vec v_permute(vec a, vint index) { return (void)index, a; }

INLINE float v_sum(vec a) { return a; }
INLINE float v_highest(vec a) { return a; }
INLINE vec v_gather_n(const float *x, const int32_t *index, uint32_t limit, int n) {
  return ck_element(x, index, limit, n > 0);
}
