/* What a machine can do at best, measured with the vector layers that kernels are written over: the
 * limits that kernels are held against. Nothing here allocates or starts threads: several threads
 * run the participants below in a team (ck_participant), and the caller turns times into rates.
 */
#ifndef CMEASURE_H
#define CMEASURE_H
#include "ckernels.h"
#ifdef __cplusplus
extern "C" {
#endif

enum {
  CM_WALKS = 3,       /* ways to read memory: four vectors at once, eight, eight with prefetching */
  CM_READ_UNIT = 512, /* f32 elements: every walk reads a multiple of these */
};

/* The measured loops of one row of isa.def; functions are NULL where this build has none. */
typedef struct cm_loops {
  /* `rounds` times as many independent multiply-adds as keep all units busy. Returns a number that
   * depends on all of them. */
  float (*multiply_add)(int64_t rounds, float factor, float term);
  int64_t flops; /* of one round */
  /* Adds up `count` elements, a multiple of CM_READ_UNIT, at a 64-byte boundary. */
  float (*read[CM_WALKS])(const float *x, int64_t count);
} cm_loops;

/* By index of isa.def; NULL when there is no such row. */
const cm_loops *cm_loops_at(int isa);

/* Seconds of a clock that never goes back. */
double cm_now(void);

/* What follows are participants and their contexts. Every thread does `rounds` of the work between
 * two meetings, and the first one writes how many seconds passed from meeting to meeting. */

typedef struct cm_multiply_adds {
  const cm_loops *loops;
  int64_t rounds;
  double seconds;
  volatile float kept; /* what was computed, lest the compiler leaves it out */
} cm_multiply_adds;
void cm_run_multiply_adds(void *context, int thread, int threads, const ck_team *team);

/* Every thread reads `count` elements from x + thread * count on. */
typedef struct cm_reads {
  const cm_loops *loops;
  int walk;
  const float *x;
  int64_t count, rounds;
  double seconds;
  volatile float kept;
} cm_reads;
void cm_run_reads(void *context, int thread, int threads, const ck_team *team);

/* Every thread writes its part of x, so that memory is where it will be read. */
typedef struct cm_touches {
  float *x;
  int64_t count;
} cm_touches;
void cm_run_touches(void *context, int thread, int threads, const ck_team *team);

/* The first two of at least two threads hand a flag over, there and back. */
enum { CM_THERE = 32, CM_BACK = 64, CM_FLAGS = 96 };
typedef struct cm_hand_overs {
  int64_t rounds;
  double seconds;
  int32_t flags[CM_FLAGS]; /* two of them, apart from everything else that is written; all 0 */
} cm_hand_overs;
void cm_run_hand_overs(void *context, int thread, int threads, const ck_team *team);

/* All threads meet. */
typedef struct cm_meetings {
  int64_t rounds;
  double seconds;
} cm_meetings;
void cm_run_meetings(void *context, int thread, int threads, const ck_team *team);

/* Next to nothing, so that the team's own cost shows: writes the number of threads (an int32_t). */
void cm_run_count(void *context, int thread, int threads, const ck_team *team);

/* Seconds of `rounds` calls of a kernel of the row on no steps: of a call itself. */
double cm_empty_calls(int isa, int64_t rounds);

#ifdef __cplusplus
}
#endif
#endif
