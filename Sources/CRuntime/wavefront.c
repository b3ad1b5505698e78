#include "run.h"

/* What the thread before has written stands in its caches: ask for all of it at once. */
static void fetch(const run *r, const rnnc_call *call, int rows) {
  for (uint32_t i = 0; i < call->slot_count; i++) {
    const rnnc_slot *slot = &call->slots[i];
    if (slot->storage != RNNC_SCRATCH) continue;
    const char *from = address(r, slot, 0);
    for (uint64_t byte = 0; byte < slot->row_bytes * (uint64_t)rows; byte += RNNC_ALIGN)
      __builtin_prefetch(from + byte);
  }
}

/* A stage's entries for one portion, alone. */
static void run_stage(const rnnc_program *program, const run *r, int stage, int rows) {
  const rnnc_call *end = program->calls + program->wave.starts[stage + 1];
  for (const rnnc_call *call = program->calls + program->wave.starts[stage]; call < end; call++) {
    if (call->function) perform(r, call, 0, rows);
    for (int row = 0; row < rows && call->loop > 0; row++)
      for (uint32_t i = 1; i <= call->loop; i++) perform(r, call + i, (size_t)row, 1);
    call += call->loop;
  }
}

/* Portion after portion passes through the stages, one thread each; portions in flight take turns
 * in the scratch memory, as many as there are stages. */
void rnnc_run_wavefront(const rnnc_program *program, const run *shared, size_t steps) {
  const rnnc_wavefront *wave = &program->wave;
  const size_t portions = (steps - 1) / wave->rows + 1, stage = (size_t)shared->thread;
  run r = *shared;
  r.fold = wave->fold;
  r.thread = 0;
  r.threads = 1;
  r.team = NULL;
  for (size_t slot = 0; slot + 1 < portions + wave->stages; slot++) {
    if (slot > 0) meet(shared);
    if (slot < stage || slot - stage >= portions) continue;
    const size_t portion = slot - stage, left = steps - portion * wave->rows;
    const int rows = (int)(left < wave->rows ? left : wave->rows);
    r.first = portion * wave->rows;
    r.turn = (int)((size_t)shared->turn + r.first) & 1;
    r.scratch = shared->scratch + portion % wave->stages * wave->portion_bytes;
    if (stage > 0) fetch(&r, program->calls + wave->starts[stage], rows);
    run_stage(program, &r, (int)stage, rows);
  }
}
