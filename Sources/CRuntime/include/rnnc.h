/* rnnc runtime: opens plan files and runs them. C99, no Swift needed.
 *
 * A program is read-only after it was opened and may be used by any number of threads at once. A
 * stream is a state: memory of the caller, rnnc_state_size bytes, aligned to rnnc_align. Scratch
 * memory is the caller's too, one per call in flight. step and run allocate nothing, take no lock,
 * and make no system call. Subnormal numbers count as zero in them; the caller's floating-point
 * mode is as before when they return. */
#ifndef RNNC_H
#define RNNC_H
#include <stddef.h>
#include <stdint.h>
#include "ck_team.h"
#ifdef __cplusplus
extern "C" {
#endif
#ifdef __GNUC__
#pragma GCC visibility push(default) /* the library hides everything else */
#endif

enum {
  RNNC_OK = 0,
  RNNC_E_ARGUMENT = -1,    /* a NULL, misaligned or too small argument */
  RNNC_E_MISSING = -2,     /* the file is missing or unreadable */
  RNNC_E_MALFORMED = -3,   /* not a plan, a damaged one, or one with an unknown ISA or kernel */
  RNNC_E_VERSION = -4,     /* a plan of another format version */
  RNNC_E_UNAVAILABLE = -5, /* the plan needs an ISA that this build or processor lacks */
  RNNC_E_MEMORY = -6,
  RNNC_E_STATE = -7 /* saved state of another program */
};

typedef struct rnnc_program rnnc_program;

/* An input or output: names live as long as the program. */
typedef struct rnnc_port {
  const char *name;
  int is_integer; /* elements are int32_t, otherwise float */
  int64_t width;  /* elements per step */
} rnnc_port;

/* A named state: `width` floats at byte `offset` of the stream's memory. */
typedef struct rnnc_state_port {
  const char *name;
  int64_t width;
  size_t offset;
} rnnc_state_port;

/* Maps and checks a plan file, which must not change until rnnc_close (replace it by renaming
 * another over it). On failure *program is NULL and message (if any) says why, in one sentence that
 * names the file's field. */
int rnnc_open(const char *path, rnnc_program **program, char *message, size_t message_bytes);
/* The same over bytes that stay alive and unchanged until rnnc_close; 64-byte aligned. */
int rnnc_open_memory(const void *plan, size_t bytes, rnnc_program **program, char *message,
                     size_t message_bytes);
void rnnc_close(rnnc_program *program);

const char *rnnc_name(const rnnc_program *program);
const char *rnnc_isa(const rnnc_program *program);
const char *rnnc_version(void);
size_t rnnc_state_size(const rnnc_program *program);
size_t rnnc_scratch_size(const rnnc_program *program);
size_t rnnc_align(void);
int rnnc_input_count(const rnnc_program *program);
int rnnc_output_count(const rnnc_program *program);
int rnnc_state_count(const rnnc_program *program);
rnnc_port rnnc_input(const rnnc_program *program, int index);
rnnc_port rnnc_output(const rnnc_program *program, int index);
rnnc_state_port rnnc_state(const rnnc_program *program, int index);

/* `state` has at least rnnc_state_size bytes. Includes reset. */
int rnnc_init(const rnnc_program *program, void *state, size_t bytes);
void rnnc_reset(const rnnc_program *program, void *state);
/* inputs[i] and outputs[i]: rows of the port's width, one per step. */
int rnnc_step(const rnnc_program *program, void *state, void *scratch, const void *const *inputs,
              void *const *outputs);
int rnnc_run(const rnnc_program *program, void *state, void *scratch, const void *const *inputs,
             void *const *outputs, size_t steps);
/* The share of `thread` of rnnc_run: every participant calls it with the same arguments. The run
 * has ended when all of them have returned. */
int rnnc_run_share(const rnnc_program *program, void *state, void *scratch,
                   const void *const *inputs, void *const *outputs, size_t steps, int thread,
                   int threads, const ck_team *team);
/* How many threads at most make a call of so many steps faster, 1 ... 256: what the compiler found,
 * not what this machine has. It counts that workers may sleep between calls. */
int rnnc_threads(const rnnc_program *program, size_t steps);
/* rnnc_state_size bytes that any process with the same plan can load. */
int rnnc_save(const rnnc_program *program, const void *state, void *out, size_t bytes);
int rnnc_load(const rnnc_program *program, void *state, const void *in, size_t bytes);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif
#endif
