/* Prints the name of the preferred instruction set, or "none". */
#include <stdio.h>
#include "ckernels.h"

int main(void) {
  const int index = ck_isa_preferred();
  fputs(index < 0 ? "none" : ck_isa_at(index)->name, stdout);
  return 0;
}
