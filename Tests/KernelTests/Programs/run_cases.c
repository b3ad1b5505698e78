/* Runs cases of kernels on a machine that has no Swift: reads them from `cases`, and writes to
 * `results` what all operands hold after each call. All numbers are 32 bits, of this byte order:
 *   kernel, steps, number of integers, integers, number of operands, operands
 * where an operand is its number of elements and these, or only -1 when it is absent. FUNCTIONS
 * names the table of the variant. */
#include <stdio.h>
#include <stdlib.h>
#include "ckernels.h"

extern const ck_function FUNCTIONS[];

enum { CANARIES = 16, CANARY = 0x5ca1ab1e };

static int read_words(FILE *file, void *words, int count) {
  return fread(words, 4, (size_t)count, file) == (size_t)count;
}

static int32_t read_word(FILE *file) {
  int32_t word;
  if (!read_words(file, &word, 1)) exit(2);
  return word;
}

/* An operand with canaries behind its end; NULL when absent. */
static int32_t *read_operand(FILE *file, int32_t *count) {
  *count = read_word(file);
  if (*count < 0) return NULL;
  int32_t *words = malloc(4 * ((size_t)*count + CANARIES));
  if (!words || !read_words(file, words, *count)) exit(2);
  for (int i = 0; i < CANARIES; i++) words[*count + i] = CANARY;
  return words;
}

static void write_operand(FILE *file, int32_t *words, int32_t count) {
  if (!words) return;
  for (int i = 0; i < CANARIES; i++)
    if (words[count + i] != CANARY) exit(3);
  if (fwrite(words, 4, (size_t)count, file) != (size_t)count) exit(4);
  free(words);
}

int main(void) {
  FILE *cases = fopen("cases", "rb"), *results = fopen("results", "wb");
  if (!cases || !results) return 1;
  int32_t kernel;
  while (read_words(cases, &kernel, 1)) {
    int32_t integers[CK_MAX_INTEGERS], counts[CK_MAX_OPERANDS];
    void *operands[CK_MAX_OPERANDS];
    ck_call call = {.threads = 1, .n = integers, .b = operands};
    call.steps = read_word(cases);
    const int32_t integer_count = read_word(cases);
    if (integer_count > CK_MAX_INTEGERS || !read_words(cases, integers, integer_count)) return 2;
    const int32_t operand_count = read_word(cases);
    if (operand_count > CK_MAX_OPERANDS) return 2;
    for (int i = 0; i < operand_count; i++) operands[i] = read_operand(cases, &counts[i]);
    FUNCTIONS[kernel](&call);
    for (int i = 0; i < operand_count; i++) write_operand(results, operands[i], counts[i]);
  }
  fclose(cases);
  return fclose(results) != 0;
}
