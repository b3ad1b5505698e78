/* What a stream's steps ask of the C library and of the system: tests of "no allocation, no lock,
 * no system call". */
#ifndef STEP_PROBE_H
#define STEP_PROBE_H
#include <stddef.h>
#include "rnnc.h"

/* Calls of malloc and its relatives that this thread has made so far; -1 where a sanitizer owns
 * them. */
long probe_allocations(void);

/* Runs `steps` single steps and then one run of `steps` in a child process that the system kills
 * at its first system call. 0: it survived; 1: it was killed; -1: it could not be tried. */
int probe_system_calls(const rnnc_program *program, void *state, void *scratch,
                       const void *const *inputs, void *const *outputs, size_t steps);

/* Memory that ends exactly where an inaccessible page begins; NULL on failure. */
void *probe_guarded(size_t bytes);
void probe_release(void *memory, size_t bytes);
#endif
