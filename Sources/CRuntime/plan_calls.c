#include <stdarg.h>
#include <stdio.h>
#include "plan_format.h"

/* The call being checked, its kernel, and how the kernel uses each operand. */
typedef struct call_check {
  const rnnc_plan_view *view;
  uint64_t index;
  const char *kernel_name;
  const ck_kernel *kernel;
  const int32_t *integers;
  uint32_t integer_count, operand_count;
  int in_loop;
  int lanes;
  struct {
    char access; /* r, w or u */
    int is_optional;
    uint32_t element; /* code */
  } use[CK_MAX_OPERANDS];
} call_check;

__attribute__((format(printf, 3, 4))) static int refuse(const call_check *c, int code,
                                                        const char *format, ...) {
  char why[384];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(why, sizeof why, format, arguments);
  va_end(arguments);
  return rnnc_refuse(c->view->report, code, "call steps[%llu] '%.80s': %s",
                     (unsigned long long)c->index, c->kernel_name, why);
}

/* The words of a row of kernels.def: *word moves on; NULL at the end. */
static const char *next_word(const char **word, size_t *length) {
  while (**word == ' ') ++*word;
  const char *start = *word;
  while (**word && **word != ' ') ++*word;
  *length = (size_t)(*word - start);
  return *length > 0 ? start : NULL;
}

static int repeats(const char *word, size_t length) {
  return length > 3 && memcmp(word + length - 3, "...", 3) == 0;
}

static uint32_t count_words(const char *words, uint32_t *repeating) {
  uint32_t count = 0;
  size_t length;
  *repeating = 0;
  for (const char *word; (word = next_word(&words, &length)); count++)
    *repeating += (uint32_t)repeats(word, length);
  return count;
}

/* The integer that the kernel calls `name`, or -1. */
static int64_t integer_named(const call_check *c, const char *name) {
  const char *words = c->kernel->integers;
  size_t length;
  uint32_t i = 0;
  for (const char *word; (word = next_word(&words, &length)); i++)
    if (length == strlen(name) && memcmp(word, name, length) == 0)
      return i < c->integer_count ? c->integers[i] : -1;
  return -1;
}

static int check_integer_count(const call_check *c) {
  uint32_t repeating, words = count_words(c->kernel->integers, &repeating);
  uint32_t fixed = words - repeating;
  if (repeating > 0 ? c->integer_count >= fixed : c->integer_count == fixed) return RNNC_OK;
  return refuse(c, RNNC_E_MALFORMED, "%u integers, takes '%s'", c->integer_count,
                c->kernel->integers);
}

/* How often an operand stands there. One repeating operand takes what the others leave; of two,
 * the integers `inputs` and `outputs` say how often each does. */
static int64_t repetitions(const call_check *c, uint32_t words, uint32_t repeating,
                           uint32_t ordinal) {
  if (repeating == 1) return (int64_t)c->operand_count - (words - 1);
  return integer_named(c, ordinal == 0 ? "inputs" : "outputs");
}

/* The element type that an operand's letters before the colon name. */
static uint32_t element_of(const char *word, const char *colon) {
  if (colon && memchr(word, 'i', (size_t)(colon - word))) return ELEMENT_I32;
  if (colon && memchr(word, 'b', (size_t)(colon - word))) return ELEMENT_BF16;
  return ELEMENT_F32;
}

/* Fills c->use from the kernel's operand words. */
static int spread_operands(call_check *c) {
  uint32_t repeating, words = count_words(c->kernel->operands, &repeating);
  const char *rest = c->kernel->operands;
  uint32_t filled = 0, ordinal = 0;
  size_t length;
  for (const char *word; (word = next_word(&rest, &length));) {
    int64_t times = repeats(word, length) ? repetitions(c, words, repeating, ordinal++) : 1;
    if (times < 0 || times > (int64_t)(c->operand_count - filled)) filled = UINT32_MAX;
    if (filled == UINT32_MAX) break;
    const char *colon = memchr(word, ':', length);
    for (int64_t k = 0; k < times; k++, filled++) {
      c->use[filled].access = word[0];
      c->use[filled].element = element_of(word, colon);
      c->use[filled].is_optional = colon && memchr(word, '?', (size_t)(colon - word)) != NULL;
    }
  }
  if (filled == c->operand_count) return RNNC_OK;
  return refuse(c, RNNC_E_MALFORMED, "%u operands, takes '%s'", c->operand_count,
                c->kernel->operands);
}

static int check_use(const call_check *c, uint32_t i, const rnnc_buffer *b) {
  if (!b)
    return c->use[i].is_optional ? RNNC_OK
                                 : refuse(c, RNNC_E_MALFORMED, "operand %u of '%s' is absent", i,
                                          c->kernel->operands);
  if (c->use[i].element != b->element)
    return refuse(c, RNNC_E_MALFORMED, "operand %u (buffer '%.80s') has the wrong element type", i,
                  b->name);
  int constant = b->storage == RNNC_WEIGHT || b->storage == RNNC_INPUT;
  if (c->use[i].access != 'r' && constant)
    return refuse(c, RNNC_E_MALFORMED, "operand %u writes to buffer '%.80s', which is read only", i,
                  b->name);
  return RNNC_OK;
}

/* What the call touches in `rows` rows stays within the rows that buffer b then has. */
static int check_reach(const call_check *c, uint32_t i, const rnnc_buffer *b, uint64_t offset,
                       int64_t extent, int64_t rows) {
  int64_t memory_rows = !b->per_step                                ? 1
                        : b->storage == RNNC_SCRATCH && !c->in_loop ? (int64_t)c->view->tile
                                                                    : rows;
  int64_t room = b->width * memory_rows - (int64_t)offset;
  if (extent >= 0 && extent <= room) return RNNC_OK;
  return refuse(c, RNNC_E_MALFORMED,
                "operand %u touches %lld elements from %llu on for %lld rows, buffer '%.80s' has "
                "%lld",
                i, (long long)extent, (unsigned long long)offset, (long long)rows, b->name,
                (long long)(b->width * memory_rows));
}

static const rnnc_buffer *operand_at(const call_check *c, uint64_t index, uint64_t *offset) {
  const unsigned char *record = rnnc_record(c->view, TABLE_OPERANDS, index);
  uint32_t buffer = rnnc_u32(record);
  *offset = rnnc_u64(record + 8);
  return buffer == FILE_NONE ? NULL : &c->view->buffers[buffer];
}

static int check_extents(const call_check *c, uint64_t first, int64_t rows) {
  int64_t extent[CK_MAX_OPERANDS] = {0};
  if (c->kernel->extents(c->integers, (int)c->integer_count, (int)c->operand_count, c->lanes, rows,
                         extent) != 0)
    return refuse(c, RNNC_E_MALFORMED, "the integers are not valid ('%s')", c->kernel->integers);
  for (uint32_t i = 0; i < c->operand_count; i++) {
    uint64_t offset;
    const rnnc_buffer *b = operand_at(c, first + i, &offset);
    int result = b ? check_reach(c, i, b, offset, extent[i], rows) : RNNC_OK;
    if (result == RNNC_OK && b && b->element == ELEMENT_BF16 && offset % 2 != 0)
      result = refuse(c, RNNC_E_MALFORMED, "operand %u begins in the middle of a pair of bf16", i);
    if (result != RNNC_OK) return result;
  }
  return RNNC_OK;
}

/* Extents are linear in the rows, so the shortest and the longest tile decide about all. */
static int check_call(call_check *c, uint64_t first) {
  int result = check_integer_count(c);
  if (result == RNNC_OK) result = spread_operands(c);
  for (uint32_t i = 0; i < c->operand_count && result == RNNC_OK; i++) {
    uint64_t offset;
    result = check_use(c, i, operand_at(c, first + i, &offset));
  }
  if (result == RNNC_OK) result = check_extents(c, first, 1);
  if (result == RNNC_OK && !c->in_loop) result = check_extents(c, first, c->view->tile);
  return result;
}

static rnnc_slot resolve(const rnnc_buffer *b, uint64_t offset) {
  if (!b) return (rnnc_slot){.storage = RNNC_ABSENT};
  int is_port = b->storage == RNNC_INPUT || b->storage == RNNC_OUTPUT;
  int has_place = !is_port && b->storage != RNNC_SCRATCH;
  return (rnnc_slot){
      .storage = (uint32_t)b->storage,
      .port = is_port ? (uint32_t)b->place : 0,
      .offset = (has_place ? b->place : 0) + offset * b->element_bytes,
      .row_bytes = b->per_step ? (uint64_t)b->width * b->element_bytes : 0,
      .place = b->storage == RNNC_SCRATCH ? b->place : 0,
  };
}

/* The variant of the kernel for the plan's ISA, NULL where this build has none. */
static int find_function(call_check *c, const rnnc_program *program, ck_function *function) {
  int index = ck_kernel_named(c->kernel_name);
  const ck_isa *isa = ck_isa_at(program->isa_index);
  if (index < 0) return refuse(c, RNNC_E_MALFORMED, "there is no such kernel");
  c->kernel = ck_kernel_at(index);
  c->lanes = isa->lanes;
  *function = isa->functions ? isa->functions[index] : NULL;
  return RNNC_OK;
}

static int take_call(const rnnc_plan_view *view, rnnc_program *program, uint64_t index, int in_loop,
                     uint64_t *integer, uint64_t *operand) {
  const unsigned char *record = rnnc_record(view, TABLE_STEPS, index);
  call_check c = {.view = view, .index = index, .in_loop = in_loop};
  c.kernel_name = (const char *)view->bytes + view->offset[TABLE_TEXT] + rnnc_u32(record + 8);
  c.integer_count = rnnc_u32(record + 12);
  c.operand_count = rnnc_u32(record + 16);
  c.integers = (const int32_t *)(const void *)rnnc_record(view, TABLE_INTEGERS, *integer);
  ck_function function = NULL;
  int result = find_function(&c, program, &function);
  if (result == RNNC_OK) result = check_call(&c, *operand);
  if (result != RNNC_OK) return result;
  rnnc_slot *slots = program->slots + *operand;
  for (uint32_t i = 0; i < c.operand_count; i++) {
    uint64_t offset;
    const rnnc_buffer *b = operand_at(&c, *operand + i, &offset);
    slots[i] = resolve(b, offset);
  }
  program->calls[index] = (rnnc_call){function, c.integers, slots, c.operand_count, 0};
  *integer += c.integer_count;
  *operand += c.operand_count;
  return RNNC_OK;
}

static int find_isa(const rnnc_plan_view *view, rnnc_program *program) {
  int index = ck_isa_named(view->isa);
  if (index < 0)
    return rnnc_refuse(view->report, RNNC_E_MALFORMED,
                       "isa: the plan is for '%.80s', and there is no such instruction set",
                       view->isa);
  const char *features = ck_isa_at(index)->features;
  if (strcmp(features, view->features) != 0)
    return rnnc_refuse(view->report, RNNC_E_VERSION,
                       "features: the plan's '%.80s' needs '%.80s', this runtime's needs '%s'",
                       view->isa, view->features, features);
  program->isa_index = index;
  return RNNC_OK;
}

/* Whether a sound plan can run here. */
static int check_availability(const rnnc_plan_view *view, const rnnc_program *program) {
  const ck_isa *isa = ck_isa_at(program->isa_index);
  if (!isa->functions)
    return rnnc_refuse(view->report, RNNC_E_UNAVAILABLE,
                       "isa: the plan is for '%s', for which this runtime was not built",
                       isa->name);
  if (!ck_isa_runs_here(program->isa_index))
    return rnnc_refuse(view->report, RNNC_E_UNAVAILABLE,
                       "isa: the plan is for '%s', this processor lacks one of '%s'", isa->name,
                       isa->features);
  return RNNC_OK;
}

int rnnc_check_calls(rnnc_plan_view *view, rnnc_program *program) {
  uint64_t integer = 0, operand = 0, body = 0;
  int result = find_isa(view, program);
  for (uint64_t i = 0; i < view->count[TABLE_STEPS] && result == RNNC_OK; i++) {
    const unsigned char *record = rnnc_record(view, TABLE_STEPS, i);
    if (rnnc_u32(record) & STEP_LOOP) {
      body = rnnc_u32(record + 4);
      program->calls[i] = (rnnc_call){.loop = (uint32_t)body};
      continue;
    }
    result = take_call(view, program, i, body > 0, &integer, &operand);
    if (body > 0) body--;
  }
  return result == RNNC_OK ? check_availability(view, program) : result;
}
