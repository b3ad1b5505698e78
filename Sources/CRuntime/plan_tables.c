#include <stdarg.h>
#include <stdio.h>
#include "plan_format.h"

/* A record being read: refusals name its table, index, field and the byte it stands at. */
typedef struct cursor {
  rnnc_plan_view *view;
  const char *table;
  uint64_t index;
  uint64_t at; /* byte of the record in the file */
} cursor;

__attribute__((format(printf, 4, 5))) static int refuse(const cursor *c, const char *field,
                                                        unsigned within, const char *format, ...) {
  char why[256];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(why, sizeof why, format, arguments);
  va_end(arguments);
  if (!c->table)
    return rnnc_refuse(c->view->report, RNNC_E_MALFORMED, "%s (byte %u): %s", field, within, why);
  return rnnc_refuse(c->view->report, RNNC_E_MALFORMED, "%s[%llu].%s (byte %llu): %s", c->table,
                     (unsigned long long)c->index, field, (unsigned long long)(c->at + within),
                     why);
}

static cursor cursor_at(rnnc_plan_view *view, const char *name, rnnc_table table, uint64_t index) {
  uint64_t at = view->offset[table] + index * rnnc_record_bytes(table);
  return (cursor){view, name, index, at};
}

static uint32_t u32(const cursor *c, unsigned within) {
  return rnnc_u32(c->view->bytes + c->at + within);
}

static uint64_t u64(const cursor *c, unsigned within) {
  return rnnc_u64(c->view->bytes + c->at + within);
}

/* The file's element types, by code. */
static const struct {
  uint32_t bytes;
  int is_integer;
} elements[] = {{4, 0}, {8, 0}, {2, 0}, {2, 0}, {1, 1}, {1, 1}, {2, 1},
                {2, 1}, {4, 1}, {4, 1}, {8, 1}, {8, 1}, {1, 0}};
enum { ELEMENT_F32 = 0, ELEMENT_I32 = 8, ELEMENT_COUNT = 13 };

/* Text is UTF-8 throughout and ends with a zero byte; strings are found by their first byte. */
static int is_utf8(const unsigned char *s, uint64_t count) {
  for (uint64_t i = 0; i < count;) {
    unsigned char c = s[i++];
    if (c < 0x80) continue;
    int more = c >= 0xc2 && c <= 0xdf ? 1 : (c & 0xf0) == 0xe0 ? 2 : c >= 0xf0 && c <= 0xf4 ? 3 : 0;
    if (more == 0 || count - i < (uint64_t)more) return 0;
    unsigned char low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
    unsigned char high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
    if (s[i] < low || s[i] > high) return 0;
    for (int k = 1; k < more; k++)
      if ((s[i + k] & 0xc0) != 0x80) return 0;
    i += (uint64_t)more;
  }
  return 1;
}

static int check_text(rnnc_plan_view *view) {
  const unsigned char *text = view->bytes + view->offset[TABLE_TEXT];
  uint64_t count = view->count[TABLE_TEXT];
  const char *why = count == 0 || text[count - 1] != 0 ? "does not end with a zero byte"
                    : !is_utf8(text, count)            ? "is not UTF-8"
                                                       : NULL;
  if (!why) return RNNC_OK;
  return rnnc_refuse(view->report, RNNC_E_MALFORMED, "text (byte %llu): %s",
                     (unsigned long long)view->offset[TABLE_TEXT], why);
}

static int read_string(const cursor *c, const char *field, unsigned within, int may_be_empty,
                       const char **string) {
  const unsigned char *text = c->view->bytes + c->view->offset[TABLE_TEXT];
  uint32_t start = u32(c, within);
  if (start >= c->view->count[TABLE_TEXT] || (start > 0 && text[start - 1] != 0))
    return refuse(c, field, within, "%u is not the start of a string", start);
  if (!may_be_empty && text[start] == 0) return refuse(c, field, within, "must not be empty");
  if (string) *string = (const char *)text + start;
  return RNNC_OK;
}

static int check_names(rnnc_plan_view *view) {
  cursor header = {view, NULL, 0, 0};
  int result = read_string(&header, "name", FILE_NAME, 1, &view->name);
  if (result == RNNC_OK) result = read_string(&header, "isa", FILE_ISA, 0, &view->isa);
  if (result == RNNC_OK)
    result = read_string(&header, "features", FILE_FEATURES, 1, &view->features);
  if (result == RNNC_OK) result = read_string(&header, "toolVersion", FILE_TOOL, 1, &view->tool);
  return result;
}

/* A port's dimensions, from *shape on: each at least 1, their product at most INT32_MAX. */
static int read_width(const cursor *c, uint64_t *shape, int64_t *width) {
  uint32_t rank = u32(c, 12);
  if (rank > 8 || rank > c->view->count[TABLE_SHAPES] - *shape)
    return refuse(c, "rank", 12, "%u dimensions, at most 8 and as many as 'shapes' has", rank);
  *width = 1;
  for (uint32_t i = 0; i < rank; i++, ++*shape) {
    uint64_t dimension = rnnc_u64(rnnc_record(c->view, TABLE_SHAPES, *shape));
    if (dimension == 0 || dimension > (uint64_t)(INT32_MAX / *width))
      return refuse(c, "shape", 12, "dimension %llu is zero or too large",
                    (unsigned long long)dimension);
    *width *= (int64_t)dimension;
  }
  return RNNC_OK;
}

static int check_port(const cursor *c, uint64_t *shape, uint64_t *label, rnnc_port *port) {
  int result = read_string(c, "name", 0, 0, &port->name);
  if (result != RNNC_OK) return result;
  uint32_t element = u32(c, 4), declared = u32(c, 8), labels = u32(c, 16);
  if (element != ELEMENT_F32 && element != ELEMENT_I32)
    return refuse(c, "element", 4, "code %u, must be f32 (0) or i32 (8)", element);
  if (declared >= ELEMENT_COUNT - 1 || elements[declared].is_integer != (element == ELEMENT_I32))
    return refuse(c, "declared", 8, "code %u does not go with the element type", declared);
  port->is_integer = element == ELEMENT_I32;
  result = read_width(c, shape, &port->width);
  if (result != RNNC_OK) return result;
  if (labels > c->view->count[TABLE_LABELS] - *label)
    return refuse(c, "labelCount", 16, "%u labels are more than 'labels' has", labels);
  for (uint32_t i = 0; i < labels; i++, ++*label) {
    cursor string = cursor_at(c->view, "labels", TABLE_LABELS, *label);
    result = read_string(&string, "string", 0, 1, NULL);
    if (result != RNNC_OK) return result;
  }
  return u32(c, 20) == 0 ? RNNC_OK : refuse(c, "reserved", 20, "must be zero");
}

static int check_all_used(rnnc_plan_view *view, const char *table, rnnc_table index,
                          uint64_t used) {
  if (used == view->count[index]) return RNNC_OK;
  return rnnc_refuse(view->report, RNNC_E_MALFORMED, "%s.count (byte %d): %llu records, %llu used",
                     table, FILE_TABLES + 16 * (int)index + 8,
                     (unsigned long long)view->count[index], (unsigned long long)used);
}

static int check_ports(rnnc_plan_view *view, rnnc_port *ports) {
  uint64_t shape = 0, label = 0;
  for (uint64_t i = 0; i < view->count[TABLE_PORTS]; i++) {
    cursor c = cursor_at(view, "ports", TABLE_PORTS, i);
    int result = check_port(&c, &shape, &label, &ports[i]);
    if (result != RNNC_OK) return result;
  }
  int result = check_all_used(view, "shapes", TABLE_SHAPES, shape);
  return result != RNNC_OK ? result : check_all_used(view, "labels", TABLE_LABELS, label);
}

/* Memory of `limit` bytes holds the buffer's rows; *reached grows to the byte after them. */
static int check_fits(const cursor *c, const rnnc_buffer *b, uint64_t limit, uint64_t *reached) {
  uint64_t rows = b->per_step ? c->view->tile : 1;
  uint64_t bytes = (uint64_t)b->width * b->element_bytes * rows; /* < 2^31 * 8 * 2^12 */
  if (b->place % RNNC_ALIGN != 0)
    return refuse(c, "place", 16, "%llu is not a multiple of 64", (unsigned long long)b->place);
  if (b->place > limit || bytes > limit - b->place)
    return refuse(c, "place", 16, "%llu bytes from %llu on end beyond its %llu bytes of memory",
                  (unsigned long long)bytes, (unsigned long long)b->place,
                  (unsigned long long)limit);
  if (reached && rnnc_round_up(b->place + bytes) > *reached)
    *reached = rnnc_round_up(b->place + bytes);
  return RNNC_OK;
}

static int check_port_buffer(const cursor *c, const rnnc_buffer *b, const rnnc_port *ports) {
  const rnnc_plan_view *view = c->view;
  uint32_t count = b->storage == RNNC_INPUT ? view->input_count : view->output_count;
  if (b->place >= count)
    return refuse(c, "place", 16, "port %llu of %u", (unsigned long long)b->place, count);
  const rnnc_port *port = ports + b->place + (b->storage == RNNC_OUTPUT ? view->input_count : 0);
  if (!b->per_step) return refuse(c, "perStep", 12, "a port has one row per step");
  if (b->element != (port->is_integer ? ELEMENT_I32 : ELEMENT_F32))
    return refuse(c, "element", 4, "code %u is not the port's", b->element);
  if (b->width != port->width)
    return refuse(c, "width", 24, "%lld, the port has %lld", (long long)b->width,
                  (long long)port->width);
  return RNNC_OK;
}

static int check_buffer(const cursor *c, rnnc_buffer *b, const rnnc_port *ports) {
  int result = read_string(c, "name", 0, 1, &b->name);
  if (result != RNNC_OK) return result;
  uint32_t storage = u32(c, 8), per_step = u32(c, 12);
  uint64_t width = u64(c, 24);
  b->element = u32(c, 4);
  b->place = u64(c, 16);
  if (b->element >= ELEMENT_COUNT) return refuse(c, "element", 4, "unknown code %u", b->element);
  if (storage > RNNC_OUTPUT) return refuse(c, "storage", 8, "unknown code %u", storage);
  if (per_step > 1) return refuse(c, "perStep", 12, "must be 0 or 1");
  if (width > INT32_MAX) return refuse(c, "width", 24, "more than 2147483647");
  b->element_bytes = elements[b->element].bytes;
  b->is_integer = b->element == ELEMENT_I32;
  b->storage = (rnnc_storage)storage;
  b->per_step = per_step == 1;
  b->width = (int64_t)width;
  if (b->per_step && storage <= RNNC_STATE)
    return refuse(c, "perStep", 12, "weights and states have one row");
  rnnc_plan_view *view = c->view;
  switch (b->storage) {
  case RNNC_WEIGHT:
    return check_fits(c, b, view->count[TABLE_WEIGHTS], NULL);
  case RNNC_STATE:
    return check_fits(c, b, rnnc_u64(view->bytes + FILE_STATE_BYTES), &view->state_bytes);
  case RNNC_SCRATCH:
    return check_fits(c, b, rnnc_u64(view->bytes + FILE_SCRATCH_BYTES), &view->scratch_bytes);
  default:
    return check_port_buffer(c, b, ports);
  }
}

static int check_buffers(rnnc_plan_view *view, const rnnc_port *ports) {
  for (uint64_t i = 0; i < view->count[TABLE_BUFFERS]; i++) {
    cursor c = cursor_at(view, "buffers", TABLE_BUFFERS, i);
    int result = check_buffer(&c, &view->buffers[i], ports);
    if (result != RNNC_OK) return result;
  }
  return RNNC_OK;
}

static int check_operand(rnnc_plan_view *view, uint64_t index) {
  cursor c = cursor_at(view, "operands", TABLE_OPERANDS, index);
  uint32_t buffer = u32(&c, 0);
  uint64_t offset = u64(&c, 8);
  if (u32(&c, 4) != 0) return refuse(&c, "reserved", 4, "must be zero");
  if (buffer == FILE_NONE)
    return offset == 0 ? RNNC_OK : refuse(&c, "offset", 8, "an absent operand has offset 0");
  if (buffer >= view->count[TABLE_BUFFERS])
    return refuse(&c, "buffer", 0, "%u of %llu buffers", buffer,
                  (unsigned long long)view->count[TABLE_BUFFERS]);
  if (offset > (uint64_t)view->buffers[buffer].width)
    return refuse(&c, "offset", 8, "%llu is beyond the buffer's %lld elements",
                  (unsigned long long)offset, (long long)view->buffers[buffer].width);
  return RNNC_OK;
}

/* `body`: entries of the loop around this one that are still to come. */
static int check_step(const cursor *c, uint64_t *body, uint64_t *integer, uint64_t *operand) {
  rnnc_plan_view *view = c->view;
  uint32_t kind = u32(c, 0), count = u32(c, 4), integers = u32(c, 12), operands = u32(c, 16);
  if (kind > 1) return refuse(c, "kind", 0, "unknown code %u", kind);
  if (kind == 1) {
    if (*body > 0) return refuse(c, "kind", 0, "a loop inside a loop");
    if (count == 0 || count > view->count[TABLE_STEPS] - c->index - 1)
      return refuse(c, "count", 4, "a loop over %u of %llu following entries", count,
                    (unsigned long long)(view->count[TABLE_STEPS] - c->index - 1));
    if (u32(c, 8) != 0 || integers != 0 || operands != 0 || u32(c, 20) != 0)
      return refuse(c, "kernel", 8, "a loop has no call");
    *body = count;
    return RNNC_OK;
  }
  if (*body > 0) --*body;
  if (count != 0) return refuse(c, "count", 4, "a call has no count");
  if (integers > CK_MAX_INTEGERS || integers > view->count[TABLE_INTEGERS] - *integer)
    return refuse(c, "integerCount", 12, "%u, at most 640 and as many as there are", integers);
  if (operands > CK_MAX_OPERANDS || operands > view->count[TABLE_OPERANDS] - *operand)
    return refuse(c, "operandCount", 16, "%u, at most 32 and as many as there are", operands);
  *integer += integers;
  *operand += operands;
  int result = read_string(c, "kernel", 8, 0, NULL);
  return result != RNNC_OK ? result : read_string(c, "comment", 20, 1, NULL);
}

static int check_steps(rnnc_plan_view *view) {
  uint64_t body = 0, integer = 0, operand = 0;
  for (uint64_t i = 0; i < view->count[TABLE_STEPS]; i++) {
    cursor c = cursor_at(view, "steps", TABLE_STEPS, i);
    int result = check_step(&c, &body, &integer, &operand);
    if (result != RNNC_OK) return result;
  }
  int result = check_all_used(view, "integers", TABLE_INTEGERS, integer);
  if (result == RNNC_OK) result = check_all_used(view, "operands", TABLE_OPERANDS, operand);
  for (uint64_t i = 0; i < operand && result == RNNC_OK; i++) result = check_operand(view, i);
  return result;
}

static int check_state(const cursor *c, rnnc_initial *state) {
  const rnnc_plan_view *view = c->view;
  int result = read_string(c, "name", 0, 0, &state->name);
  if (result != RNNC_OK) return result;
  uint32_t buffer = u32(c, 4), initial = u32(c, 8);
  uint64_t count = view->count[TABLE_BUFFERS];
  if (buffer >= count || view->buffers[buffer].storage != RNNC_STATE ||
      view->buffers[buffer].element != ELEMENT_F32)
    return refuse(c, "buffer", 4, "%u is not an f32 state buffer", buffer);
  state->width = view->buffers[buffer].width;
  state->offset = view->buffers[buffer].place;
  state->initial = NO_INDEX;
  if (u32(c, 12) != 0) return refuse(c, "reserved", 12, "must be zero");
  if (initial == FILE_NONE) return RNNC_OK;
  if (initial >= count || view->buffers[initial].storage != RNNC_WEIGHT ||
      view->buffers[initial].element != ELEMENT_F32 || view->buffers[initial].width != state->width)
    return refuse(c, "initial", 8, "%u is not an f32 weight buffer of %lld elements", initial,
                  (long long)state->width);
  state->initial = (int64_t)view->buffers[initial].place;
  return RNNC_OK;
}

int rnnc_check_tables(rnnc_plan_view *view, rnnc_port *ports, rnnc_initial *states) {
  view->state_bytes = view->scratch_bytes = 0;
  int result = check_text(view);
  if (result == RNNC_OK) result = check_names(view);
  if (result == RNNC_OK) result = check_ports(view, ports);
  if (result == RNNC_OK) result = check_buffers(view, ports);
  if (result == RNNC_OK) result = check_steps(view);
  for (uint64_t i = 0; i < view->count[TABLE_STATES] && result == RNNC_OK; i++) {
    cursor c = cursor_at(view, "states", TABLE_STATES, i);
    result = check_state(&c, &states[i]);
  }
  return result;
}
