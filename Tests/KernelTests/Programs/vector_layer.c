/* Checks every function of a vector layer lane by lane. Compiled after the layer's own text; exits
 * with 1 and a sentence when a function does not mean what Note [Vector layer] says. */
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { COUNT = 24 };
static const float values[COUNT] = {
    0.0f,         -0.0f,      1.0f,     -1.0f,     1.5f,        -2.75f,   1e-45f, -1e-40f,
    1e38f,        -3e38f,     INFINITY, -INFINITY, NAN,         3.14159f, 127.5f, -126.5f,
    0.333333343f, 8388609.0f, 2.0f,     1e-10f,    16777216.0f, -7.0f,    0.5f,   100.0f};

static int failures;

static int same(float a, float b) { return memcmp(&a, &b, 4) == 0 || (a != a && b != b); }

static void expect(const char *name, float got, float want) {
  if (same(got, want)) return;
  if (failures++ < 10) printf("%s: %.9g, not %.9g\n", name, (double)got, (double)want);
}

static int32_t bits_of(float a) {
  int32_t bits;
  memcpy(&bits, &a, 4);
  return bits;
}

/* Lane by lane results of `v` against want[l]. */
static void lanes(const char *name, vec v, const float *want) {
  float got[VL];
  v_store(got, v);
  for (int l = 0; l < VL; l++) expect(name, got[l], want[l]);
}

static void masks(const char *name, vmask m, const int *want) {
  float got[VL];
  v_store(got, v_select(m, v_set(1), v_set(0)));
  for (int l = 0; l < VL; l++) expect(name, got[l], (float)want[l]);
}

#define LANES(expression)                                                                          \
  float want[VL];                                                                                  \
  for (int l = 0; l < VL; l++) want[l] = (expression)

static void two_arguments(const float *a, const float *b) {
  const vec x = v_load(a), y = v_load(b);
  {
    LANES(a[l] + b[l]);
    lanes("v_add", v_add(x, y), want);
  }
  {
    LANES(a[l] - b[l]);
    lanes("v_sub", v_sub(x, y), want);
  }
  {
    LANES(a[l] * b[l]);
    lanes("v_mul", v_mul(x, y), want);
  }
  {
    LANES(a[l] / b[l]);
    lanes("v_div", v_div(x, y), want);
  }
  {
    LANES(a[l] < b[l] ? a[l] : b[l]);
    lanes("v_min", v_min(x, y), want);
  }
  {
    LANES(a[l] > b[l] ? a[l] : b[l]);
    lanes("v_max", v_max(x, y), want);
  }
  {
    LANES(a[l] < b[l] ? 2.0f : 3.0f);
    lanes("v_select", v_select(v_less(x, y), v_set(2), v_set(3)), want);
  }
  int less[VL], nan[VL];
  for (int l = 0; l < VL; l++) less[l] = a[l] < b[l], nan[l] = a[l] != a[l];
  masks("v_less", v_less(x, y), less);
  masks("v_nan", v_nan(x), nan);
}

/* a b + c: one rounding or two, as the layer says by its lanes. */
static void multiply_add(const float *a, const float *b, const float *c) {
  float want[VL];
  for (int l = 0; l < VL; l++) {
    volatile float product = a[l] * b[l];
#ifdef CK_FUSED
    (void)product;
    want[l] = fmaf(a[l], b[l], c[l]);
#else
    want[l] = product + c[l];
#endif
  }
  lanes("v_fma", v_fma(v_load(a), v_load(b), v_load(c)), want);
}

static void one_argument(const float *a) {
  const vec x = v_load(a);
  {
    LANES(sqrtf(a[l]));
    lanes("v_sqrt", v_sqrt(x), want);
  }
  {
    LANES(-a[l]);
    lanes("v_neg", v_neg(x), want);
  }
  {
    LANES(fabsf(a[l]));
    lanes("v_abs", v_abs(x), want);
  }
  {
    LANES(a[l]);
    lanes("v_bits", v_of_bits(v_bits(x)), want);
  }
  {
    LANES(a[0]);
    lanes("v_set", v_set(a[0]), want);
  }
}

static void integers(int32_t a, int32_t b) {
  const vint x = i_set(a), y = i_set(b);
  const uint32_t u = (uint32_t)a, w = (uint32_t)b;
  const struct {
    const char *name;
    vint got;
    uint32_t want;
  } cases[] = {{"i_add", i_add(x, y), u + w},
               {"i_sub", i_sub(x, y), u - w},
               {"i_and", i_and(x, y), u & w},
               {"i_xor", i_xor(x, y), u ^ w},
               {"i_shl", i_shl(x, 23), u << 23},
               {"i_sar", i_sar(x, 23), (uint32_t)(a < 0 ? ~(~a >> 23) : a >> 23)}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    float got[VL];
    v_store(got, v_of_bits(cases[i].got));
    for (int l = 0; l < VL; l++)
      if ((uint32_t)bits_of(got[l]) != cases[i].want && failures++ < 10)
        printf("%s(%d, %d): %x\n", cases[i].name, a, b, (unsigned)bits_of(got[l]));
  }
}

/* Loads and stores of the first n lanes: others are zero, or untouched. */
static void partial(const float *a) {
  for (int n = 0; n <= VL; n++) {
    float want[VL], out[VL], kept[VL];
    int first[VL];
    for (int l = 0; l < VL; l++) {
      want[l] = l < n ? a[l] : 0.0f;
      kept[l] = l < n ? a[l] : 42.0f;
      out[l] = 42.0f;
      first[l] = l < n;
    }
    lanes("v_load_n", v_load_n(a, n), want);
    v_store_n(out, v_load(a), n);
    for (int l = 0; l < VL; l++) expect("v_store_n", out[l], kept[l]);
    masks("v_first", v_first(n), first);
  }
}

static void across(void) {
  float a[VL];
  double sum = 0;
  for (int l = 0; l < VL; l++) sum += a[l] = (float)((l * 5 + 3) % 11) - 4.0f;
  expect("v_sum", v_sum(v_load(a)), (float)sum);
  for (int top = 0; top < VL; top++) {
    for (int l = 0; l < VL; l++) a[l] = l == top ? -1.0f : -2.0f - (float)l;
    expect("v_highest", v_highest(v_load(a)), -1.0f);
  }
}

static void permute(const float *a) {
  int32_t index[VL];
  for (int l = 0; l < VL; l++) index[l] = (l * 7 + 3) % VL;
  LANES(a[index[l]]);
  lanes("v_permute", v_permute(v_load(a), i_load(index)), want);
}

static void gather(void) {
  const int32_t index[16] = {3, 0, -1, 4, 5, INT32_MAX, INT32_MIN, 1, 2, 2, 7, 0, 4, -5, 6, 3};
  const float x[5] = {10, 11, 12, 13, 14};
  for (int n = 0; n <= VL; n++) {
    float want[VL];
    for (int l = 0; l < VL; l++) want[l] = l < n && (uint32_t)index[l] < 5 ? x[index[l]] : 0.0f;
    lanes("v_gather_n", v_gather_n(x, index, 5, n), want);
  }
}

static void powers(void) {
  for (int n = -126; n <= 127; n++) {
    float want[VL];
    for (int l = 0; l < VL; l++) want[l] = ldexpf(1.0f, n);
    lanes("v_power_of_2", v_power_of_2(v_set((float)n + CK_ROUND)), want);
    lanes("v_exp2", v_exp2(v_set((float)n)), want);
  }
}

int main(void) {
#ifdef CK_FLUSHES
  ck_flush_subnormals(); /* the plain C beside it has to flush as well */
#endif
  float a[VL], b[VL], c[VL];
  for (int i = 0; i < COUNT; i++)
    for (int j = 0; j < COUNT; j++) {
      for (int l = 0; l < VL; l++) {
        a[l] = values[(i + l) % COUNT];
        b[l] = values[(j + 3 * l) % COUNT];
        c[l] = values[(i + j + 5 * l) % COUNT];
      }
      two_arguments(a, b);
      multiply_add(a, b, c);
      integers(bits_of(values[i]), bits_of(values[j]));
      one_argument(a);
      partial(a);
    }
  across();
  permute(values);
  gather();
  powers();
  return failures > 0;
}
