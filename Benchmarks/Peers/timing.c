/* The timing loop: calls through a table of function pointers, so that no Python runs between two
 * clock readings. Entry after entry in turn; a table of two alternates between two sets of bound
 * buffers, which is how a state is fed back without a copy. */
#define _GNU_SOURCE
#include <stdint.h>
#include <sys/resource.h>
#include <time.h>

typedef intptr_t (*function)(intptr_t, intptr_t, intptr_t, intptr_t, intptr_t, intptr_t);

typedef struct call {
  function function; /* takes up to six integers or pointers; returns 0 when it went well */
  intptr_t arguments[6];
} call;

static int perform(const call *c) {
  const intptr_t *a = c->arguments;
  return (int)c->function(a[0], a[1], a[2], a[3], a[4], a[5]) != 0;
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* `steps` calls from entry `first` on. Returns the number of failed ones. */
long peers_perform(const call *calls, long count, long first, long steps) {
  long failed = 0;
  for (long i = 0; i < steps; i++) failed += perform(&calls[(first + i) % count]);
  return failed;
}

/* How often the scheduler has given this thread's core to somebody else. */
static long taken_away(void) {
  struct rusage usage;
  getrusage(RUSAGE_THREAD, &usage);
  return usage.ru_nivcsw;
}

enum { LOOK_EVERY = 1000000 }; /* ns */

/* Each sample: nanoseconds per call over `batch` calls. Samples of a millisecond in which the core
 * was taken away are written as negative numbers. Returns the number of failed calls. */
long peers_measure(const call *calls, long count, long batch, long samples, double *nanoseconds) {
  long failed = 0, next = 0, seen = taken_away(), unseen = 0;
  double looked = now();
  for (long s = 0; s < samples; s++) {
    const double start = now();
    for (long i = 0; i < batch; i++) {
      failed += perform(&calls[next]);
      next = next + 1 == count ? 0 : next + 1;
    }
    const double end = now();
    nanoseconds[s] = (end - start) / (double)batch;
    if (end - looked < LOOK_EVERY && s + 1 < samples) continue;
    const long times = taken_away();
    for (; unseen <= s; unseen++)
      if (times != seen) nanoseconds[unseen] = -nanoseconds[unseen];
    seen = times;
    looked = now();
  }
  return failed;
}
