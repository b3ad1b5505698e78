/* The bf16 instructions of AVX-512 by others, for processors without them: what Intel's manual
 * says, round to nearest even, the odd product first, subnormal numbers as zero. */
#include <immintrin.h>
#include <stdint.h>
#include <string.h>

static inline uint16_t emulated_round(float a) {
  uint32_t bits;
  memcpy(&bits, &a, sizeof bits);
  if (a != a) return (uint16_t)(bits >> 16 | 0x40);
  if ((bits & 0x7f800000) == 0) return (uint16_t)(bits >> 16 & 0x8000);
  return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

static inline float emulated_value(uint16_t a) {
  const uint32_t bits = (a & 0x7f80) == 0 ? (uint32_t)(a & 0x8000) << 16 : (uint32_t)a << 16;
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

__attribute__((target("avx512f"), unused)) static __m512bh emulated_convert(__m512 high,
                                                                            __m512 low) {
  float x[32];
  uint16_t y[32];
  memcpy(x, &low, 64);
  memcpy(x + 16, &high, 64);
  for (int i = 0; i < 32; i++) y[i] = emulated_round(x[i]);
  __m512bh result;
  memcpy(&result, y, 64);
  return result;
}

__attribute__((target("avx512f"), unused)) static __m512 emulated_dot(__m512 sum, __m512bh a,
                                                                      __m512bh b) {
  float s[16];
  uint16_t x[32], y[32];
  memcpy(s, &sum, 64);
  memcpy(x, &a, 64);
  memcpy(y, &b, 64);
  for (int i = 0; i < 16; i++) {
    s[i] += emulated_value(x[2 * i + 1]) * emulated_value(y[2 * i + 1]);
    s[i] += emulated_value(x[2 * i]) * emulated_value(y[2 * i]);
  }
  memcpy(&sum, s, 64);
  return sum;
}

#define _mm512_cvtne2ps_pbh emulated_convert
#define _mm512_dpbf16_ps    emulated_dot
