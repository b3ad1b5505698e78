/* The OpenMP team: runs the shares of one call on several threads. The only OpenMP pragmas. */
#ifndef COPENMP_H
#define COPENMP_H
#include "ckernels.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Runs `share` on `threads` threads (at least 1), the caller being thread 0, and returns when all
 * have finished. Everybody gets the same `context` and meets at `team`. Where fewer threads can be
 * had (always one without OpenMP) the work is shared among those. */
void copenmp_run(int threads, ck_participant share, void *context);

/* The processors of this process: 1 without OpenMP. */
int copenmp_processors(void);

#ifdef __cplusplus
}
#endif
#endif
