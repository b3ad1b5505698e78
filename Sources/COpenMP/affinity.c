#include "affinity.h"
#include <stdatomic.h>
#include <stddef.h>

#ifdef __linux__

/* The allowed processor `steps` ones after the first, around the end. */
static int processor_after(const placement *p, int steps) {
  int processor = p->first;
  for (int left = steps % p->count; left > 0;) {
    processor = (processor + 1) % CPU_SETSIZE;
    if (CPU_ISSET(processor, &p->processors)) left--;
  }
  return processor;
}

static int is_workers(const placement *p, int processor) {
  for (int thread = 1; thread < p->threads; thread++)
    if (processor_after(p, thread) == processor) return 1;
  return 0;
}

/* A refusal costs time, not results. */
static void move_to(int processor) {
  cpu_set_t only;
  CPU_ZERO(&only);
  CPU_SET(processor, &only);
  (void)sched_setaffinity(0, sizeof only, &only);
}

/* The caller has moved, or wants another team, or is new. */
static void update(placement *p, int here, int threads) {
  static atomic_uint stamps;
  cpu_set_t now;
  CPU_ZERO(&now);
  if (here < 0 || sched_getaffinity(0, sizeof now, &now) != 0) {
    *p = (placement){.threads = threads, .here = here};
    return;
  }
  if (p->count == 0 || !CPU_EQUAL(&now, &p->processors)) {
    p->processors = now;
    p->count = CPU_COUNT(&now);
    p->first = here;
    p->stamp = atomic_fetch_add(&stamps, 1) + 1;
  }
  p->threads = threads;
  p->here = here;
  if (p->count < threads || !is_workers(p, here)) return;
  /* Its worker could leave only when the caller has let it run there. */
  move_to(p->first);
  (void)sched_setaffinity(0, sizeof now, &now);
  p->here = p->first;
}

const placement *placement_of_caller(int threads) {
  static _Thread_local placement p;
  const int here = sched_getcpu();
  if (here != p.here || threads != p.threads) update(&p, here, threads);
  return p.count >= threads ? &p : NULL;
}

void placement_take(const placement *p, int thread) {
  /* Workers live on from call to call, mostly with the same index. */
  static _Thread_local unsigned stamp;
  static _Thread_local int index;
  if (stamp == p->stamp && index == thread) return;
  move_to(processor_after(p, thread));
  stamp = p->stamp;
  index = thread;
}

#else

const placement *placement_of_caller(int threads) {
  (void)threads;
  return NULL;
}

void placement_take(const placement *p, int thread) {
  (void)p;
  (void)thread;
}

#endif
