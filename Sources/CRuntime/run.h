/* One run of a program: what the executor and the wavefront share. */
#ifndef RNNC_RUN_H
#define RNNC_RUN_H
#include "program.h"

/* One run of some rows: where every storage begins, and who takes part. */
typedef struct run {
  unsigned char *weights, *state, *scratch;
  const void *const *inputs;
  void *const *outputs;
  size_t first;  /* the tile's first row in the caller's memory */
  uint32_t fold; /* of scratch memory: 0, or a wavefront's */
  int turn;      /* of that row: steps since the stream's reset, odd or even */
  int thread, threads;
  const ck_team *team;
} run;

/* The operand's address at row `row` of the tile. */
static inline void *address(const run *r, const rnnc_slot *slot, size_t row) {
  switch (slot->storage) {
  case RNNC_WEIGHT:
    return r->weights + slot->offset;
  case RNNC_STATE:
    return r->state + slot->offset;
  case RNNC_SCRATCH:
    return r->scratch + (slot->place >> r->fold) + slot->offset + row * slot->row_bytes;
  case RNNC_INPUT: /* only read: the loader has checked it */
    return (unsigned char *)(uintptr_t)r->inputs[slot->port] + slot->offset +
           (r->first + row) * slot->row_bytes;
  case RNNC_OUTPUT:
    return (unsigned char *)r->outputs[slot->port] + slot->offset +
           (r->first + row) * slot->row_bytes;
  default:
    return NULL;
  }
}

/* A call for `rows` rows from row `row` of the tile on. */
static inline void perform(const run *r, const rnnc_call *call, size_t row, int rows) {
  void *operands[CK_MAX_OPERANDS];
  for (uint32_t i = 0; i < call->slot_count; i++) operands[i] = address(r, &call->slots[i], row);
  ck_call arguments = {.steps = rows,
                       .turn = (r->turn + (int)row) & 1,
                       .thread = r->thread,
                       .threads = r->threads,
                       .team = r->team,
                       .n = call->integers,
                       .b = operands};
  call->function(&arguments);
}

static inline void meet(const run *r) {
  if (r->threads > 1) r->team->wait(r->team->context, r->thread);
}

/* All steps by a team of as many threads as the wavefront has stages; every thread calls it. */
RNNC_HIDDEN void rnnc_run_wavefront(const rnnc_program *program, const run *shared, size_t steps);
#endif
