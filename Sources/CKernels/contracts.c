/* What each kernel demands of its integers, and how far it reaches beyond its operands' pointers.
 * All arithmetic is checked, since integers come from plan files. */
#include <string.h>
#include "contracts.h"

/* How weights are stored. */
typedef enum { CK_F32, CK_BF16 } ck_type;

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

/* ---- Matrices ---- */

/* Elements of packed weights: bf16 stands in pairs of columns. */
static int64_t packed(contract *c, ck_type type, int64_t panels, int64_t columns, int64_t vectors) {
  const int64_t stored = type == CK_BF16 ? rounded_up(c, columns, 2) : columns;
  return times(c, times(c, times(c, panels, stored), vectors), c->lanes);
}

/* Panels of `count` rows in each of `blocks` blocks, or of blocks abreast. */
static int64_t panels(contract *c, int64_t count, int64_t blocks, int64_t abreast, int64_t height) {
  if (abreast > 1) return (blocks + abreast - 1) / abreast;
  return times(c, blocks, plus(c, count, height - 1) / height);
}

/* How a matrix is walked, and that blocks abreast stand in one vector with their columns and rows.
 */
static void demand_shape(contract *c, int64_t rows, int64_t columns, int64_t abreast, int64_t sub,
                         int64_t vectors, int32_t interleave, int32_t serpentine) {
  demand(c, interleave == 1 || interleave == 2 || (interleave == 4 && vectors <= 2));
  demand(c, serpentine <= 1 && abreast >= 1 && sub >= 1 && sub <= 4);
  if (c->failed || abreast == 1) return;
  demand(c, sub == 1 && abreast <= c->lanes);
  if (!c->failed)
    demand(c, rows >= 1 && rows <= c->lanes / abreast && columns <= c->lanes / abreast);
}

static int project(contract *c, ck_type type) {
  const int32_t *n = c->n;
  const int64_t height = n[0], width = n[1], blocks = n[2], abreast = n[3], gates = n[4];
  const int64_t sub = n[5];
  demand(c, blocks >= 1 && gates >= 1 && gates <= 4 && (gates == 1 || sub == 1));
  demand_shape(c, height, width, abreast, sub, gates > 1 ? gates : sub, n[6], n[7]);
  if (c->failed) return -1;
  const int64_t out = times(c, times(c, blocks, gates), height), vectors = gates > 1 ? gates : sub;
  const int64_t count = panels(c, height, blocks, abreast, sub * c->lanes);
  c->extent[0] = packed(c, type, count, width, vectors);
  c->extent[1] = rows(c, times(c, blocks, width), n[8]);
  c->extent[2] = out;
  c->extent[3] = rows(c, out, n[9]);
  return result(c);
}

/* Elements of a packed recurrent matrix of `gates` gates, or of one with `sub` vectors side by
 * side. */
static int64_t recurrent(contract *c, ck_type type, int64_t gates, int64_t sub) {
  const int64_t blocks = c->n[1], m = c->n[0] / blocks, abreast = c->n[2];
  const int64_t count = panels(c, m, blocks, abreast, sub * c->lanes);
  return packed(c, type, count, m, gates * sub);
}

/* The demands that all recurrences share. h of the step before is read from y, so a row of y must
 * not be overwritten by the next. */
static void recurrence(contract *c, int64_t gates, int64_t sub, int64_t y_stride) {
  const int64_t units = c->n[0], blocks = c->n[1];
  demand(c, blocks >= 1 && c->n[3] >= 1);
  if (c->failed) return;
  demand(c, units % blocks == 0 && (c->steps <= 1 || y_stride >= units));
  demand_shape(c, units / blocks, units / blocks, c->n[2], sub, gates > sub ? gates : sub, c->n[4],
               c->n[5]);
}

static int is_activation(int32_t opcode) {
  const ck_opcode *o = ck_opcode_at(opcode);
  return o && o->arguments == 1;
}

static int elman(contract *c, ck_type type) {
  const int32_t *n = c->n;
  demand(c, is_activation(n[7]) && n[9] >= 0 && n[10] >= 0);
  recurrence(c, 1, n[6], n[10]);
  if (c->failed) return -1;
  c->extent[0] = recurrent(c, type, 1, n[6]);
  c->extent[1] = rows(c, n[0], n[9]);
  c->extent[2] = n[0];
  c->extent[3] = rows(c, n[0], n[10]);
  return result(c);
}

static int lstm(contract *c, ck_type type) {
  const int32_t *n = c->n;
  recurrence(c, 4, 1, n[7]);
  if (c->failed) return -1;
  c->extent[0] = recurrent(c, type, 4, 1);
  c->extent[1] = rows(c, 4 * (int64_t)n[0], n[6]);
  c->extent[2] = c->extent[3] = n[0];
  c->extent[4] = rows(c, n[0], n[7]);
  return result(c);
}

static int gru_after(contract *c, ck_type type) {
  const int32_t *n = c->n;
  recurrence(c, 3, 1, n[8]);
  demand(c, n[6] <= 1);
  if (c->failed) return -1;
  c->extent[0] = recurrent(c, type, 3, 1);
  c->extent[1] = rows(c, 3 * (int64_t)n[0], n[7]);
  c->extent[2] = c->extent[3] = n[0];
  c->extent[4] = rows(c, n[0], n[8]);
  return result(c);
}

static int gru_before(contract *c, ck_type type) {
  const int32_t *n = c->n;
  recurrence(c, 2, n[6], n[9]);
  demand(c, n[7] <= 1);
  if (c->failed) return -1;
  c->extent[0] = recurrent(c, type, 2, 1);
  c->extent[1] = recurrent(c, type, 1, n[6]);
  c->extent[2] = rows(c, 3 * (int64_t)n[0], n[8]);
  c->extent[3] = c->extent[4] = c->extent[5] = n[0];
  c->extent[6] = rows(c, n[0], n[9]);
  return result(c);
}

/* `checked`: integers that may not be negative; the bits of elman's parameter may. */
#define MATRIX_CONTRACT(name, type, word, integers, operands, checked)                             \
  CONTRACT(name##_##type) {                                                                        \
    contract c = begin(n, n_count == (integers) && operand_count == (operands), checked, lanes,    \
                       steps, extent);                                                             \
    return c.failed ? -1 : word;                                                                   \
  }
#define MATRIX_CONTRACTS(type, code)                                                               \
  MATRIX_CONTRACT(project, type, project(&c, code), 10, 4, 10)                                     \
  MATRIX_CONTRACT(recurrent_elman, type, elman(&c, code), 11, 4, 8)                                \
  MATRIX_CONTRACT(recurrent_lstm, type, lstm(&c, code), 8, 5, 8)                                   \
  MATRIX_CONTRACT(recurrent_gru_after, type, gru_after(&c, code), 9, 5, 9)                         \
  MATRIX_CONTRACT(recurrent_gru_before, type, gru_before(&c, code), 10, 7, 10)
MATRIX_CONTRACTS(f32, CK_F32)
MATRIX_CONTRACTS(bf16, CK_BF16)

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
