/* Arithmetic, memory and calls: what one thread or several do at the same time. */
#include <time.h>
#include "loops.h"

static const cm_loops *const loops[] = {
#define ISA(name, ...) &cm_loops_##name,
#include "../CKernels/isa.def"
#undef ISA
};

const cm_loops *cm_loops_at(int isa) {
  return isa >= 0 && isa < (int)(sizeof loops / sizeof *loops) ? loops[isa] : NULL;
}

double cm_now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* Meets the others; then the time. */
static double meet(int thread, const ck_team *team) {
  if (team) team->wait(team->context, thread);
  return cm_now();
}

void cm_run_multiply_adds(void *context, int thread, int threads, const ck_team *team) {
  (void)threads;
  cm_multiply_adds *work = context;
  const double start = meet(thread, team);
  /* The values stay near one. */
  work->kept = work->loops->multiply_add(work->rounds, 0.5f, 0.5f);
  const double end = meet(thread, team);
  if (thread == 0) work->seconds = end - start;
}

void cm_run_reads(void *context, int thread, int threads, const ck_team *team) {
  (void)threads;
  cm_reads *work = context;
  float (*const read)(const float *, int64_t) = work->loops->read[work->walk];
  const float *x = work->x + thread * work->count;
  float sum = 0;
  const double start = meet(thread, team);
  for (int64_t r = 0; r < work->rounds; r++) sum += read(x, work->count);
  const double end = meet(thread, team);
  work->kept = sum;
  if (thread == 0) work->seconds = end - start;
}

void cm_run_touches(void *context, int thread, int threads, const ck_team *team) {
  (void)threads;
  (void)team;
  const cm_touches *work = context;
  float *x = work->x + thread * work->count;
  for (int64_t i = 0; i < work->count; i++) x[i] = 1.0f;
}

double cm_empty_calls(int isa, int64_t rounds) {
  const int32_t n[3] = {0, 0, 0};
  void *const b[2] = {NULL, NULL};
  const ck_call call = {.threads = 1, .n = n, .b = b};
  const ck_function copy = ck_isa_at(isa)->functions[ck_kernel_named("copy_f32")];
  const double start = cm_now();
  for (int64_t r = 0; r < rounds; r++) copy(&call);
  return cm_now() - start;
}
