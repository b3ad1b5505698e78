/* rnnc_run on a team of threads, as one call with one argument: what the timing table can call. */
#include "copenmp.h"
#include "rnnc.h"

typedef struct job {
  const rnnc_program *program;
  void *state, *scratch;
  const void *const *inputs;
  void *const *outputs;
  size_t steps;
  int threads, result;
} job;

static void share(void *context, int thread, int threads, const ck_team *team) {
  job *j = context;
  const int result = rnnc_run_share(j->program, j->state, j->scratch, j->inputs, j->outputs,
                                    j->steps, thread, threads, team);
  if (thread == 0) j->result = result;
}

int peers_run_job(job *j) {
  copenmp_run(j->threads, share, j);
  return j->result;
}
