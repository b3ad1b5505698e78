/* The pointwise program, interpreted: straight-line code over registers of CK_TILE elements, so
 * that one dispatch serves several vectors.
 *
 * n: width, inputs, outputs, instructions; strides of inputs, strides and registers of outputs;
 * then opcode, register, register, parameter bits per instruction. b: inputs, then outputs. An
 * element's bits depend on its inputs alone, so printing the same program as straight-line calls of
 * K(op_...) gives the same result. All inputs of a tile are read before its outputs are written. */

enum { CK_TILE = 64 };

typedef struct {
  int width, inputs, outputs, instructions;
  const int32_t *input_strides, *output_strides, *output_registers, *code;
} ck_program;

INLINE ck_program ck_program_of(const int32_t *n) {
  const ck_program p = {
      n[0], n[1], n[2], n[3], n + 4, n + 4 + n[1], n + 4 + n[1] + n[2], n + 4 + n[1] + 2 * n[2]};
  return p;
}

/* One instruction over `count` elements, rounded up to vectors. */
INLINE void K(instruction)(const int32_t *code, int count, const float *a, const float *b,
                           float *y) {
  const float parameter = ck_float(code[3]);
  switch (code[0]) {
#define CK_CASE_2(name)                                                                            \
  case CK_OP_##name:                                                                               \
    for (int i = 0; i < count; i += VL)                                                            \
      v_store(y + i, K(op_##name)(v_load(a + i), v_load(b + i)));                                  \
    break;
#define CK_CASE_1(name, has_parameter)                                                             \
  case CK_OP_##name:                                                                               \
    for (int i = 0; i < count; i += VL) v_store(y + i, K(op_##name)(v_load(a + i), parameter));    \
    break;
    CK_BINARY(CK_CASE_2)
    CK_UNARY(CK_CASE_1)
#undef CK_CASE_1
#undef CK_CASE_2
  }
}

/* The first `count` elements (at most a tile) at the operands `b`, offset by `at`. */
INLINE void K(pointwise_tile)(const ck_program *p, int count, const int64_t *offsets, int64_t at,
                              void *const *b, float (*registers)[CK_TILE]) {
  for (int j = 0; j < p->inputs; j++) {
    const float *x = (const float *)b[j] + offsets[j] + at;
    for (int i = 0; i < count; i += VL)
      v_store(registers[j] + i, v_load_n(x + i, ck_lanes(count, i, VL)));
  }
  const int32_t *code = p->code;
  for (int j = 0; j < p->instructions; j++, code += 4) {
    const int second = code[0] < CK_OP_linear ? code[2] : code[1];
    K(instruction)(code, count, registers[code[1]], registers[second], registers[p->inputs + j]);
  }
  for (int j = 0; j < p->outputs; j++) {
    float *y = (float *)b[p->inputs + j] + offsets[p->inputs + j] + at;
    const float *r = registers[p->output_registers[j]];
    for (int i = 0; i < count; i += VL) v_store_n(y + i, v_load(r + i), ck_lanes(count, i, VL));
  }
}

/* Whether row follows row in every operand, so that the rows are one long row. */
INLINE int ck_contiguous(const ck_program *p) {
  int yes = 1;
  for (int j = 0; j < p->inputs; j++) yes &= p->input_strides[j] == p->width;
  for (int j = 0; j < p->outputs; j++) yes &= p->output_strides[j] == p->width;
  return yes;
}

/* Whether every step has output rows of its own. */
INLINE int ck_outputs_move(const ck_program *p) {
  int yes = 1;
  for (int j = 0; j < p->outputs; j++) yes &= p->output_strides[j] >= p->width;
  return yes;
}

KERNEL void K(pointwise_f32)(int steps, int turn, int thread, int threads, const ck_team *team,
                             const int32_t *n, void *const *b) {
  (void)turn, (void)team;
  const ck_program p = ck_program_of(n);
  float registers[128][CK_TILE] __attribute__((aligned(64)));
  int64_t offsets[32];
  const int one_row = ck_contiguous(&p);
  ck_range rows = {0, one_row ? 1 : steps};
  ck_range columns = {0, one_row ? (int64_t)steps * p.width : p.width};
  if (!one_row && steps >= threads && ck_outputs_move(&p))
    rows = ck_share(steps, thread, threads);
  else
    columns = ck_share(columns.end, thread, threads);
  for (int64_t t = rows.first; t < rows.end; t++) {
    for (int j = 0; j < p.inputs; j++) offsets[j] = t * p.input_strides[j];
    for (int j = 0; j < p.outputs; j++) offsets[p.inputs + j] = t * p.output_strides[j];
    for (int64_t i = columns.first; i < columns.end; i += CK_TILE)
      K(pointwise_tile)(&p, ck_lanes(columns.end, i, CK_TILE), offsets, i, b, registers);
  }
}
