/* The plan file, as Sources/Plan/Plan.docc/PlanFile.md specifies it: little endian, a header of
 * 256 bytes, nine tables, the weights, every part at the next multiple of 64 bytes. */
#ifndef RNNC_PLAN_FORMAT_H
#define RNNC_PLAN_FORMAT_H
#include <string.h>
#include "program.h"

#if !defined(__BYTE_ORDER__) || __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "plan files are used in place: a little-endian machine is needed"
#endif

#define FILE_MAGIC "RNNCPLAN"

/* Codes of element types, and how many there are. */
enum { ELEMENT_F32 = 0, ELEMENT_BF16 = 3, ELEMENT_I32 = 8, ELEMENT_COUNT = 13 };

enum { FILE_VERSION = 3, FILE_HEADER_BYTES = 256 };

/* Byte offsets of the header's fields. */
enum {
  FILE_VERSION_AT = 8,
  FILE_HEADER_SIZE = 12,
  FILE_BYTES = 16,
  FILE_CHECKSUM = 24,
  FILE_STATE_BYTES = 32,
  FILE_SCRATCH_BYTES = 40,
  FILE_RATE = 48,
  FILE_TILE = 56,
  FILE_INPUTS = 60,
  FILE_NAME = 64,
  FILE_ISA = 68,
  FILE_FEATURES = 72,
  FILE_TOOL = 76,
  FILE_TABLES = 80,
  FILE_STEP_THREADS = 240,
  FILE_SEQUENCE_THREADS = 244,
  FILE_WAVE_ROWS = 248,
  FILE_RESERVED = 252
};

/* Kinds of step records, and what may be added to them. */
enum { STEP_CALL = 0, STEP_LOOP = 1, STEP_BEGINS_STAGE = 2 };

/* Tables in the file's order; the header has an offset and a count of records for each. */
typedef enum rnnc_table {
  TABLE_TEXT,
  TABLE_PORTS,
  TABLE_SHAPES,
  TABLE_LABELS,
  TABLE_BUFFERS,
  TABLE_STEPS,
  TABLE_INTEGERS,
  TABLE_OPERANDS,
  TABLE_STATES,
  TABLE_WEIGHTS,
  TABLE_COUNT
} rnnc_table;

enum { NO_INDEX = -1 };
#define FILE_NONE      UINT32_MAX
#define FILE_MAX_BYTES (UINT64_C(1) << 30) /* of state, of scratch */

/* A file whose structure was checked; records are read from `bytes` at table offsets. */
typedef struct rnnc_plan_view {
  const unsigned char *bytes; /* the file up to the weights */
  uint64_t offset[TABLE_COUNT];
  uint64_t count[TABLE_COUNT];
  uint64_t state_bytes, scratch_bytes; /* reached by a buffer, rounded up to 64 */
  uint32_t tile, input_count, output_count;
  uint32_t step_threads, sequence_threads;
  rnnc_wavefront wave;
  const char *name, *isa, *features, *tool;
  rnnc_buffer *buffers;
  rnnc_report report;
} rnnc_plan_view;

static inline uint32_t rnnc_u32(const unsigned char *at) {
  uint32_t value;
  memcpy(&value, at, sizeof value);
  return value;
}

static inline uint64_t rnnc_u64(const unsigned char *at) {
  uint64_t value;
  memcpy(&value, at, sizeof value);
  return value;
}

RNNC_HIDDEN uint32_t rnnc_record_bytes(rnnc_table table);
RNNC_HIDDEN const char *rnnc_table_name(rnnc_table table);
static inline const unsigned char *rnnc_record(const rnnc_plan_view *view, rnnc_table table,
                                               uint64_t index) {
  return view->bytes + view->offset[table] + index * rnnc_record_bytes(table);
}

/* Whether a tile is 2, 4, 8, ... portions of so many rows, or there is no wavefront (0). */
RNNC_HIDDEN int rnnc_is_portion(uint32_t rows, uint32_t tile);
/* Header and table positions, before anything is copied; `bytes` is the real length of the file. */
RNNC_HIDDEN int rnnc_check_header(rnnc_plan_view *view, const unsigned char *file, uint64_t bytes);
/* Every record of every table; fills view->buffers (an array of count[TABLE_BUFFERS]). */
RNNC_HIDDEN int rnnc_check_tables(rnnc_plan_view *view, rnnc_port *ports, rnnc_initial *states);
/* Every call against its kernel's row; fills calls and slots. */
RNNC_HIDDEN int rnnc_check_calls(rnnc_plan_view *view, rnnc_program *program);
#endif
