/* Every thread of a team on a processor of its own: left alone, the two threads of a team ran on
 * one core for seconds, 15 times slower than one thread. */
#ifndef AFFINITY_H
#define AFFINITY_H
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <sched.h>

/* Where the workers of one caller's teams stand; the caller itself stays free. */
typedef struct placement {
#ifdef __linux__
  cpu_set_t processors; /* that the caller may use */
#endif
  int count;   /* of them */
  int threads; /* of the team, the caller among them */
  int first;   /* the processor from which the workers' are counted */
  int here;    /* the caller's when it last looked */
  unsigned stamp;
} placement;

/* The calling thread's placement for a team of so many threads, or NULL where nobody is moved: it
 * has fewer processors than that, or they are not known. Makes no system call while the caller
 * stays where it was; a caller that has come to a worker's processor goes back to its own. */
const placement *placement_of_caller(int threads);
/* Ties the calling worker to its processor; no system call when it is tied already. */
void placement_take(const placement *p, int thread);

#endif
