#include "run.h"
#include "state.h"

/* A call reads what the one before wrote, so threads meet between them. `last`: no tile follows. */
static void run_tile(const rnnc_program *program, const run *r, int rows, int last) {
  const rnnc_call *end = program->calls + program->call_count;
  for (const rnnc_call *call = program->calls; call < end; call++) {
    if (call->function) {
      perform(r, call, 0, rows);
      /* Nothing follows the last call but its host's join; in a run of one call it is the meeting
       * before which everybody has read the state's header. */
      if (!last || call + 1 < end || program->call_count == 1) meet(r);
      continue;
    }
    for (int row = 0; row < rows; row++)
      for (uint32_t i = 1; i <= call->loop; i++) {
        perform(r, call + i, (size_t)row, 1);
        meet(r);
      }
    call += call->loop;
  }
}

static int check_ports(const rnnc_program *program, const void *const *inputs,
                       void *const *outputs) {
  if ((program->input_count > 0 && !inputs) || (program->output_count > 0 && !outputs))
    return RNNC_E_ARGUMENT;
  for (uint32_t i = 0; i < program->input_count; i++)
    if (!inputs[i] || (uintptr_t)inputs[i] % 4 != 0) return RNNC_E_ARGUMENT;
  for (uint32_t i = 0; i < program->output_count; i++)
    if (!outputs[i] || (uintptr_t)outputs[i] % 4 != 0) return RNNC_E_ARGUMENT;
  return RNNC_OK;
}

static int check_memory(const rnnc_program *program, void *state, void *scratch) {
  if (!program || !state || !rnnc_is_aligned(state) || !rnnc_is_aligned(scratch))
    return RNNC_E_ARGUMENT;
  if (!scratch && program->scratch_bytes > 0) return RNNC_E_ARGUMENT;
  return rnnc_owns(program, state) ? RNNC_OK : RNNC_E_STATE;
}

static run begin(const rnnc_program *program, void *state, void *scratch, const void *const *inputs,
                 void *const *outputs) {
  return (run){
      .weights = (unsigned char *)(uintptr_t)program->weights,
      .state = (unsigned char *)state + RNNC_STATE_HEADER,
      .scratch = scratch,
      .inputs = inputs,
      .outputs = outputs,
      .turn = (int)(((const rnnc_state_header *)state)->steps & 1),
      .thread = 0,
      .threads = 1,
  };
}

static void run_steps(const rnnc_program *program, run *r, size_t steps) {
  const int turn = r->turn;
  for (r->first = 0; r->first < steps; r->first += program->tile) {
    r->turn = (int)((size_t)turn + r->first) & 1;
    size_t rows = steps - r->first < program->tile ? steps - r->first : program->tile;
    run_tile(program, r, (int)rows, r->first + rows == steps);
  }
}

int rnnc_step(const rnnc_program *program, void *state, void *scratch, const void *const *inputs,
              void *const *outputs) {
  int result = check_memory(program, state, scratch);
  if (result == RNNC_OK) result = check_ports(program, inputs, outputs);
  if (result != RNNC_OK) return result;
  run r = begin(program, state, scratch, inputs, outputs);
  const uint64_t mode = ck_enter();
  run_tile(program, &r, 1, 1);
  ck_leave(mode);
  ((rnnc_state_header *)state)->steps += 1;
  return RNNC_OK;
}

int rnnc_run(const rnnc_program *program, void *state, void *scratch, const void *const *inputs,
             void *const *outputs, size_t steps) {
  return rnnc_run_share(program, state, scratch, inputs, outputs, steps, 0, 1, NULL);
}

int rnnc_run_share(const rnnc_program *program, void *state, void *scratch,
                   const void *const *inputs, void *const *outputs, size_t steps, int thread,
                   int threads, const ck_team *team) {
  int result = check_memory(program, state, scratch);
  if (result != RNNC_OK) return result;
  if (thread < 0 || thread >= threads || (threads > 1 && (!team || !team->wait)))
    return RNNC_E_ARGUMENT;
  if (steps == 0) return RNNC_OK;
  result = check_ports(program, inputs, outputs);
  if (result != RNNC_OK) return result;
  run r = begin(program, state, scratch, inputs, outputs);
  r.thread = thread;
  r.threads = threads;
  r.team = team;
  const uint64_t mode = ck_enter();
  if (threads > 1 && (uint32_t)threads == program->wave.stages && steps > program->wave.rows)
    rnnc_run_wavefront(program, &r, steps);
  else
    run_steps(program, &r, steps);
  ck_leave(mode);
  /* The others have read it before they first met. */
  if (thread == 0) ((rnnc_state_header *)state)->steps += steps;
  return RNNC_OK;
}
