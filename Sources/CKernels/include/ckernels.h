/* rnnc micro-kernels: the only header that Swift and the C runtime see.
 *
 * A kernel is one row of kernels.def; a variant is a kernel compiled for one row of isa.def. Every
 * kernel works on `steps` consecutive rows (time steps) and takes its literal sizes as integers and
 * its memory as operands, both in the order that its row names. Kernels are SPMD: `threads`
 * participants call the same kernel with the same arguments and their own `thread`; each does its
 * share of the rows of the result, never of a sum, so results do not depend on `threads`. They
 * allocate nothing, keep no globals, and call nothing.
 */
#ifndef CKERNELS_H
#define CKERNELS_H
#include <stddef.h>
#include <stdint.h>
#include "ck_team.h"
#ifdef __cplusplus
extern "C" {
#endif

typedef struct ck_call {
  int steps;           /* rows, >= 0 */
  int turn;            /* which way to walk weights, 0 or 1: no result depends on it */
  int thread, threads; /* 0 <= thread < threads */
  const ck_team *team; /* not NULL when threads > 1 */
  const int32_t *n;    /* integers */
  void *const *b;      /* operands; NULL where absent */
} ck_call;

typedef void (*ck_function)(const ck_call *call);

/* Kernels are called between these two: subnormal numbers count as zero. ck_enter returns the
 * caller's floating-point mode, which ck_leave restores. */
uint64_t ck_enter(void);
void ck_leave(uint64_t mode);

enum { CK_MAX_OPERANDS = 32, CK_MAX_INTEGERS = 640, CK_MAX_REGISTERS = 128 };

/* How a kernel uses an operand. */
typedef enum ck_access { CK_READ, CK_WRITE, CK_UPDATE } ck_access;

/* One row of kernels.def. Names are for readers of plans and of emitted C. */
typedef struct ck_kernel {
  const char *name;     /* "project_f32" */
  const char *integers; /* "rows columns blocks", in order; a last name ending in "..." repeats */
  const char *operands; /* "r:w r?:bias w:y", in order: r, w or u (read and written), then i for
                           int32 or b for bf16 data, ? where it may be absent; a name ending in
                           "..." repeats */
  const char *source;   /* the files that hold the body, separated by spaces */
  /* Checks the integers and writes, per operand, how many elements beyond its pointer the call may
   * touch for `steps` rows. Returns 0, or -1 when the integers are not valid. `lanes` is the ISA's.
   */
  int (*extents)(const int32_t *n, int n_count, int operand_count, int lanes, int64_t steps,
                 int64_t *extent);
} ck_kernel;

/* One row of isa.def, in order of preference. Rows exist on every build, as data. */
typedef struct ck_isa {
  const char *name;             /* "avx2" */
  const char *target;           /* the --target that selects it: "x86-64-v3" */
  const char *features;         /* CPU features needed, comma separated as compilers spell them */
  int lanes;                    /* f32 lanes of one vector */
  const char *source;           /* its files under isa/, separated by spaces */
  const ck_function *functions; /* by kernel index, or NULL where this build has none */
} ck_isa;

int ck_kernel_count(void);
const ck_kernel *ck_kernel_at(int index);
/* -1 when there is no such kernel. */
int ck_kernel_named(const char *name);

int ck_isa_count(void);
const ck_isa *ck_isa_at(int index);
int ck_isa_named(const char *name);
/* Whether this build has the variant and this CPU its features. */
int ck_isa_runs_here(int index);
/* The first row that runs here, or the one that the environment variable RNNC_ISA names (-1 when
 * that one is unknown or cannot run here). */
int ck_isa_preferred(void);

/* What this CPU has and this operating system lets programs use, as compilers spell it; NULL beyond
 * the last. */
const char *ck_cpu_feature_at(int index);
/* Whether every feature of a comma separated list is among them. */
int ck_cpu_has(const char *features);

/* Opcodes of the pointwise program, in opcode order: {"add", 2 arguments, has a parameter}. */
typedef struct ck_opcode {
  const char *name;
  int arguments;
  int parameter;
} ck_opcode;
int ck_opcode_count(void);
const ck_opcode *ck_opcode_at(int index);
int ck_opcode_named(const char *name);

/* The exact text of a file that the library was built from ("kernels/project-inl.h"); NULL when
 * unknown. */
const char *ck_source_text(const char *path, size_t *length);
/* The paths that ck_source_text knows; NULL beyond the last. */
const char *ck_source_path(int index);

#ifdef __cplusplus
}
#endif
#endif
