#include "plan_format.h"

static uint64_t mix(uint64_t lane, uint64_t word) {
  uint64_t product = (lane ^ word) * UINT64_C(0x100000001b3);
  return product << 29 | product >> 35;
}

/* Eight interleaved FNV-1a lanes over 64-bit words, rotated after each multiplication so that high
 * bits reach low ones, then folded. One lane over bytes would wait for a multiplication at every
 * byte; eight over words keep up with memory. `bytes` is a multiple of 64; the checksum's own field
 * counts as zero. */
uint64_t rnnc_checksum(const unsigned char *file, uint64_t bytes) {
  const uint64_t basis = UINT64_C(0xcbf29ce484222325);
  uint64_t lanes[8];
  for (int i = 0; i < 8; i++) lanes[i] = basis + (uint64_t)i;
  for (uint64_t at = 0; at < bytes; at += 64) {
    for (int i = 0; i < 8; i++) {
      uint64_t place = at + 8 * (uint64_t)i;
      lanes[i] = mix(lanes[i], place == FILE_CHECKSUM ? 0 : rnnc_u64(file + place));
    }
  }
  uint64_t sum = basis;
  for (int i = 0; i < 8; i++) sum = mix(sum, lanes[i]);
  return sum ^ sum >> 32;
}
