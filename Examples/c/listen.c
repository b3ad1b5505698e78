/* Hears a digit in a recording (WAV, 8 kHz, 16 bit, mono), one hop of 10 ms after the other.
 *
 *   rnnc compile Models/spoken-digits/model.yaml --emit c -o spoken_digits.c
 *   cc -O2 listen.c spoken_digits.c -I. -o listen         (and the -m... that spoken_digits.c
 * names)
 *   ./listen recording.wav */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "spoken_digits.h"

enum { HOP = 80, DIGITS = 10 };
static const char *const digits[DIGITS] = {"zero", "one", "two",   "three", "four",
                                           "five", "six", "seven", "eight", "nine"};

/* Leaves the file at its first sample. */
static int skip_header(FILE *wav) {
  unsigned char chunk[8];
  if (fseek(wav, 12, SEEK_SET) != 0) return 0;
  while (fread(chunk, 1, sizeof chunk, wav) == sizeof chunk) {
    if (memcmp(chunk, "data", 4) == 0) return 1;
    const long bytes = chunk[4] | chunk[5] << 8 | chunk[6] << 16 | (long)chunk[7] << 24;
    if (bytes < 0 || fseek(wav, bytes, SEEK_CUR) != 0) return 0;
  }
  return 0;
}

/* The next hop as numbers from -1 to 1. */
static int next_hop(FILE *wav, float *hop) {
  unsigned char samples[HOP][2];
  if (fread(samples, 2, HOP, wav) != HOP) return 0;
  for (int i = 0; i < HOP; i++) hop[i] = (float)(short)(samples[i][0] | samples[i][1] << 8) / 32768;
  return 1;
}

static int listen_to(FILE *wav, void *state, void *scratch) {
  float hop[HOP], prob[DIGITS], best = 0;
  int heard = 0;
  if (spoken_digits_init(state, spoken_digits_state_size()) != 0) return 0;
  while (next_hop(wav, hop)) {
    spoken_digits_step(state, scratch, hop, prob);
    for (int i = 0; i < DIGITS; i++)
      if (prob[i] > best) best = prob[i], heard = i;
  }
  printf("heard '%s', probability %.3f\n", digits[heard], best);
  return 1;
}

int main(int argc, char **argv) {
  if (argc != 2) return fputs("usage: listen RECORDING.wav\n", stderr), 64;
  FILE *wav = fopen(argv[1], "rb");
  if (!wav) return perror(argv[1]), 66;
  if (!skip_header(wav)) return fprintf(stderr, "%s: not a WAV file\n", argv[1]), 65;

  /* All memory is ours; small programs make these arrays static. */
  void *state = aligned_alloc(spoken_digits_align(), spoken_digits_state_size());
  void *scratch = aligned_alloc(spoken_digits_align(), spoken_digits_scratch_size());
  const int done = state && scratch && listen_to(wav, state, scratch);
  free(scratch);
  free(state);
  fclose(wav);
  return done ? 0 : 70;
}
