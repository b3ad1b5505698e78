/* Every thread of a team on a processor of its own: left alone, the two threads of a team ran on
 * one core for seconds, 15 times slower than one thread. */
#ifndef AFFINITY_H
#define AFFINITY_H
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <sched.h>

/* The processors that the caller may use and the one it runs on; what is not known is 0. */
typedef struct affinity {
#ifdef __linux__
  cpu_set_t processors;
#endif
  int count, first;
} affinity;

/* The caller's processors, or none where they are fewer than `threads`: nobody is moved then. */
affinity affinity_of_caller(int threads);
/* Ties the calling thread to the processor of `thread`, counted from the caller's. */
void affinity_pin(const affinity *a, int thread);
/* Gives the caller its processors back. */
void affinity_release(const affinity *a);

#endif
