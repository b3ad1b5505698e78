/* What each kernel demands of its integers, and how far it reaches beyond its operands' pointers.
 * All arithmetic is checked, since integers come from plan files. */
#include <string.h>
#include "contracts.h"

/* A product or sum that has left the range of int64_t, or a violated demand, sticks. */
typedef struct {
  const int32_t *n;
  int lanes, failed;
  int64_t steps, *extent;
} contract;

static void demand(contract *c, int holds) { c->failed |= !holds; }

static int64_t times(contract *c, int64_t a, int64_t b) {
  int64_t result = 0;
  demand(c, !__builtin_mul_overflow(a, b, &result));
  return result;
}

static int64_t plus(contract *c, int64_t a, int64_t b) {
  int64_t result = 0;
  demand(c, !__builtin_add_overflow(a, b, &result));
  return result;
}

/* Elements up to the end of the last of `steps` rows of `width`. */
static int64_t rows(contract *c, int64_t width, int64_t stride) {
  return c->steps > 0 ? plus(c, times(c, c->steps - 1, stride), width) : 0;
}

static int64_t rounded_up(contract *c, int64_t count, int64_t unit) {
  return times(c, plus(c, count, unit - 1) / unit, unit);
}

/* Starts a contract: the right counts, no negative integer among the first `checked`. */
static contract begin(const int32_t *n, int counts_hold, int checked, int lanes, int64_t steps,
                      int64_t *extent) {
  contract c = {n, lanes, 0, steps, extent};
  demand(&c, counts_hold && steps >= 0 && lanes > 0);
  for (int i = 0; i < checked && !c.failed; i++) demand(&c, n[i] >= 0);
  return c;
}

static int result(const contract *c) { return c->failed ? -1 : 0; }

#define CONTRACT(name)                                                                             \
  int ck_##name##_extents(const int32_t *n, int n_count, int operand_count, int lanes,             \
                          int64_t steps, int64_t *extent)
#define BEGIN(integers, operands)                                                                  \
  contract c = begin(n, n_count == (integers) && operand_count == (operands), integers, lanes,     \
                     steps, extent);                                                               \
  if (c.failed) return -1

/* ---- Products ---- */

/* Blocks abreast stand in one vector, with their columns and with their rows. */
static void demand_abreast(contract *c, int64_t abreast, int64_t rows, int64_t columns,
                           int64_t sub) {
  demand(c, abreast >= 1 && sub >= 1 && sub <= 4);
  if (c->failed || abreast == 1) return;
  demand(c, sub == 1 && abreast <= c->lanes);
  if (!c->failed)
    demand(c, rows >= 1 && rows <= c->lanes / abreast && columns <= c->lanes / abreast);
}

CONTRACT(project_f32) {
  BEGIN(8, 4);
  const int64_t height = n[0], width = n[1], blocks = n[2], abreast = n[3], gates = n[4];
  const int64_t sub = n[5];
  demand(&c, blocks >= 1 && gates >= 1);
  demand_abreast(&c, abreast, height, width, sub);
  if (c.failed) return -1;
  const int64_t pairs = times(&c, blocks, gates), out = times(&c, pairs, height);
  extent[0] = times(&c, times(&c, pairs, rounded_up(&c, height, sub * lanes)), width);
  if (abreast > 1) {
    const int64_t panels = (blocks + abreast - 1) / abreast;
    extent[0] = times(&c, times(&c, gates, panels), width * lanes);
  }
  extent[1] = rows(&c, times(&c, blocks, width), n[6]);
  extent[2] = out;
  extent[3] = rows(&c, out, n[7]);
  return result(&c);
}

/* ---- Recurrences ---- */

/* Elements of a packed recurrent matrix with panels of `height` units and `gates` gates. */
static int64_t recurrent(contract *c, int64_t units, int64_t blocks, int64_t abreast, int64_t gates,
                         int64_t height) {
  const int64_t m = units / blocks, padded = rounded_up(c, m * abreast, height);
  const int64_t parts = (blocks + abreast - 1) / abreast;
  return times(c, times(c, times(c, parts, padded), m), gates);
}

/* The demands that all recurrences share. h of the step before is read from y, so a row of y must
 * not be overwritten by the next. */
static void recurrence(contract *c, int64_t units, int64_t blocks, int64_t abreast, int64_t sub,
                       int64_t y_stride) {
  demand(c, blocks >= 1);
  if (c->failed) return;
  demand(c, units % blocks == 0 && (c->steps <= 1 || y_stride >= units));
  demand_abreast(c, abreast, units / blocks, units / blocks, sub);
}

static int is_activation(int32_t opcode) {
  const ck_opcode *o = ck_opcode_at(opcode);
  return o && o->arguments == 1;
}

CONTRACT(recurrent_elman_f32) {
  contract c = begin(n, n_count == 8 && operand_count == 4, 5, lanes, steps, extent);
  if (c.failed) return -1;
  demand(&c, is_activation(n[4]) && n[6] >= 0 && n[7] >= 0);
  recurrence(&c, n[0], n[1], n[2], n[3], n[7]);
  if (c.failed) return -1;
  extent[0] = recurrent(&c, n[0], n[1], n[2], 1, (int64_t)n[3] * lanes);
  extent[1] = rows(&c, n[0], n[6]);
  extent[2] = n[0];
  extent[3] = rows(&c, n[0], n[7]);
  return result(&c);
}

CONTRACT(recurrent_lstm_f32) {
  BEGIN(5, 5);
  recurrence(&c, n[0], n[1], n[2], 1, n[4]);
  if (c.failed) return -1;
  extent[0] = recurrent(&c, n[0], n[1], n[2], 4, lanes);
  extent[1] = rows(&c, 4 * (int64_t)n[0], n[3]);
  extent[2] = extent[3] = n[0];
  extent[4] = rows(&c, n[0], n[4]);
  return result(&c);
}

CONTRACT(recurrent_gru_after_f32) {
  BEGIN(6, 5);
  recurrence(&c, n[0], n[1], n[2], 1, n[5]);
  demand(&c, n[3] <= 1);
  if (c.failed) return -1;
  extent[0] = recurrent(&c, n[0], n[1], n[2], 3, lanes);
  extent[1] = rows(&c, 3 * (int64_t)n[0], n[4]);
  extent[2] = extent[3] = n[0];
  extent[4] = rows(&c, n[0], n[5]);
  return result(&c);
}

CONTRACT(recurrent_gru_before_f32) {
  BEGIN(7, 7);
  recurrence(&c, n[0], n[1], n[2], n[3], n[6]);
  demand(&c, n[4] <= 1);
  if (c.failed) return -1;
  extent[0] = recurrent(&c, n[0], n[1], n[2], 2, lanes);
  extent[1] = recurrent(&c, n[0], n[1], n[2], 1, (int64_t)n[3] * lanes);
  extent[2] = rows(&c, 3 * (int64_t)n[0], n[5]);
  extent[3] = extent[4] = extent[5] = n[0];
  extent[6] = rows(&c, n[0], n[6]);
  return result(&c);
}

/* ---- Pointwise ---- */

/* Every instruction may use what was defined before it. */
static void instructions(contract *c, const int32_t *code, int inputs, int count) {
  for (int i = 0; i < count; i++, code += 4) {
    const ck_opcode *o = ck_opcode_at(code[0]);
    demand(c, o && code[1] >= 0 && code[1] < inputs + i);
    if (o && o->arguments == 2) demand(c, code[2] >= 0 && code[2] < inputs + i);
  }
}

CONTRACT(pointwise_f32) {
  if (n_count < 4 || n_count > CK_MAX_INTEGERS || operand_count > CK_MAX_OPERANDS) return -1;
  contract c = begin(n, operand_count >= 0, 4, lanes, steps, extent);
  if (c.failed) return -1;
  const int64_t width = n[0], inputs = n[1], outputs = n[2], count = n[3];
  demand(&c, inputs + outputs == operand_count && inputs + count <= CK_MAX_REGISTERS);
  demand(&c, n_count == 4 + inputs + 2 * outputs + 4 * count);
  if (c.failed) return -1;
  for (int64_t i = 0; i < inputs + outputs; i++) {
    demand(&c, n[4 + i] >= 0);
    extent[i] = rows(&c, width, n[4 + i]);
  }
  const int32_t *registers = n + 4 + inputs + outputs;
  for (int64_t i = 0; i < outputs; i++)
    demand(&c, registers[i] >= 0 && registers[i] < inputs + count);
  instructions(&c, registers + outputs, (int)inputs, (int)count);
  return result(&c);
}

/* ---- Moves ---- */

CONTRACT(copy_f32) {
  BEGIN(3, 2);
  extent[0] = rows(&c, n[0], n[1]);
  extent[1] = rows(&c, n[0], n[2]);
  return result(&c);
}

CONTRACT(gather_f32) {
  BEGIN(4, 3);
  extent[0] = rows(&c, n[1], n[2]);
  extent[1] = n[0];
  extent[2] = rows(&c, n[0], n[3]);
  return result(&c);
}

CONTRACT(embedding_f32) {
  BEGIN(4, 3);
  extent[0] = times(&c, n[0], n[1]);
  extent[1] = rows(&c, 1, n[2]);
  extent[2] = rows(&c, n[1], n[3]);
  return result(&c);
}

CONTRACT(one_hot_f32) {
  BEGIN(3, 2);
  extent[0] = rows(&c, 1, n[1]);
  extent[1] = rows(&c, n[0], n[2]);
  return result(&c);
}

/* ---- History ---- */

CONTRACT(window_f32) {
  BEGIN(4, 3);
  demand(&c, n[0] >= n[1]);
  extent[0] = rows(&c, n[1], n[2]);
  extent[1] = (int64_t)n[0] - n[1];
  extent[2] = rows(&c, n[0], n[3]);
  return result(&c);
}

CONTRACT(delay_f32) {
  BEGIN(4, 3);
  extent[0] = rows(&c, n[0], n[2]);
  extent[1] = times(&c, n[0], n[1]);
  extent[2] = rows(&c, n[0], n[3]);
  return result(&c);
}

/* ---- Rows ---- */

CONTRACT(softmax_f32) {
  BEGIN(3, 2);
  extent[0] = rows(&c, n[0], n[1]);
  extent[1] = rows(&c, n[0], n[2]);
  return result(&c);
}

CONTRACT(log_softmax_f32) {
  BEGIN(3, 2);
  extent[0] = rows(&c, n[0], n[1]);
  extent[1] = rows(&c, n[0], n[2]);
  return result(&c);
}

CONTRACT(layer_norm_f32) {
  contract c = begin(n, n_count == 4 && operand_count == 4, 1, lanes, steps, extent);
  if (c.failed) return -1;
  demand(&c, n[2] >= 0 && n[3] >= 0);
  extent[0] = rows(&c, n[0], n[2]);
  extent[1] = extent[2] = n[0];
  extent[3] = rows(&c, n[0], n[3]);
  return result(&c);
}
