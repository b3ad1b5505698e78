/* The timing loop: calls through a table of function pointers, so that no Python runs between two
 * clock readings. Entry after entry in turn; a table of two alternates between two sets of bound
 * buffers, which is how a state is fed back without a copy. */
#include <stdint.h>
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

/* Each sample: nanoseconds per call over `batch` calls. Returns the number of failed calls. */
long peers_measure(const call *calls, long count, long batch, long samples, double *nanoseconds) {
  long failed = 0, next = 0;
  for (long s = 0; s < samples; s++) {
    const double start = now();
    for (long i = 0; i < batch; i++) {
      failed += perform(&calls[next]);
      next = next + 1 == count ? 0 : next + 1;
    }
    nanoseconds[s] = (now() - start) / (double)batch;
  }
  return failed;
}
