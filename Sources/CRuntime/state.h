/* The first 64 bytes of a stream's memory, which say whose state it is. */
#ifndef RNNC_STATE_H
#define RNNC_STATE_H
#include "program.h"

#define STATE_MAGIC UINT64_C(0x3145544154534e52) /* "RNSTATE1" */

typedef struct rnnc_state_header {
  uint64_t magic;
  uint64_t identity; /* of the plan file */
  uint64_t bytes;    /* of the whole memory */
  uint64_t steps;    /* since the last reset */
  uint64_t zero[4];
} rnnc_state_header;

_Static_assert(sizeof(rnnc_state_header) == RNNC_STATE_HEADER, "one cache line");

static inline int rnnc_is_aligned(const void *memory) {
  return ((uintptr_t)memory & (RNNC_ALIGN - 1)) == 0;
}

static inline int rnnc_owns(const rnnc_program *program, const rnnc_state_header *header) {
  return header->magic == STATE_MAGIC && header->identity == program->identity;
}
#endif
