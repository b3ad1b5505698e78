#define _GNU_SOURCE
#include "step_probe.h"
#include <errno.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif

#ifdef SANITIZED
long probe_allocations(void) { return -1; }
#else
/* The executable's own malloc comes before the C library's for everything that is loaded. */
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

static __thread long allocations;

long probe_allocations(void) { return allocations; }

void *malloc(size_t bytes) {
  allocations++;
  return __libc_malloc(bytes);
}

void *calloc(size_t count, size_t bytes) {
  allocations++;
  return __libc_calloc(count, bytes);
}

void *realloc(void *memory, size_t bytes) {
  allocations++;
  return __libc_realloc(memory, bytes);
}

void *memalign(size_t alignment, size_t bytes) {
  allocations++;
  return __libc_memalign(alignment, bytes);
}

void *aligned_alloc(size_t alignment, size_t bytes) { return memalign(alignment, bytes); }

int posix_memalign(void **memory, size_t alignment, size_t bytes) {
  *memory = memalign(alignment, bytes);
  return *memory ? 0 : ENOMEM;
}

void free(void *memory) {
  allocations++;
  __libc_free(memory);
}
#endif

/* In strict mode only read, write, exit (of the thread) and sigreturn are left. */
static void run_in_child(const rnnc_program *program, void *state, void *scratch,
                         const void *const *inputs, void *const *outputs, size_t steps) {
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) != 0) syscall(SYS_exit, 2);
  int result = rnnc_init(program, state, rnnc_state_size(program));
  for (size_t i = 0; i < steps; i++) result |= rnnc_step(program, state, scratch, inputs, outputs);
  rnnc_reset(program, state);
  result |= rnnc_run(program, state, scratch, inputs, outputs, steps);
  syscall(SYS_exit, result == RNNC_OK ? 0 : 3);
}

int probe_system_calls(const rnnc_program *program, void *state, void *scratch,
                       const void *const *inputs, void *const *outputs, size_t steps) {
  pid_t child = fork();
  if (child < 0) return -1;
  if (child == 0) run_in_child(program, state, scratch, inputs, outputs, steps);
  int status;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return -1;
  if (WIFEXITED(status)) return WEXITSTATUS(status) == 0 ? 0 : -1;
  return 1;
}

static size_t pages(size_t bytes, size_t page) { return (bytes + page - 1) / page * page; }

void *probe_guarded(size_t bytes) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE), before = pages(bytes, page);
  char *start =
      mmap(NULL, before + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED) return NULL;
  mprotect(start + before, page, PROT_NONE);
  return start + before - bytes;
}

void probe_release(void *memory, size_t bytes) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE), before = pages(bytes, page);
  munmap((char *)memory + bytes - before, before + page);
}
