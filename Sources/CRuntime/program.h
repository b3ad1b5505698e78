/* Inside of the runtime: a program as the executor wants it, and what the loader's parts share. */
#ifndef RNNC_PROGRAM_H
#define RNNC_PROGRAM_H
#include "ckernels.h"
#include "rnnc.h"

#define RNNC_HIDDEN __attribute__((visibility("hidden")))

enum {
  RNNC_ALIGN = 64,
  RNNC_MAX_TILE = 4096,
  RNNC_MAX_THREADS = 256,
  RNNC_STATE_HEADER = 64,
  RNNC_MAX_STAGES = 16
};
/* From so many steps on a call counts as a sequence. */
enum { RNNC_SEQUENCE_STEPS = 64 };

/* Where an operand lives; the values are those of the plan file, and one more. */
typedef enum rnnc_storage {
  RNNC_WEIGHT = 0,
  RNNC_STATE = 1,
  RNNC_SCRATCH = 2,
  RNNC_INPUT = 3,
  RNNC_OUTPUT = 4,
  RNNC_ABSENT = 5
} rnnc_storage;

typedef struct rnnc_buffer {
  const char *name;
  uint32_t element; /* code */
  uint32_t element_bytes;
  rnnc_storage storage;
  int per_step;
  uint64_t place; /* byte offset, or index of a port */
  int64_t width;
} rnnc_buffer;

/* An operand, resolved: byte place + offset of its storage; row t stands t row_bytes later. */
typedef struct rnnc_slot {
  uint32_t storage;
  uint32_t port;
  uint64_t offset;
  uint64_t row_bytes;
  uint64_t place; /* where the buffer begins, of scratch memory alone; 0 */
} rnnc_slot;

/* One entry of the list: a call, or (function NULL) a loop over the next `loop` calls. */
typedef struct rnnc_call {
  ck_function function;
  const int32_t *integers;
  const rnnc_slot *slots;
  uint32_t slot_count;
  uint32_t loop;
} rnnc_call;

/* A named state: byte offset into the state and the weights it starts from (-1: zero). */
typedef struct rnnc_initial {
  const char *name;
  int64_t width;
  uint64_t offset;
  int64_t initial;
} rnnc_initial;

/* A sequence in portions of `rows` rows: thread s runs the entries starts[s] ... starts[s + 1] - 1
 * for one portion while the next thread runs its own for the portion before. A portion in flight
 * has the tile's scratch memory in small: every place divided by 2^fold. */
typedef struct rnnc_wavefront {
  uint32_t rows, stages; /* 0 rows: none */
  uint32_t fold;         /* log2 of tile / rows */
  uint32_t starts[RNNC_MAX_STAGES + 1];
  uint64_t portion_bytes;
} rnnc_wavefront;

struct rnnc_program {
  uint64_t identity; /* the plan file's checksum */
  const char *name;
  const char *isa;
  int isa_index;
  uint32_t tile;
  uint32_t step_threads, sequence_threads;
  rnnc_wavefront wave;
  uint64_t state_bytes;
  uint64_t scratch_bytes;
  const unsigned char *weights;
  uint32_t input_count, output_count, state_count, call_count;
  rnnc_port *ports; /* inputs, then outputs */
  rnnc_initial *states;
  rnnc_call *calls;
  rnnc_slot *slots;
  unsigned char *tables; /* private copy of the file up to the weights */
  void *mapping;         /* NULL for a program over the caller's memory */
  size_t mapping_bytes;
};

/* Where a refusal goes. */
typedef struct rnnc_report {
  char *message;
  size_t bytes;
} rnnc_report;

/* Writes the message, control characters replaced; returns `code`. */
RNNC_HIDDEN int rnnc_refuse(rnnc_report report, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
RNNC_HIDDEN uint64_t rnnc_checksum(const unsigned char *file, uint64_t bytes);

static inline uint64_t rnnc_round_up(uint64_t bytes) {
  return (bytes + RNNC_ALIGN - 1) & ~(uint64_t)(RNNC_ALIGN - 1);
}
#endif
