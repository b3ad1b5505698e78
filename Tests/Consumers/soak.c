/* Two streams of one emitted model over the same endless input: one steps, the other runs in
 * portions and moves house now and then. No bit may differ, and no number may stop being one.
 *
 *   soak STEPS        compile with -DINPUTS and -DOUTPUTS, elements per step */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "model.h"

enum { BLOCK = 1000 };
static float in[BLOCK * INPUTS], stepped[BLOCK * OUTPUTS], ran[BLOCK * OUTPUTS];

static void *allocate(size_t bytes) {
  void *memory = aligned_alloc(model_align(), (bytes + 63) / 64 * 64);
  if (!memory) exit(70);
  return memory;
}

/* Xorshift; numbers of U(-1, 1), with pauses of silence. */
static void fill(uint64_t *seed, long block) {
  for (int i = 0; i < BLOCK * INPUTS; i++) {
    *seed ^= *seed << 13, *seed ^= *seed >> 7, *seed ^= *seed << 17;
    in[i] = block % 10 == 9 ? 0 : (float)(int32_t)(*seed >> 32) / 2147483648.0f;
  }
}

static int run_in_portions(void *state, void *scratch, long block) {
  int result = 0;
  for (int t = 0, size; t < BLOCK; t += size) {
    size = 1 + (int)((block * 31 + t * 7) % 190);
    if (size > BLOCK - t) size = BLOCK - t;
    result |= model_run(state, scratch, in + t * INPUTS, ran + t * OUTPUTS, (size_t)size);
  }
  return result;
}

int main(int argc, char **argv) {
  const long blocks = argc == 2 ? (atol(argv[1]) + BLOCK - 1) / BLOCK : 0;
  const size_t bytes = model_state_size();
  void *a = allocate(bytes), *b = allocate(bytes), *other = allocate(bytes),
       *saved = allocate(bytes);
  void *scratch = allocate(model_scratch_size());
  uint64_t seed = 88172645463325252u;
  if (blocks < 1 || model_init(a, bytes) || model_init(b, bytes)) return 64;
  for (long block = 0; block < blocks; block++) {
    fill(&seed, block);
    int result = 0;
    for (int t = 0; t < BLOCK; t++)
      result |= model_step(a, scratch, in + t * INPUTS, stepped + t * OUTPUTS);
    result |= run_in_portions(b, scratch, block);
    for (int i = 0; i < BLOCK * OUTPUTS; i++) result |= !isfinite(stepped[i]);
    if (result || memcmp(stepped, ran, sizeof stepped) != 0)
      return printf("step and run differ within steps %ld ... %ld\n", block * BLOCK,
                    (block + 1) * BLOCK),
             1;
    if (block % 100 != 99) continue;
    memset(other, 0xa5, bytes);
    if (model_save(b, saved, bytes) || model_load(other, saved, bytes)) return 1;
    void *before = b;
    b = other, other = before;
  }
  if (memcmp(a, b, bytes) != 0) return printf("the states differ at the end\n"), 1;
  printf("%ld steps: step and run agree in every bit\n", blocks * BLOCK);
  return 0;
}
