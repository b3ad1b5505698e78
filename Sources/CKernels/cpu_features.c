/* What the CPU has and the operating system saves: cpuid and xgetbv on x86-64, Linux's word on
 * 32-bit ARM, nothing elsewhere (no row of isa.def needs it there). */
#include <string.h>
#include "ckernels.h"

#if defined(__x86_64__)
#include <cpuid.h>

/* Registers of cpuid's leaves 1 and 7 (two sub-leaves). */
enum { LEAF1_ECX, LEAF7_EBX, LEAF7_ECX, LEAF7B_EAX, WORDS };
/* State that xgetbv must report as saved. */
enum { NONE = 0, YMM = 6, ZMM = 0xe6 };

typedef struct {
  const char *name;
  int word, bit;
  unsigned state;
} feature;

static const feature features[] = {
    {"sse3", LEAF1_ECX, 0, NONE},       {"ssse3", LEAF1_ECX, 9, NONE},
    {"sse4.1", LEAF1_ECX, 19, NONE},    {"sse4.2", LEAF1_ECX, 20, NONE},
    {"popcnt", LEAF1_ECX, 23, NONE},    {"avx", LEAF1_ECX, 28, YMM},
    {"fma", LEAF1_ECX, 12, YMM},        {"f16c", LEAF1_ECX, 29, YMM},
    {"avx2", LEAF7_EBX, 5, YMM},        {"bmi2", LEAF7_EBX, 8, NONE},
    {"avx512f", LEAF7_EBX, 16, ZMM},    {"avx512dq", LEAF7_EBX, 17, ZMM},
    {"avx512bw", LEAF7_EBX, 30, ZMM},   {"avx512vl", LEAF7_EBX, 31, ZMM},
    {"avx512vnni", LEAF7_ECX, 11, ZMM}, {"avx512bf16", LEAF7B_EAX, 5, ZMM},
    {"avxvnni", LEAF7B_EAX, 4, YMM},
};

/* The parts of the register state that the operating system saves. */
static unsigned saved_state(unsigned leaf1_ecx) {
  if (!(leaf1_ecx >> 27 & 1)) return 0;
  unsigned low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

static int has(const feature *f) {
  unsigned word[WORDS] = {0}, a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d)) return 0;
  word[LEAF1_ECX] = c;
  const unsigned state = saved_state(c);
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d)) {
    word[LEAF7_EBX] = b;
    word[LEAF7_ECX] = c;
    if (a >= 1 && __get_cpuid_count(7, 1, &a, &b, &c, &d)) word[LEAF7B_EAX] = a;
  }
  return (word[f->word] >> f->bit & 1) && (state & f->state) == f->state;
}

const char *ck_cpu_feature_at(int index) {
  for (size_t i = 0; i < sizeof features / sizeof *features; i++)
    if (has(&features[i]) && index-- == 0) return features[i].name;
  return NULL;
}

#elif defined(__arm__) && defined(__linux__)
#include <sys/auxv.h>

/* HWCAP_NEON and HWCAP_VFPv4 of Linux's asm/hwcap.h. */
enum { NEON_VFPV4 = 1 << 12 | 1 << 16 };

const char *ck_cpu_feature_at(int index) {
  const int has = (getauxval(AT_HWCAP) & NEON_VFPV4) == NEON_VFPV4;
  return has && index == 0 ? "fpu=neon-vfpv4" : NULL;
}

#else

const char *ck_cpu_feature_at(int index) { return (void)index, NULL; }

#endif

static int has_named(const char *name, size_t length) {
  const char *feature;
  for (int i = 0; (feature = ck_cpu_feature_at(i)); i++)
    if (strlen(feature) == length && memcmp(feature, name, length) == 0) return 1;
  return 0;
}

int ck_cpu_has(const char *list) {
  while (*list) {
    const size_t length = strcspn(list, ",");
    if (!has_named(list, length)) return 0;
    list += length + (list[length] == ',');
  }
  return 1;
}
