/* The OpenMP team: runs the shares of one call on several threads. The only OpenMP pragmas. */
#ifndef COPENMP_H
#define COPENMP_H
#include "ckernels.h"
#ifdef __cplusplus
extern "C" {
#endif

/* One participant's part of a call; all share `context` and meet at `team`. */
typedef void (*copenmp_share)(void *context, int thread, int threads, const ck_team *team);

/* Runs `share` on `threads` threads (1 ... copenmp_limit) and returns when all have finished. The
 * caller is participant 0. Without OpenMP at build time every call runs on one thread; the number
 * that took part is returned. */
int copenmp_run(int threads, copenmp_share share, void *context);

/* The largest useful number of threads: 1 without OpenMP, else the processors of this process. */
int copenmp_limit(void);

#ifdef __cplusplus
}
#endif
#endif
