/* Streams of one program at once, each on a team of its own, against the same stream by one thread.
 * Usage: streams PLAN THREADS. Built with -fsanitize=thread by the script beside this file. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "copenmp.h"
#include "rnnc.h"

enum { STREAMS = 3, CALLS = 10, LONGEST = 30, STEPS = CALLS * LONGEST };

static rnnc_program *program;
static int threads;

/* Memory of one stream and the rows of its inputs and outputs (one of each). */
typedef struct stream {
  void *state, *scratch;
  float *in, *out;
  int seed, result;
} stream;

/* One call, as every participant sees it. */
typedef struct call {
  stream *stream;
  const void *input;
  void *output;
  size_t steps;
  int result;
} call;

static void *aligned(size_t bytes) {
  const size_t unit = rnnc_align();
  void *memory = aligned_alloc(unit, (bytes / unit + 1) * unit);
  if (!memory) exit(3);
  return memset(memory, 0, bytes);
}

static size_t width_in(void) { return (size_t)rnnc_input(program, 0).width; }
static size_t width_out(void) { return (size_t)rnnc_output(program, 0).width; }

static stream opened(int seed) {
  stream s = {.state = aligned(rnnc_state_size(program)),
              .scratch = aligned(rnnc_scratch_size(program)),
              .in = aligned(STEPS * width_in() * sizeof(float)),
              .out = aligned(STEPS * width_out() * sizeof(float)),
              .seed = seed};
  unsigned x = (unsigned)seed + 1;
  for (size_t i = 0; i < STEPS * width_in(); i++) {
    x = x * 1664525u + 1013904223u;
    s.in[i] = (float)(int)x / 2147483648.0f;
  }
  s.result = rnnc_init(program, s.state, rnnc_state_size(program));
  return s;
}

static void closed(stream *s) {
  free(s->state);
  free(s->scratch);
  free(s->in);
  free(s->out);
}

static void share(void *context, int thread, int count, const ck_team *team) {
  call *c = context;
  const int result = rnnc_run_share(program, c->stream->state, c->stream->scratch, &c->input,
                                    &c->output, c->steps, thread, count, team);
  if (thread == 0) c->result = result;
}

/* Calls of 1 to LONGEST steps, one after the other. */
static void *run(void *context) {
  stream *s = context;
  size_t done = 0;
  for (int i = 0; i < CALLS && s->result == RNNC_OK; i++) {
    call c = {.stream = s,
              .input = s->in + done * width_in(),
              .output = s->out + done * width_out(),
              .steps = (size_t)(1 + (i * 29 + s->seed) % LONGEST)};
    copenmp_run(threads, share, &c);
    s->result = c.result;
    done += c.steps;
  }
  return NULL;
}

int main(int count, char **arguments) {
  if (count != 3) return 2;
  char message[256];
  if (rnnc_open(arguments[1], &program, message, sizeof message) != RNNC_OK) {
    fprintf(stderr, "%s\n", message);
    return 2;
  }
  stream alone[STREAMS], shared[STREAMS];
  pthread_t hosts[STREAMS];
  threads = 1;
  for (int i = 0; i < STREAMS; i++) {
    alone[i] = opened(i);
    run(&alone[i]);
  }
  threads = atoi(arguments[2]);
  for (int i = 0; i < STREAMS; i++) shared[i] = opened(i);
  for (int i = 0; i < STREAMS; i++)
    if (pthread_create(&hosts[i], NULL, run, &shared[i]) != 0) return 3;
  int wrong = 0;
  for (int i = 0; i < STREAMS; i++) {
    pthread_join(hosts[i], NULL);
    const size_t bytes = STEPS * width_out() * sizeof(float);
    wrong += alone[i].result != RNNC_OK || shared[i].result != RNNC_OK ||
             memcmp(alone[i].out, shared[i].out, bytes) != 0;
    closed(&alone[i]);
    closed(&shared[i]);
  }
  rnnc_close(program);
  if (wrong) fprintf(stderr, "%d streams differ from those of one thread\n", wrong);
  return wrong > 0;
}
