/* The extents function of every row of kernels.def. */
#ifndef CK_CONTRACTS_H
#define CK_CONTRACTS_H
#include "ckernels.h"

#define KERNEL(name, integers, operands, source)                                                   \
  int ck_##name##_extents(const int32_t *n, int n_count, int operand_count, int lanes,             \
                          int64_t steps, int64_t *extent);
#include "kernels.def"
#undef KERNEL

#endif
