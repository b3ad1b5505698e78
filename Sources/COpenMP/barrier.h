/* Where the threads of one call wait for each other. */
#ifndef BARRIER_H
#define BARRIER_H
#include <stdatomic.h>

enum { BARRIER_MAX_THREADS = 256, BARRIER_ROUNDS = 8 };

/* What others write and what the owner writes, on cache lines of their own. */
typedef struct barrier_place {
  _Alignas(64) atomic_uint arrived[BARRIER_ROUNDS];
  _Alignas(64) unsigned meetings;
} barrier_place;

/* A dissemination barrier (Hensgen, Finkel and Manber, 1988): in round k thread i tells thread
 * i + 2^k, so that after log2 of them everybody knows of everybody. Two threads pass one cache line
 * each way, at once; a counter would take three such passages one after the other. */
typedef struct barrier {
  atomic_int threads; /* as many as asked for, or everybody has written before how many there are */
  int spins;          /* looks at a flag before a thread gives its processor away */
  barrier_place places[BARRIER_MAX_THREADS];
} barrier;

/* Initializes the places of so many threads, which run on so many processors. */
void barrier_begin(barrier *b, int threads, int processors);
/* `context` is the barrier: a function for ck_team. */
void barrier_wait(void *context, int thread);

#endif
