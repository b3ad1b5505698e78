/* An empty registry for builds without kernels: the real one replaces these weak functions. */
#include "ckernels.h"
#define WEAK __attribute__((weak))

WEAK int ck_isa_named(const char *name) { return name ? -1 : -1; }
WEAK const ck_isa *ck_isa_at(int index) { return index < 0 ? NULL : NULL; }
WEAK int ck_isa_runs_here(int index) { return index < 0 ? 0 : 0; }
WEAK int ck_kernel_named(const char *name) { return name ? -1 : -1; }
WEAK const ck_kernel *ck_kernel_at(int index) { return index < 0 ? NULL : NULL; }
