#include "barrier.h"
#include <sched.h>

enum { SPINS_BEFORE_YIELD = 1 << 14 };

static void relax(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#endif
}

void barrier_begin(barrier *b, int threads) {
  for (int i = 0; i < threads; i++) {
    for (int k = 0; k < BARRIER_ROUNDS; k++) atomic_init(&b->places[i].arrived[k], 0);
    b->places[i].meetings = 0;
  }
  atomic_init(&b->threads, threads);
}

void barrier_wait(void *context, int thread) {
  barrier *b = context;
  barrier_place *own = &b->places[thread];
  const int threads = atomic_load_explicit(&b->threads, memory_order_relaxed);
  const unsigned meeting = ++own->meetings;
  for (int k = 0; 1 << k < threads; k++) {
    int other = thread + (1 << k);
    if (other >= threads) other -= threads;
    atomic_store_explicit(&b->places[other].arrived[k], meeting, memory_order_release);
    /* Whoever tells us may be at the next meeting already. More threads than free processors would
     * spin away each other's time slices: give way. */
    for (int spins = 0;
         (int)(atomic_load_explicit(&own->arrived[k], memory_order_acquire) - meeting) < 0;
         spins++) {
      if (spins < SPINS_BEFORE_YIELD)
        relax();
      else
        sched_yield();
    }
  }
}
