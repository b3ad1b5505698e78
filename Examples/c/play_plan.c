/* Steps a compiled plan over frames from stdin, without Swift and without a C compiler at run time.
 *
 *   cc play_plan.c $(pkg-config --cflags --libs rnnc) -o play_plan
 *   rnnc compile model.yaml -o model.plan
 *   ./play_plan model.plan <frames.f32 >results.f32
 *
 * Frames and results are 32-bit floats, one step after another. */
#include <rnnc.h>
#include <stdio.h>
#include <stdlib.h>

static void *allocate(size_t bytes) {
  const size_t align = rnnc_align();
  void *memory = aligned_alloc(align, (bytes + align - 1) / align * align);
  if (memory || bytes == 0) return memory;
  fputs("out of memory\n", stderr);
  exit(1);
}

int main(int argc, char **argv) {
  if (argc != 2) return fputs("usage: play_plan FILE.plan <frames.f32 >results.f32\n", stderr), 64;
  rnnc_program *program;
  char message[256];
  if (rnnc_open(argv[1], &program, message, sizeof message) != RNNC_OK)
    return fprintf(stderr, "%s: %s\n", argv[1], message), 65;
  const rnnc_port in = rnnc_input(program, 0), out = rnnc_output(program, 0);
  if (rnnc_input_count(program) != 1 || rnnc_output_count(program) != 1 || in.is_integer)
    return fprintf(stderr, "%s: one input of floats and one output, please\n", argv[1]), 65;

  /* One state per stream; scratch memory may be shared by streams that do not step at once. */
  void *state = allocate(rnnc_state_size(program));
  void *scratch = allocate(rnnc_scratch_size(program));
  float *frame = allocate((size_t)in.width * sizeof *frame);
  float *result = allocate((size_t)out.width * sizeof *result);

  int status = rnnc_init(program, state, rnnc_state_size(program));
  const size_t width = (size_t)in.width;
  while (status == RNNC_OK && fread(frame, sizeof *frame, width, stdin) == width) {
    const void *inputs[] = {frame};
    void *outputs[] = {result};
    status = rnnc_step(program, state, scratch, inputs, outputs);
    fwrite(result, sizeof *result, (size_t)out.width, stdout);
  }
  free(result);
  free(frame);
  free(scratch);
  free(state);
  rnnc_close(program);
  return status == RNNC_OK ? 0 : 70;
}
