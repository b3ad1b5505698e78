/* What every kernel text starts from: how functions are declared, how floating point is pinned, and
 * the type of a team. GNU C99 for gcc and clang; nothing from the C library. */
#include <stddef.h>
#include <stdint.h>

#ifndef CKERNELS_H
/* Where the participants of one call wait for each other. */
typedef struct ck_team {
  void (*wait)(void *context, int thread);
  void *context;
} ck_team;
#endif

/* A template: a function whose constant arguments disappear. Without optimisation they would not,
 * and a plan with everything inlined would take megabytes of stack and minutes to compile. */
#ifdef __OPTIMIZE__
#define INLINE static inline __attribute__((always_inline, unused))
#else
#define INLINE static inline __attribute__((unused))
#endif
/* A kernel's body. A program that calls it with literal sizes may define this as INLINE. SHARED is
 * the part of kernels that a library built with CK_COMPACT has once, in half the code: one LSTM
 * step of 16 units then takes 10 % longer, of 64 units 5 %. */
#ifdef KERNEL
#define SHARED INLINE
#else
#define KERNEL static inline __attribute__((unused))
#ifdef CK_COMPACT
#define SHARED static __attribute__((noinline, unused))
#else
#define SHARED INLINE
#endif
#endif

/* Multiply-add is explicit in the vector layer, so contraction is off up to isa/end-inl.h. ROLLED
 * keeps a loop over k as it is: unrolled 8 times by the compiler it loses a third of the bandwidth
 * of the second-level cache. UNROLLED loops have few, constant turns: arrays that they index become
 * registers. */
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#define ROLLED   _Pragma("clang loop unroll(disable)")
#define UNROLLED _Pragma("clang loop unroll(full)")
#else
#pragma GCC push_options
#pragma GCC optimize("fp-contract=off")
#define ROLLED   _Pragma("GCC unroll 1")
#define UNROLLED _Pragma("GCC unroll 8")
#endif

/* Over panels or steps, whose number a compact library leaves open. */
#ifdef CK_COMPACT
#define COUNTED ROLLED
#else
#define COUNTED UNROLLED
#endif

/* Which templates of the matrix kernels a program uses: bit n for panels of n vectors, for phase n
 * of a recurrence, for weights of type n, for activation n of Elman's cell; the largest
 * `interleave`, 1, 2 or 4; whether blocks stand abreast. A program that brings its own kernels may
 * define these, so that compilers need not look at the rest. */
#ifndef CK_USED_VECTORS
#define CK_USED_VECTORS     0x1e
#define CK_USED_PHASES      0x1f
#define CK_USED_TYPES       3
#define CK_USED_ACTIVATIONS 0xffffffffu
#define CK_USED_INTERLEAVE  4
#define CK_USED_ABREAST     1
#endif

/* Whether the compiler can tell that `condition` holds, as it can where sizes are literal: what is
 * only for the opposite then disappears. */
#define CK_KNOWN(condition) (__builtin_constant_p(condition) && (condition))

/* A share of `total` things: first <= i < end. */
typedef struct ck_range {
  int64_t first, end;
} ck_range;

/* Contiguous shares whose sizes differ by one at most. */
INLINE ck_range ck_share(int64_t total, int thread, int threads) {
  const int64_t each = total / threads, rest = total % threads;
  const int64_t first = each * thread + (thread < rest ? thread : rest);
  return (ck_range){first, first + each + (thread < rest)};
}

INLINE void ck_wait(const ck_team *team, int thread, int threads) {
  if (threads > 1) team->wait(team->context, thread);
}

/* How many of the lanes from `index` on exist: 0 ... vl. */
INLINE int ck_lanes(int64_t count, int64_t index, int vl) {
  const int64_t left = count - index;
  return left >= vl ? vl : left > 0 ? (int)left : 0;
}

/* x[*index], 0 where the index is not below `limit` or does not exist. */
INLINE float ck_element(const float *x, const int32_t *index, uint32_t limit, int exists) {
  return exists && (uint32_t)*index < limit ? x[*index] : 0.0f;
}

/* An f32 that travels as the bits of an integer. */
INLINE float ck_float(int32_t bits) {
  union {
    int32_t bits;
    float value;
  } u = {bits};
  return u.value;
}

/* The square root, correctly rounded, without the C library's errno. clang's builtin also takes
 * vectors; the last resort iterates in double, whose error is too small to change the rounding. */
#if defined(__has_builtin)
#if __has_builtin(__builtin_elementwise_sqrt)
#define CK_SQRT __builtin_elementwise_sqrt
#endif
#endif
#ifdef CK_SQRT
INLINE float ck_sqrt(float a) { return CK_SQRT(a); }
#elif defined(__SSE2__)
typedef float ck_sse __attribute__((vector_size(16)));
INLINE float ck_sqrt(float a) { return __builtin_ia32_sqrtss((ck_sse){a, 0, 0, 0})[0]; }
#else
INLINE float ck_sqrt(float a) {
  if (!(a > 0.0f) || a > 3.4e38f) return a >= 0.0f ? a : (a - a) / (a - a);
  union {
    double value;
    uint64_t bits;
  } y = {a};
  y.bits = (y.bits >> 1) + 0x1ff7a7bea91d9b1b;
  for (int i = 0; i < 4; i++) y.value = 0.5 * (y.value + a / y.value);
  return (float)y.value;
}
#endif

/* Subnormal numbers count as zero inside a call: a state that fades away would otherwise make a
 * step many times slower. Returns the caller's mode; other architectures keep theirs. */
INLINE uint64_t ck_flush_subnormals(void) {
  uint64_t mode = 0;
#if defined(__SSE2__)
  mode = __builtin_ia32_stmxcsr();
  __builtin_ia32_ldmxcsr((unsigned)mode | 0x8040u);
#elif defined(__aarch64__)
  __asm__ volatile("mrs %0, fpcr" : "=r"(mode));
  __asm__ volatile("msr fpcr, %0" : : "r"(mode | (UINT64_C(1) << 24)));
#elif defined(__arm__) && defined(__ARM_FP)
  unsigned fpscr;
  __asm__ volatile("vmrs %0, fpscr" : "=r"(fpscr));
  __asm__ volatile("vmsr fpscr, %0" : : "r"(fpscr | (1u << 24)));
  mode = fpscr;
#endif
  __asm__ volatile("" : : : "memory");
  return mode;
}

/* Gives the caller its mode back. */
INLINE void ck_restore_mode(uint64_t mode) {
  __asm__ volatile("" : : : "memory");
#if defined(__SSE2__)
  __builtin_ia32_ldmxcsr((unsigned)mode);
#elif defined(__aarch64__)
  __asm__ volatile("msr fpcr, %0" : : "r"(mode));
#elif defined(__arm__) && defined(__ARM_FP)
  __asm__ volatile("vmsr fpscr, %0" : : "r"((unsigned)mode));
#else
  (void)mode;
#endif
}
