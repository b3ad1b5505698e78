/* A team forks once per call, not once per step, and meets at a barrier of flags: `omp barrier` and
 * a fork and join take several times as long. */
#include "affinity.h"
#include "barrier.h"
#include "copenmp.h"

#ifdef _OPENMP
/* The prototypes of the OpenMP standard: the toolchain brings no omp.h. */
extern int omp_get_thread_num(void);
extern int omp_get_num_threads(void);
extern int omp_get_num_procs(void);
/* LLVM's: how long the workers of the calling thread spin. Its default is 200 ms. */
extern void kmp_set_blocktime(int milliseconds) __attribute__((weak));
#endif

int copenmp_processors(void) {
#ifdef _OPENMP
  return omp_get_num_procs();
#else
  return 1;
#endif
}

static atomic_int spin = COPENMP_DEFAULT_SPIN;

void copenmp_set_spin(int milliseconds) {
  if (milliseconds < 0) milliseconds = 0;
  if (milliseconds > COPENMP_MAX_SPIN) milliseconds = COPENMP_MAX_SPIN;
  atomic_store_explicit(&spin, milliseconds, memory_order_relaxed);
}

#ifdef _OPENMP
/* Workers take it over from their caller, each caller has its own: once per caller and value. */
static void apply_spin(void) {
  static _Thread_local int applied = -1;
  const int wanted = atomic_load_explicit(&spin, memory_order_relaxed);
  if (applied == wanted) return;
  if (kmp_set_blocktime) kmp_set_blocktime(wanted);
  applied = wanted;
}

static void run_team(int threads, ck_participant share, void *context) {
  if (threads > BARRIER_MAX_THREADS) threads = BARRIER_MAX_THREADS;
  barrier meeting;
  barrier_begin(&meeting, threads, copenmp_processors());
  const ck_team team = {barrier_wait, &meeting};
  apply_spin();
  const placement *places = placement_of_caller(threads);
#pragma omp parallel num_threads(threads)
  {
    const int thread = omp_get_thread_num(), count = omp_get_num_threads();
    if (count != threads) atomic_store_explicit(&meeting.threads, count, memory_order_relaxed);
    if (places && thread > 0) placement_take(places, thread);
    share(context, thread, count, &team);
  }
}
#endif

void copenmp_run(int threads, ck_participant share, void *context) {
#ifdef _OPENMP
  if (threads > 1) {
    run_team(threads, share, context);
    return;
  }
#endif
  (void)threads;
  share(context, 0, 1, NULL);
}
