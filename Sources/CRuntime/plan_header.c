#include <stdarg.h>
#include <stdio.h>
#include "plan_format.h"

int rnnc_refuse(rnnc_report report, int code, const char *format, ...) {
  if (!report.message || report.bytes == 0) return code;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(report.message, report.bytes, format, arguments);
  va_end(arguments);
  for (char *c = report.message; *c; c++)
    if ((unsigned char)*c < 0x20 || *c == 0x7f) *c = '?';
  return code;
}

static const char *const table_names[TABLE_COUNT] = {"text",    "ports",  "shapes",   "labels",
                                                     "buffers", "steps",  "integers", "operands",
                                                     "states",  "weights"};

static const uint32_t record_bytes[TABLE_COUNT] = {1, 24, 8, 4, 32, 24, 4, 16, 16, 1};

uint32_t rnnc_record_bytes(rnnc_table table) { return record_bytes[table]; }
const char *rnnc_table_name(rnnc_table table) { return table_names[table]; }

static int refuse_field(const rnnc_plan_view *view, const char *field, int at, const char *why) {
  return rnnc_refuse(view->report, RNNC_E_MALFORMED, "%s (byte %d): %s", field, at, why);
}

/* The fields that say what the file is, in every format version at the same place. */
static int check_kind(const rnnc_plan_view *view, const unsigned char *file, uint64_t bytes) {
  if (bytes < 12 || memcmp(file, FILE_MAGIC, 8) != 0)
    return refuse_field(view, "magic", 0, "not an rnnc plan file");
  uint32_t version = rnnc_u32(file + FILE_VERSION_AT);
  if (version != FILE_VERSION)
    return rnnc_refuse(view->report, RNNC_E_VERSION,
                       "version (byte %d): the plan has format version %u, this runtime reads %d",
                       FILE_VERSION_AT, version, FILE_VERSION);
  if (bytes < FILE_HEADER_BYTES)
    return rnnc_refuse(view->report, RNNC_E_MALFORMED,
                       "header (byte 0): truncated, the file has %llu of %d bytes",
                       (unsigned long long)bytes, FILE_HEADER_BYTES);
  return RNNC_OK;
}

static int check_size(const rnnc_plan_view *view, const unsigned char *file, uint64_t bytes) {
  if (rnnc_u32(file + FILE_HEADER_SIZE) != FILE_HEADER_BYTES)
    return refuse_field(view, "headerBytes", FILE_HEADER_SIZE, "must be 256");
  uint64_t stated = rnnc_u64(file + FILE_BYTES);
  if (stated != bytes)
    return rnnc_refuse(view->report, RNNC_E_MALFORMED,
                       "fileBytes (byte %d): the header says %llu bytes, the file has %llu",
                       FILE_BYTES, (unsigned long long)stated, (unsigned long long)bytes);
  if (bytes % RNNC_ALIGN != 0)
    return refuse_field(view, "fileBytes", FILE_BYTES, "not a multiple of 64");
  if (rnnc_u64(file + FILE_CHECKSUM) != rnnc_checksum(file, bytes))
    return refuse_field(view, "checksum", FILE_CHECKSUM, "does not match, the file is damaged");
  return RNNC_OK;
}

static int is_threads(uint32_t count) { return count >= 1 && count <= RNNC_MAX_THREADS; }

static int check_numbers(const rnnc_plan_view *view, const unsigned char *file) {
  if (view->tile < 1 || view->tile > RNNC_MAX_TILE)
    return refuse_field(view, "tile", FILE_TILE, "must be 1 ... 4096");
  double rate;
  memcpy(&rate, file + FILE_RATE, sizeof rate);
  if (!(rate >= 0 && rate <= 1e300))
    return refuse_field(view, "rate", FILE_RATE, "must be 0 or a positive number");
  if (rnnc_u64(file + FILE_STATE_BYTES) > FILE_MAX_BYTES)
    return refuse_field(view, "stateBytes", FILE_STATE_BYTES, "more than 1 GiB");
  if (rnnc_u64(file + FILE_SCRATCH_BYTES) > FILE_MAX_BYTES)
    return refuse_field(view, "scratchBytes", FILE_SCRATCH_BYTES, "more than 1 GiB");
  if (!is_threads(view->step_threads))
    return refuse_field(view, "stepThreads", FILE_STEP_THREADS, "must be 1 ... 256");
  if (!is_threads(view->sequence_threads))
    return refuse_field(view, "sequenceThreads", FILE_SEQUENCE_THREADS, "must be 1 ... 256");
  if (!rnnc_is_portion(view->wave.rows, view->tile))
    return refuse_field(view, "waveRows", FILE_WAVE_ROWS,
                        "must be 0, or the tile divided by 2, 4, 8, ...");
  if (rnnc_u32(file + FILE_RESERVED) != 0)
    return refuse_field(view, "reserved", FILE_RESERVED, "must be zero");
  return RNNC_OK;
}

static int check_padding(const rnnc_plan_view *view, const unsigned char *file, uint64_t from,
                         uint64_t to) {
  for (uint64_t at = from; at < to; at++)
    if (file[at] != 0)
      return rnnc_refuse(view->report, RNNC_E_MALFORMED, "padding (byte %llu): must be zero",
                         (unsigned long long)at);
  return RNNC_OK;
}

/* Parts follow each other without choice, so an offset is right or wrong; none can overlap. */
static int check_parts(rnnc_plan_view *view, const unsigned char *file, uint64_t bytes) {
  uint64_t end = FILE_HEADER_BYTES;
  for (int t = 0; t < TABLE_COUNT; t++) {
    int at = FILE_TABLES + 16 * t;
    uint64_t offset = rnnc_u64(file + at), count = rnnc_u64(file + at + 8);
    if (offset != rnnc_round_up(end))
      return rnnc_refuse(view->report, RNNC_E_MALFORMED,
                         "%s.offset (byte %d): is %llu, must be %llu", table_names[t], at,
                         (unsigned long long)offset, (unsigned long long)rnnc_round_up(end));
    uint64_t limit = offset > bytes ? 0 : (bytes - offset) / record_bytes[t];
    if (t != TABLE_WEIGHTS && limit >= FILE_NONE) limit = FILE_NONE - 1;
    if (offset > bytes || count > limit)
      return rnnc_refuse(view->report, RNNC_E_MALFORMED,
                         "%s.count (byte %d): %llu records do not fit into the file",
                         table_names[t], at + 8, (unsigned long long)count);
    int result = check_padding(view, file, end, offset);
    if (result != RNNC_OK) return result;
    view->offset[t] = offset;
    view->count[t] = count;
    end = offset + count * record_bytes[t];
  }
  if (rnnc_round_up(end) != bytes)
    return refuse_field(view, "fileBytes", FILE_BYTES, "the file does not end after the weights");
  return check_padding(view, file, end, bytes);
}

int rnnc_check_header(rnnc_plan_view *view, const unsigned char *file, uint64_t bytes) {
  int result = check_kind(view, file, bytes);
  if (result == RNNC_OK) result = check_size(view, file, bytes);
  if (result != RNNC_OK) return result;
  view->tile = rnnc_u32(file + FILE_TILE);
  view->input_count = rnnc_u32(file + FILE_INPUTS);
  view->step_threads = rnnc_u32(file + FILE_STEP_THREADS);
  view->sequence_threads = rnnc_u32(file + FILE_SEQUENCE_THREADS);
  view->wave.rows = rnnc_u32(file + FILE_WAVE_ROWS);
  result = check_numbers(view, file);
  if (result == RNNC_OK) result = check_parts(view, file, bytes);
  if (result != RNNC_OK) return result;
  if (view->input_count > view->count[TABLE_PORTS])
    return refuse_field(view, "inputCount", FILE_INPUTS, "more inputs than ports");
  view->output_count = (uint32_t)(view->count[TABLE_PORTS] - view->input_count);
  return RNNC_OK;
}
