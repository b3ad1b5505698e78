#include "affinity.h"

#ifdef __linux__

affinity affinity_of_caller(int threads) {
  affinity a = {.count = 0};
  const int here = sched_getcpu();
  if (here < 0 || sched_getaffinity(0, sizeof a.processors, &a.processors) != 0) return a;
  const int count = CPU_COUNT(&a.processors);
  if (count < threads) return a;
  a.count = count;
  a.first = here;
  return a;
}

/* The processor `steps` allowed ones after the caller's, around the end. */
static int processor_after(const affinity *a, int steps) {
  int processor = a->first;
  for (int left = steps % a->count; left > 0;) {
    processor = (processor + 1) % CPU_SETSIZE;
    if (CPU_ISSET(processor, &a->processors)) left--;
  }
  return processor;
}

void affinity_pin(const affinity *a, int thread) {
  /* Workers live on from call to call and mostly stay where they are. */
  static _Thread_local int current = -1;
  if (a->count == 0) return;
  const int processor = processor_after(a, thread);
  if (thread > 0 && processor == current) return;
  cpu_set_t only;
  CPU_ZERO(&only);
  CPU_SET(processor, &only);
  /* A refusal costs time, not results. */
  if (sched_setaffinity(0, sizeof only, &only) == 0 && thread > 0) current = processor;
}

void affinity_release(const affinity *a) {
  if (a->count > 0) sched_setaffinity(0, sizeof a->processors, &a->processors);
}

#else

affinity affinity_of_caller(int threads) {
  (void)threads;
  return (affinity){.count = 0};
}

void affinity_pin(const affinity *a, int thread) {
  (void)a;
  (void)thread;
}

void affinity_release(const affinity *a) { (void)a; }

#endif
