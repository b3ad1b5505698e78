#include <string.h>
#include "state.h"

int rnnc_init(const rnnc_program *program, void *state, size_t bytes) {
  if (!program || !state || !rnnc_is_aligned(state) || bytes < rnnc_state_size(program))
    return RNNC_E_ARGUMENT;
  *(rnnc_state_header *)state =
      (rnnc_state_header){STATE_MAGIC, program->identity, rnnc_state_size(program), 0, {0}};
  rnnc_reset(program, state);
  return RNNC_OK;
}

void rnnc_reset(const rnnc_program *program, void *state) {
  if (!program || !state) return;
  unsigned char *memory = (unsigned char *)state + RNNC_STATE_HEADER;
  ((rnnc_state_header *)state)->steps = 0;
  memset(memory, 0, program->state_bytes);
  for (uint32_t i = 0; i < program->state_count; i++) {
    const rnnc_initial *s = &program->states[i];
    if (s->initial >= 0)
      memcpy(memory + s->offset, program->weights + s->initial, (size_t)s->width * sizeof(float));
  }
}

int rnnc_save(const rnnc_program *program, const void *state, void *out, size_t bytes) {
  if (!program || !state || !out || bytes < rnnc_state_size(program)) return RNNC_E_ARGUMENT;
  if (!rnnc_is_aligned(state)) return RNNC_E_ARGUMENT;
  if (!rnnc_owns(program, state)) return RNNC_E_STATE;
  memcpy(out, state, rnnc_state_size(program));
  return RNNC_OK;
}

int rnnc_load(const rnnc_program *program, void *state, const void *in, size_t bytes) {
  if (!program || !state || !in || !rnnc_is_aligned(state)) return RNNC_E_ARGUMENT;
  if (bytes != rnnc_state_size(program)) return RNNC_E_STATE;
  rnnc_state_header header;
  memcpy(&header, in, sizeof header);
  if (!rnnc_owns(program, &header) || header.bytes != bytes) return RNNC_E_STATE;
  for (int i = 0; i < 4; i++)
    if (header.zero[i] != 0) return RNNC_E_STATE;
  memcpy(state, in, bytes);
  return RNNC_OK;
}
