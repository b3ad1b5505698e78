/* What threads pay to meet. */
#include "cmeasure.h"

static void relax(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#endif
}

/* Waits until a flag that another thread writes has this value. */
static void await(const int32_t *flag, int32_t value) {
  while (__atomic_load_n(flag, __ATOMIC_ACQUIRE) != value) relax();
}

void cm_run_hand_overs(void *context, int thread, int threads, const ck_team *team) {
  cm_hand_overs *work = context;
  if (threads < 2) return;
  int32_t *there = &work->flags[CM_THERE], *back = &work->flags[CM_BACK];
  team->wait(team->context, thread);
  const double start = cm_now();
  for (int32_t r = 1; r <= work->rounds && thread < 2; r++) {
    if (thread == 0) {
      __atomic_store_n(there, r, __ATOMIC_RELEASE);
      await(back, r);
    } else {
      await(there, r);
      __atomic_store_n(back, r, __ATOMIC_RELEASE);
    }
  }
  if (thread == 0) work->seconds = cm_now() - start;
}

void cm_run_meetings(void *context, int thread, int threads, const ck_team *team) {
  (void)threads;
  cm_meetings *work = context;
  if (!team) return;
  team->wait(team->context, thread);
  const double start = cm_now();
  for (int64_t r = 0; r < work->rounds; r++) team->wait(team->context, thread);
  if (thread == 0) work->seconds = cm_now() - start;
}

void cm_run_count(void *context, int thread, int threads, const ck_team *team) {
  (void)team;
  if (thread == 0) *(int32_t *)context = threads;
}
