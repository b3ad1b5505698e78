/* The OpenMP team: runs the shares of one call on several threads. The only OpenMP pragmas. */
#ifndef COPENMP_H
#define COPENMP_H
#include "ckernels.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Runs `share` on `threads` threads (at least 1), the caller being thread 0, and returns when all
 * have finished. Everybody gets the same `context` and meets at `team`. Where fewer threads can be
 * had (always one without OpenMP) the work is shared among those.
 *
 * The workers are tied to processors beside the caller's, which stays free to move. A call makes no
 * system call but to wake sleeping workers and, when the caller has moved, to part them. */
void copenmp_run(int threads, ck_participant share, void *context);

enum { COPENMP_DEFAULT_SPIN = 1, COPENMP_MAX_SPIN = 1000000 };

/* How many milliseconds workers spin after a call before they sleep: 0 (at once) ...
 * COPENMP_MAX_SPIN, other values count as the nearest of these. For the calls that follow, of any
 * thread. A call finds spinning workers some 25 us sooner than sleeping ones; a spinning worker
 * takes a processor. Needs LLVM's OpenMP runtime: another one decides by itself. */
void copenmp_set_spin(int milliseconds);

/* The processors of this process: 1 without OpenMP. */
int copenmp_processors(void);

#ifdef __cplusplus
}
#endif
#endif
