/* The measured loops, written once over the vector layer of an ISA. Without vectors the compiler
 * may make some of four lanes, in kernels as here: hence four times as many chains. */
enum {
  CM_WIDER = VL > 1 ? 1 : 4,
  CM_CHAINS = 12 * CM_WIDER, /* enough for two units and a latency of six; they fit 16 registers */
  CM_EIGHT = 8 * CM_WIDER,
  CM_FOUR = 4 * CM_WIDER,
  CM_AHEAD = 512, /* elements: 2 KB */
};

static float K(cm_multiply_add)(int64_t rounds, float factor, float term) {
  const vec a = v_set(factor), b = v_set(term);
  vec sum[CM_CHAINS];
  for (int i = 0; i < CM_CHAINS; i++) sum[i] = v_set((float)i);
  ROLLED for (int64_t r = 0; r < rounds; r++) {
    for (int i = 0; i < CM_CHAINS; i++) sum[i] = v_fma(sum[i], a, b);
  }
  for (int i = 1; i < CM_CHAINS; i++) sum[0] = v_add(sum[0], sum[i]);
  return v_sum(sum[0]);
}

/* A template: `width` vectors at once, each with a sum of its own. */
INLINE float K(cm_sum)(const float *x, int64_t count, int width, int ahead) {
  vec sum[CM_EIGHT];
  for (int i = 0; i < width; i++) sum[i] = v_set(0);
  ROLLED for (const float *end = x + count; x < end; x += width * VL) {
    for (int i = 0; i < width; i++) {
      if (ahead && i * VL % 16 == 0) __builtin_prefetch(x + ahead + i * VL);
      sum[i] = v_add(sum[i], v_load(x + i * VL));
    }
  }
  for (int i = 1; i < width; i++) sum[0] = v_add(sum[0], sum[i]);
  return v_sum(sum[0]);
}

static float K(cm_read_four)(const float *x, int64_t count) {
  return K(cm_sum)(x, count, CM_FOUR, 0);
}
static float K(cm_read_eight)(const float *x, int64_t count) {
  return K(cm_sum)(x, count, CM_EIGHT, 0);
}
static float K(cm_read_ahead)(const float *x, int64_t count) {
  return K(cm_sum)(x, count, CM_EIGHT, CM_AHEAD);
}

const cm_loops K(cm_loops) = {
    K(cm_multiply_add),
    2 * VL *CM_CHAINS,
    {K(cm_read_four), K(cm_read_eight), K(cm_read_ahead)},
};
