#include "plan_cursor.h"

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

static int check_names(rnnc_plan_view *view) {
  cursor header = {view, NULL, 0, 0};
  int result = rnnc_read_string(&header, "name", FILE_NAME, 1, &view->name);
  if (result == RNNC_OK) result = rnnc_read_string(&header, "isa", FILE_ISA, 0, &view->isa);
  if (result == RNNC_OK)
    result = rnnc_read_string(&header, "features", FILE_FEATURES, 1, &view->features);
  if (result == RNNC_OK)
    result = rnnc_read_string(&header, "toolVersion", FILE_TOOL, 1, &view->tool);
  return result;
}

/* A port's dimensions, from *shape on: each at least 1, their product at most INT32_MAX. */
static int read_width(const cursor *c, uint64_t *shape, int64_t *width) {
  uint32_t rank = u32(c, 12);
  if (rank > 8 || rank > c->view->count[TABLE_SHAPES] - *shape)
    return rnnc_refuse_field(c, "rank", 12, "%u dimensions, at most 8 and as many as 'shapes' has",
                             rank);
  *width = 1;
  for (uint32_t i = 0; i < rank; i++, ++*shape) {
    uint64_t dimension = rnnc_u64(rnnc_record(c->view, TABLE_SHAPES, *shape));
    if (dimension == 0 || dimension > (uint64_t)(INT32_MAX / *width))
      return rnnc_refuse_field(c, "shape", 12, "dimension %llu is zero or too large",
                               (unsigned long long)dimension);
    *width *= (int64_t)dimension;
  }
  return RNNC_OK;
}

static int check_port(const cursor *c, uint64_t *shape, uint64_t *label, rnnc_port *port) {
  int result = rnnc_read_string(c, "name", 0, 0, &port->name);
  if (result != RNNC_OK) return result;
  uint32_t element = u32(c, 4), declared = u32(c, 8), labels = u32(c, 16);
  if (element != ELEMENT_F32 && element != ELEMENT_I32)
    return rnnc_refuse_field(c, "element", 4, "code %u, must be f32 (0) or i32 (8)", element);
  if (declared >= ELEMENT_COUNT - 1 ||
      rnnc_elements[declared].is_integer != (element == ELEMENT_I32))
    return rnnc_refuse_field(c, "declared", 8, "code %u does not go with the element type",
                             declared);
  port->is_integer = element == ELEMENT_I32;
  result = read_width(c, shape, &port->width);
  if (result != RNNC_OK) return result;
  if (labels > c->view->count[TABLE_LABELS] - *label)
    return rnnc_refuse_field(c, "labelCount", 16, "%u labels are more than 'labels' has", labels);
  for (uint32_t i = 0; i < labels; i++, ++*label) {
    cursor string = rnnc_cursor_at(c->view, TABLE_LABELS, *label);
    result = rnnc_read_string(&string, "string", 0, 1, NULL);
    if (result != RNNC_OK) return result;
  }
  return u32(c, 20) == 0 ? RNNC_OK : rnnc_refuse_field(c, "reserved", 20, "must be zero");
}

static int check_ports(rnnc_plan_view *view, rnnc_port *ports) {
  uint64_t shape = 0, label = 0;
  for (uint64_t i = 0; i < view->count[TABLE_PORTS]; i++) {
    cursor c = rnnc_cursor_at(view, TABLE_PORTS, i);
    int result = check_port(&c, &shape, &label, &ports[i]);
    if (result != RNNC_OK) return result;
  }
  int result = rnnc_check_all_used(view, TABLE_SHAPES, shape);
  return result != RNNC_OK ? result : rnnc_check_all_used(view, TABLE_LABELS, label);
}

/* Memory of `limit` bytes holds the buffer's rows; *reached grows to the byte after them. */
static int check_fits(const cursor *c, const rnnc_buffer *b, uint64_t limit, uint64_t *reached) {
  uint64_t rows = b->per_step ? c->view->tile : 1;
  uint64_t bytes = (uint64_t)b->width * b->element_bytes * rows; /* < 2^31 * 8 * 2^12 */
  if (b->place % RNNC_ALIGN != 0)
    return rnnc_refuse_field(c, "place", 16, "%llu is not a multiple of 64",
                             (unsigned long long)b->place);
  if (b->place > limit || bytes > limit - b->place)
    return rnnc_refuse_field(
        c, "place", 16, "%llu bytes from %llu on end beyond its %llu bytes of memory",
        (unsigned long long)bytes, (unsigned long long)b->place, (unsigned long long)limit);
  if (reached && rnnc_round_up(b->place + bytes) > *reached)
    *reached = rnnc_round_up(b->place + bytes);
  return RNNC_OK;
}

static int check_port_buffer(const cursor *c, const rnnc_buffer *b, const rnnc_port *ports) {
  const rnnc_plan_view *view = c->view;
  uint32_t count = b->storage == RNNC_INPUT ? view->input_count : view->output_count;
  if (b->place >= count)
    return rnnc_refuse_field(c, "place", 16, "port %llu of %u", (unsigned long long)b->place,
                             count);
  const rnnc_port *port = ports + b->place + (b->storage == RNNC_OUTPUT ? view->input_count : 0);
  if (!b->per_step) return rnnc_refuse_field(c, "perStep", 12, "a port has one row per step");
  if (b->element != (port->is_integer ? ELEMENT_I32 : ELEMENT_F32))
    return rnnc_refuse_field(c, "element", 4, "code %u is not the port's", b->element);
  if (b->width != port->width)
    return rnnc_refuse_field(c, "width", 24, "%lld, the port has %lld", (long long)b->width,
                             (long long)port->width);
  return RNNC_OK;
}

static int check_buffer(const cursor *c, rnnc_buffer *b, const rnnc_port *ports) {
  int result = rnnc_read_string(c, "name", 0, 1, &b->name);
  if (result != RNNC_OK) return result;
  uint32_t storage = u32(c, 8), per_step = u32(c, 12);
  uint64_t width = u64(c, 24);
  b->element = u32(c, 4);
  b->place = u64(c, 16);
  if (b->element >= ELEMENT_COUNT)
    return rnnc_refuse_field(c, "element", 4, "unknown code %u", b->element);
  if (storage > RNNC_OUTPUT) return rnnc_refuse_field(c, "storage", 8, "unknown code %u", storage);
  if (per_step > 1) return rnnc_refuse_field(c, "perStep", 12, "must be 0 or 1");
  if (width > INT32_MAX) return rnnc_refuse_field(c, "width", 24, "more than 2147483647");
  b->element_bytes = rnnc_elements[b->element].bytes;
  b->storage = (rnnc_storage)storage;
  b->per_step = per_step == 1;
  b->width = (int64_t)width;
  if (b->per_step && storage <= RNNC_STATE)
    return rnnc_refuse_field(c, "perStep", 12, "weights and states have one row");
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
    cursor c = rnnc_cursor_at(view, TABLE_BUFFERS, i);
    int result = check_buffer(&c, &view->buffers[i], ports);
    if (result != RNNC_OK) return result;
  }
  return RNNC_OK;
}

int rnnc_check_tables(rnnc_plan_view *view, rnnc_port *ports, rnnc_initial *states) {
  view->state_bytes = view->scratch_bytes = 0;
  int result = check_text(view);
  if (result == RNNC_OK) result = check_names(view);
  if (result == RNNC_OK) result = check_ports(view, ports);
  if (result == RNNC_OK) result = check_buffers(view, ports);
  if (result == RNNC_OK) result = rnnc_check_steps(view);
  if (result == RNNC_OK) result = rnnc_check_wavefront(view);
  if (result == RNNC_OK) result = rnnc_check_states(view, states);
  return result;
}
