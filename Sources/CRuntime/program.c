#include "program.h"

const char *rnnc_version(void) { return "0.1.0"; }
const char *rnnc_name(const rnnc_program *program) { return program ? program->name : ""; }
const char *rnnc_isa(const rnnc_program *program) { return program ? program->isa : ""; }

size_t rnnc_align(void) { return RNNC_ALIGN; }
size_t rnnc_state_size(const rnnc_program *program) {
  return program ? RNNC_STATE_HEADER + program->state_bytes : 0;
}
size_t rnnc_scratch_size(const rnnc_program *program) {
  return program ? program->scratch_bytes : 0;
}

int rnnc_threads(const rnnc_program *program, size_t steps) {
  if (!program) return 1;
  return (int)(steps >= RNNC_SEQUENCE_STEPS ? program->sequence_threads : program->step_threads);
}

int rnnc_input_count(const rnnc_program *program) {
  return program ? (int)program->input_count : 0;
}
int rnnc_output_count(const rnnc_program *program) {
  return program ? (int)program->output_count : 0;
}
int rnnc_state_count(const rnnc_program *program) {
  return program ? (int)program->state_count : 0;
}

rnnc_port rnnc_input(const rnnc_program *program, int index) {
  if (index < 0 || index >= rnnc_input_count(program)) return (rnnc_port){0};
  return program->ports[index];
}

rnnc_port rnnc_output(const rnnc_program *program, int index) {
  if (index < 0 || index >= rnnc_output_count(program)) return (rnnc_port){0};
  return program->ports[program->input_count + (uint32_t)index];
}

rnnc_state_port rnnc_state(const rnnc_program *program, int index) {
  if (index < 0 || index >= rnnc_state_count(program)) return (rnnc_state_port){0};
  const rnnc_initial *state = &program->states[index];
  return (rnnc_state_port){state->name, state->width, RNNC_STATE_HEADER + state->offset};
}
