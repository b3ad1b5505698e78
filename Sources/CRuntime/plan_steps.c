#include "plan_cursor.h"

static int check_operand(rnnc_plan_view *view, uint64_t index) {
  cursor c = rnnc_cursor_at(view, TABLE_OPERANDS, index);
  uint32_t buffer = u32(&c, 0);
  uint64_t offset = u64(&c, 8);
  if (u32(&c, 4) != 0) return rnnc_refuse_field(&c, "reserved", 4, "must be zero");
  if (buffer == FILE_NONE)
    return offset == 0 ? RNNC_OK
                       : rnnc_refuse_field(&c, "offset", 8, "an absent operand has offset 0");
  if (buffer >= view->count[TABLE_BUFFERS])
    return rnnc_refuse_field(&c, "buffer", 0, "%u of %llu buffers", buffer,
                             (unsigned long long)view->count[TABLE_BUFFERS]);
  if (offset > (uint64_t)view->buffers[buffer].width)
    return rnnc_refuse_field(&c, "offset", 8, "%llu is beyond the buffer's %lld elements",
                             (unsigned long long)offset, (long long)view->buffers[buffer].width);
  return RNNC_OK;
}

/* `body`: entries of the loop around this one that are still to come. */
static int check_step(const cursor *c, uint64_t *body, uint64_t *integer, uint64_t *operand) {
  rnnc_plan_view *view = c->view;
  uint32_t kind = u32(c, 0), count = u32(c, 4), integers = u32(c, 12), operands = u32(c, 16);
  if (kind > (STEP_LOOP | STEP_BEGINS_STAGE))
    return rnnc_refuse_field(c, "kind", 0, "unknown code %u", kind);
  if (kind & STEP_BEGINS_STAGE) {
    int result = rnnc_begin_stage(c, *body > 0);
    if (result != RNNC_OK) return result;
  }
  if (kind & STEP_LOOP) {
    if (*body > 0) return rnnc_refuse_field(c, "kind", 0, "a loop inside a loop");
    if (count == 0 || count > view->count[TABLE_STEPS] - c->index - 1)
      return rnnc_refuse_field(c, "count", 4, "a loop over %u of %llu following entries", count,
                               (unsigned long long)(view->count[TABLE_STEPS] - c->index - 1));
    if (u32(c, 8) != 0 || integers != 0 || operands != 0 || u32(c, 20) != 0)
      return rnnc_refuse_field(c, "kernel", 8, "a loop has no call");
    *body = count;
    return RNNC_OK;
  }
  if (*body > 0) --*body;
  if (count != 0) return rnnc_refuse_field(c, "count", 4, "a call has no count");
  if (integers > CK_MAX_INTEGERS || integers > view->count[TABLE_INTEGERS] - *integer)
    return rnnc_refuse_field(c, "integerCount", 12, "%u, at most 640 and as many as there are",
                             integers);
  if (operands > CK_MAX_OPERANDS || operands > view->count[TABLE_OPERANDS] - *operand)
    return rnnc_refuse_field(c, "operandCount", 16, "%u, at most 32 and as many as there are",
                             operands);
  *integer += integers;
  *operand += operands;
  int result = rnnc_read_string(c, "kernel", 8, 0, NULL);
  return result != RNNC_OK ? result : rnnc_read_string(c, "comment", 20, 1, NULL);
}

int rnnc_check_steps(rnnc_plan_view *view) {
  uint64_t body = 0, integer = 0, operand = 0;
  for (uint64_t i = 0; i < view->count[TABLE_STEPS]; i++) {
    cursor c = rnnc_cursor_at(view, TABLE_STEPS, i);
    int result = check_step(&c, &body, &integer, &operand);
    if (result != RNNC_OK) return result;
  }
  int result = rnnc_check_all_used(view, TABLE_INTEGERS, integer);
  if (result == RNNC_OK) result = rnnc_check_all_used(view, TABLE_OPERANDS, operand);
  for (uint64_t i = 0; i < operand && result == RNNC_OK; i++) result = check_operand(view, i);
  return result;
}

static int check_state(const cursor *c, rnnc_initial *state) {
  const rnnc_plan_view *view = c->view;
  int result = rnnc_read_string(c, "name", 0, 0, &state->name);
  if (result != RNNC_OK) return result;
  uint32_t buffer = u32(c, 4), initial = u32(c, 8);
  uint64_t count = view->count[TABLE_BUFFERS];
  if (buffer >= count || view->buffers[buffer].storage != RNNC_STATE ||
      view->buffers[buffer].element != ELEMENT_F32)
    return rnnc_refuse_field(c, "buffer", 4, "%u is not an f32 state buffer", buffer);
  state->width = view->buffers[buffer].width;
  state->offset = view->buffers[buffer].place;
  state->initial = NO_INDEX;
  if (u32(c, 12) != 0) return rnnc_refuse_field(c, "reserved", 12, "must be zero");
  if (initial == FILE_NONE) return RNNC_OK;
  if (initial >= count || view->buffers[initial].storage != RNNC_WEIGHT ||
      view->buffers[initial].element != ELEMENT_F32 || view->buffers[initial].width != state->width)
    return rnnc_refuse_field(c, "initial", 8, "%u is not an f32 weight buffer of %lld elements",
                             initial, (long long)state->width);
  state->initial = (int64_t)view->buffers[initial].place;
  return RNNC_OK;
}

int rnnc_check_states(rnnc_plan_view *view, rnnc_initial *states) {
  int result = RNNC_OK;
  for (uint64_t i = 0; i < view->count[TABLE_STATES] && result == RNNC_OK; i++) {
    cursor c = rnnc_cursor_at(view, TABLE_STATES, i);
    result = check_state(&c, &states[i]);
  }
  return result;
}
