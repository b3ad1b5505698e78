/* Steps an emitted model and proves what its certificate says: nothing between two marks allocates,
 * locks, or calls the system. Compile with -DINPUTS and -DOUTPUTS, elements per step; with -DLOUD
 * to see that a system call would be found.
 *
 * The marks are calls that strace shows: close(-7) before the first step and close(-8) after the
 * last. Given an argument, the steps run where the kernel kills whoever makes any other call than
 * read, write and exit. */
#define _GNU_SOURCE
#include <linux/seccomp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include "model.h"

/* ---- Hooks: the program's own versions come before the C library's ---- */

static volatile int counted;
#define COUNT(result, name, parameters, value)                                                     \
  result name parameters;                                                                          \
  result name parameters {                                                                         \
    counted++;                                                                                     \
    return value;                                                                                  \
  }
COUNT(void *, malloc, (size_t bytes), ((void)bytes, (void *)0))
COUNT(void *, calloc, (size_t count, size_t bytes), ((void)count, (void)bytes, (void *)0))
COUNT(void *, realloc, (void *memory, size_t bytes), ((void)bytes, memory))
COUNT(void *, aligned_alloc, (size_t align, size_t bytes), ((void)align, (void)bytes, (void *)0))
COUNT(int, pthread_mutex_lock, (void *mutex), ((void)mutex, 0))
COUNT(int, pthread_rwlock_rdlock, (void *lock), ((void)lock, 0))
COUNT(int, pthread_rwlock_wrlock, (void *lock), ((void)lock, 0))
COUNT(int, pthread_cond_wait, (void *condition, void *mutex), ((void)condition, (void)mutex, 0))
COUNT(int, sem_wait, (void *semaphore), ((void)semaphore, 0))
void free(void *memory) { (void)memory, counted++; }

/* ---- Memory ---- */

enum { STEPS = 100, MEMORY = 1 << 22 };
static _Alignas(64) unsigned char state[MEMORY], scratch[MEMORY], saved[MEMORY];
static float in[STEPS * INPUTS], out[STEPS * OUTPUTS];

static int use(void) {
  int result = model_init(state, model_state_size());
  for (int t = 0; t < STEPS; t++)
    result |= model_step(state, scratch, in + t * INPUTS, out + t * OUTPUTS);
  result |= model_save(state, saved, model_state_size());
#ifdef LOUD
  syscall(SYS_getppid);
#endif
  model_reset(state);
  result |= model_run(state, scratch, in, out, STEPS);
  return result | model_load(state, saved, model_state_size());
}

/* ---- Stack ---- */

static _Alignas(64) unsigned char stack[1 << 18];
static ucontext_t here, there;

static void nothing(void) {}
static void step(void) { model_step(state, scratch, in, out); }

/* Bytes of a painted stack that are no longer painted after `function` has run on it. */
static int depth(void (*function)(void)) {
  memset(stack, 0xa5, sizeof stack);
  getcontext(&there);
  there.uc_stack.ss_sp = stack;
  there.uc_stack.ss_size = sizeof stack;
  there.uc_link = &here;
  makecontext(&there, function, 0);
  swapcontext(&here, &there);
  size_t clean = 0;
  while (clean < sizeof stack && stack[clean] == 0xa5) clean++;
  return (int)(sizeof stack - clean);
}

/* Without the C library's stdio, which allocates. */
static int stack_is_within(int bound) {
  model_init(state, model_state_size());
  const int used = depth(step) - depth(nothing);
  return used > 0 && used <= bound && used > bound / 10;
}

static void say(const char *text) { syscall(SYS_write, 1, text, strlen(text)); }

int main(int argc, char **argv) {
  if (model_state_size() > MEMORY || model_scratch_size() > MEMORY) return 2;
  for (int i = 0; i < STEPS * INPUTS; i++) in[i] = (float)(i * 37 % 101 - 50) / 50;
  counted = 0;
  void *volatile memory = (malloc)(1); /* the hooks count */
  (free)(memory);
  if (counted != 2) return 3;
  if (argc > 2) return stack_is_within(atoi(argv[2])) ? 0 : 6;
  counted = 0;
  syscall(SYS_close, -7);
  if (argc > 1 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) != 0) return 4;
  const int result = use();
  if (argc == 1) syscall(SYS_close, -8);
  say(result ? "failed\n" : counted ? "counted\n" : "quiet\n");
  syscall(SYS_exit, result || counted);
  return 5;
}
