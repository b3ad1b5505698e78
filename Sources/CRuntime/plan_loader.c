#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "plan_format.h"

static void *array(uint64_t count, size_t bytes) { return calloc(count > 0 ? count : 1, bytes); }

static void free_program(rnnc_program *program) {
  if (!program) return;
  free(program->ports);
  free(program->states);
  free(program->calls);
  free(program->slots);
  free(program->tables);
  free(program);
}

/* Everything before the weights is copied, so that nobody can change it after it was checked. */
static int allocate(rnnc_plan_view *view, rnnc_program *program, const unsigned char *file) {
  const uint64_t *count = view->count;
  program->ports = array(count[TABLE_PORTS], sizeof *program->ports);
  program->states = array(count[TABLE_STATES], sizeof *program->states);
  program->calls = array(count[TABLE_STEPS], sizeof *program->calls);
  program->slots = array(count[TABLE_OPERANDS], sizeof *program->slots);
  program->tables = malloc(view->offset[TABLE_WEIGHTS]);
  view->buffers = array(count[TABLE_BUFFERS], sizeof *view->buffers);
  if (!program->ports || !program->states || !program->calls || !program->slots ||
      !program->tables || !view->buffers)
    return rnnc_refuse(view->report, RNNC_E_MEMORY, "not enough memory for the plan's tables");
  memcpy(program->tables, file, view->offset[TABLE_WEIGHTS]);
  view->bytes = program->tables;
  return RNNC_OK;
}

static void describe(const rnnc_plan_view *view, rnnc_program *program, const unsigned char *file) {
  program->identity = rnnc_u64(view->bytes + FILE_CHECKSUM);
  program->name = view->name;
  program->isa = view->isa;
  program->tile = view->tile;
  program->step_threads = view->step_threads;
  program->sequence_threads = view->sequence_threads;
  program->wave = view->wave;
  program->state_bytes = view->state_bytes;
  program->scratch_bytes = view->scratch_bytes;
  program->weights = file + view->offset[TABLE_WEIGHTS];
  program->input_count = view->input_count;
  program->output_count = view->output_count;
  program->state_count = (uint32_t)view->count[TABLE_STATES];
  program->call_count = (uint32_t)view->count[TABLE_STEPS];
}

static int load(const unsigned char *file, uint64_t bytes, rnnc_program *program,
                rnnc_report report) {
  rnnc_plan_view view = {.report = report};
  int result = rnnc_check_header(&view, file, bytes);
  if (result != RNNC_OK) return result;
  result = allocate(&view, program, file);
  if (result == RNNC_OK) result = rnnc_check_tables(&view, program->ports, program->states);
  if (result == RNNC_OK) result = rnnc_check_calls(&view, program);
  if (result == RNNC_OK) describe(&view, program, file);
  free(view.buffers);
  return result;
}

int rnnc_open_memory(const void *plan, size_t bytes, rnnc_program **program, char *message,
                     size_t message_bytes) {
  rnnc_report report = {message, message_bytes};
  if (!program) return rnnc_refuse(report, RNNC_E_ARGUMENT, "no place for the program");
  *program = NULL;
  if (!plan || (uintptr_t)plan % RNNC_ALIGN != 0)
    return rnnc_refuse(report, RNNC_E_ARGUMENT, "the plan's bytes must be 64-byte aligned");
  rnnc_program *opened = calloc(1, sizeof *opened);
  if (!opened) return rnnc_refuse(report, RNNC_E_MEMORY, "not enough memory");
  int result = load(plan, bytes, opened, report);
  if (result == RNNC_OK)
    *program = opened;
  else
    free_program(opened);
  return result;
}

/* Maps the regular file `path`; an empty one gives *bytes = 0. */
static int map_file(const char *path, void **mapping, size_t *bytes, rnnc_report report) {
  int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0)
    return rnnc_refuse(report, RNNC_E_MISSING, "cannot open '%.200s': %s", path, strerror(errno));
  struct stat status;
  int result = RNNC_OK;
  if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode))
    result = rnnc_refuse(report, RNNC_E_MISSING, "'%.200s' is not a regular file", path);
  *mapping = NULL;
  *bytes = result == RNNC_OK ? (size_t)status.st_size : 0;
  if (*bytes > 0) *mapping = mmap(NULL, *bytes, PROT_READ, MAP_PRIVATE, file, 0);
  if (*mapping == MAP_FAILED)
    result = rnnc_refuse(report, RNNC_E_MISSING, "cannot map '%.200s': %s", path, strerror(errno));
  close(file);
  return result;
}

int rnnc_open(const char *path, rnnc_program **program, char *message, size_t message_bytes) {
  rnnc_report report = {message, message_bytes};
  if (!program || !path) return rnnc_refuse(report, RNNC_E_ARGUMENT, "no path or no program");
  *program = NULL;
  void *mapping = NULL;
  size_t bytes = 0;
  int result = map_file(path, &mapping, &bytes, report);
  if (result != RNNC_OK) return result;
  if (bytes == 0)
    return rnnc_refuse(report, RNNC_E_MALFORMED, "magic (byte 0): not an rnnc plan file");
  result = rnnc_open_memory(mapping, bytes, program, message, message_bytes);
  if (result != RNNC_OK) {
    munmap(mapping, bytes);
    return result;
  }
  (*program)->mapping = mapping;
  (*program)->mapping_bytes = bytes;
  return RNNC_OK;
}

void rnnc_close(rnnc_program *program) {
  if (program && program->mapping) munmap(program->mapping, program->mapping_bytes);
  free_program(program);
}
