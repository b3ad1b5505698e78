#include "barrier.h"
#include <time.h>

/* Threads wait for microseconds where each has a processor to itself. After 0.1 to 0.2 ms of
 * looking, and at once where they share processors, a thread sleeps: its time may be what the
 * others, or other programs, wait for, and who has slept is run before those who have not. */
enum { SPINS = 1 << 12, SLEEP_NANOSECONDS = 20000 };

static void relax(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#endif
}

static void rest(void) {
  const struct timespec time = {0, SLEEP_NANOSECONDS};
  nanosleep(&time, NULL);
}

void barrier_begin(barrier *b, int threads, int processors) {
  b->spins = threads <= processors ? SPINS : 0;
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
    /* Whoever tells us may be at the next meeting already. */
    for (int spins = 0;
         (int)(atomic_load_explicit(&own->arrived[k], memory_order_acquire) - meeting) < 0;
         spins++) {
      if (spins < b->spins)
        relax();
      else
        rest();
    }
  }
}
