#include "plan_cursor.h"

int rnnc_is_portion(uint32_t rows, uint32_t tile) {
  if (rows == 0) return 1;
  const uint32_t portions = tile / rows;
  return portions >= 2 && portions * rows == tile && (portions & (portions - 1)) == 0;
}

/* The first stage begins with the list, only the others are marked. */
int rnnc_begin_stage(const cursor *c, int in_loop) {
  rnnc_wavefront *wave = &c->view->wave;
  if (wave->rows == 0) return rnnc_refuse_field(c, "kind", 0, "a stage, and there is no wavefront");
  if (in_loop || c->index == 0)
    return rnnc_refuse_field(c, "kind", 0, "a stage must begin between two entries of the list");
  if (wave->stages == 0) wave->stages = 1;
  const uint32_t portions = c->view->tile / wave->rows;
  if (wave->stages >= portions || wave->stages >= RNNC_MAX_STAGES)
    return rnnc_refuse_field(c, "kind", 0, "more stages than %u portions of a tile, or than %d",
                             portions, RNNC_MAX_STAGES);
  wave->starts[wave->stages++] = (uint32_t)c->index;
  return RNNC_OK;
}

/* Divided by 2^fold, the place is aligned and the rows of a portion fit where the tile's did. What
 * has one row does so if it was given the room of as many as there are portions. */
static int check_buffer(rnnc_plan_view *view, uint64_t index, uint64_t limit) {
  const cursor c = rnnc_cursor_at(view, TABLE_BUFFERS, index);
  const rnnc_buffer *b = &view->buffers[index];
  const uint32_t fold = view->wave.fold;
  if (b->storage != RNNC_SCRATCH) return RNNC_OK;
  if (b->place % ((uint64_t)RNNC_ALIGN << fold) != 0)
    return rnnc_refuse_field(&c, "place", 16,
                             "%llu is not a multiple of %llu, as a wavefront needs",
                             (unsigned long long)b->place, (unsigned long long)RNNC_ALIGN << fold);
  if (b->per_step) return RNNC_OK;
  const uint64_t bytes = ((uint64_t)b->width * b->element_bytes) << fold; /* < 2^34 * 2^12 */
  if (bytes > limit - b->place)
    return rnnc_refuse_field(&c, "place", 16, "a wavefront needs %llu bytes from %llu on",
                             (unsigned long long)bytes, (unsigned long long)b->place);
  const uint64_t end = rnnc_round_up(b->place + bytes);
  if (end > view->scratch_bytes) view->scratch_bytes = end;
  return RNNC_OK;
}

int rnnc_check_wavefront(rnnc_plan_view *view) {
  rnnc_wavefront *wave = &view->wave;
  if (wave->rows == 0) return RNNC_OK;
  if (wave->stages < 2)
    return rnnc_refuse(view->report, RNNC_E_MALFORMED,
                       "waveRows (byte %d): a wavefront of less than two stages", FILE_WAVE_ROWS);
  wave->starts[wave->stages] = (uint32_t)view->count[TABLE_STEPS];
  while (wave->rows << wave->fold < view->tile) wave->fold++;
  const uint64_t limit = rnnc_u64(view->bytes + FILE_SCRATCH_BYTES);
  for (uint64_t i = 0; i < view->count[TABLE_BUFFERS]; i++) {
    int result = check_buffer(view, i, limit);
    if (result != RNNC_OK) return result;
  }
  wave->portion_bytes = rnnc_round_up((view->scratch_bytes + (1u << wave->fold) - 1) >> wave->fold);
  const uint64_t all = wave->portion_bytes * wave->stages;
  if (all > view->scratch_bytes) view->scratch_bytes = all;
  return RNNC_OK;
}
