/* The tables of kernels, instruction sets and opcodes, and the choice among instruction sets. */
#include <stdlib.h>
#include <string.h>
#include "ckernels.h"
#include "contracts.h"
#include "kernels/prelude-inl.h"
#include "isa/scalar-inl.h"
#include "kernels/activation-inl.h"
#include "isa/end-inl.h"

/* ---- Kernels ---- */

#undef KERNEL
#define KERNEL(name, integers, operands, source)                                                   \
  {#name, integers, operands, source, ck_##name##_extents},
static const ck_kernel kernels[] = {
#include "kernels.def"
};
#undef KERNEL

enum { KERNEL_COUNT = sizeof kernels / sizeof *kernels };

int ck_kernel_count(void) { return KERNEL_COUNT; }

const ck_kernel *ck_kernel_at(int index) {
  return index >= 0 && index < KERNEL_COUNT ? &kernels[index] : NULL;
}

int ck_kernel_named(const char *name) {
  for (int i = 0; i < KERNEL_COUNT; i++)
    if (strcmp(kernels[i].name, name) == 0) return i;
  return -1;
}

/* ---- Instruction sets ---- */

/* A build may leave a variant out: -DCK_WITHOUT_avx512 makes CK_SKIP_... the name CK_SKIP_1, whose
 * comma moves NULL to the second place, where the table stands otherwise. */
#define CK_SKIP_1                  0,
#define CK_SECOND(a, b, ...)       b
#define CK_BUILT(without, table)   CK_BUILT_2(without, table)
#define CK_BUILT_2(without, table) CK_BUILT_3(CK_SKIP_##without, table)
#define CK_BUILT_3(skip, table)    CK_SECOND(skip NULL, table, 0)
#define BUILT_any(table)           table
#if defined(__x86_64__)
#define BUILT_x86_64(table) table
#else
#define BUILT_x86_64(table) NULL
#endif
#if defined(__aarch64__)
#define BUILT_aarch64(table) table
#else
#define BUILT_aarch64(table) NULL
#endif
#if defined(__arm__) && defined(__ARM_FP) && (!defined(__clang__) || defined(__ARM_FEATURE_FMA))
#define BUILT_arm(table) table
#else
#define BUILT_arm(table) NULL
#endif

#define ISA(name, target, features, lanes, source, builds)                                         \
  extern const ck_function ck_functions_##name[];
#include "isa.def"
#undef ISA

#define ISA(name, target, features, lanes, source, builds)                                         \
  {#name, target, features,                                                                        \
   lanes, source, CK_BUILT(CK_WITHOUT_##name, BUILT_##builds(ck_functions_##name))},
static const ck_isa isas[] = {
#include "isa.def"
};
#undef ISA

enum { ISA_COUNT = sizeof isas / sizeof *isas };

int ck_isa_count(void) { return ISA_COUNT; }

const ck_isa *ck_isa_at(int index) { return index >= 0 && index < ISA_COUNT ? &isas[index] : NULL; }

int ck_isa_named(const char *name) {
  for (int i = 0; i < ISA_COUNT; i++)
    if (strcmp(isas[i].name, name) == 0) return i;
  return -1;
}

int ck_isa_runs_here(int index) {
  const ck_isa *isa = ck_isa_at(index);
  return isa && isa->functions && ck_cpu_has(isa->features);
}

int ck_isa_preferred(void) {
  const char *forced = getenv("RNNC_ISA");
  if (forced && *forced) {
    const int index = ck_isa_named(forced);
    return ck_isa_runs_here(index) ? index : -1;
  }
  for (int index = 0; index < ISA_COUNT; index++)
    if (ck_isa_runs_here(index)) return index;
  return -1; /* only a build without the scalar variant */
}

/* ---- Opcodes ---- */

#define BINARY(name)               {#name, 2, 0},
#define UNARY(name, has_parameter) {#name, 1, has_parameter},
static const ck_opcode opcodes[] = {CK_BINARY(BINARY) CK_UNARY(UNARY)};

int ck_opcode_count(void) { return CK_OP_COUNT; }

const ck_opcode *ck_opcode_at(int index) {
  return index >= 0 && index < CK_OP_COUNT ? &opcodes[index] : NULL;
}

int ck_opcode_named(const char *name) {
  for (int i = 0; i < CK_OP_COUNT; i++)
    if (strcmp(opcodes[i].name, name) == 0) return i;
  return -1;
}
