/* Products of packed weights with columns of numbers: what all matrix kernels spend their time in.
 *
 * A panel holds `vectors` (1 ... 4) vectors of VL rows side by side, column by column: f32 weights
 * as [columns][vectors][VL], bf16 weights in pairs of columns, [pairs][vectors][VL][2], the missing
 * last column zero. Both are read as 32-bit words. Every sum is one chain over the columns in
 * order, whatever runs beside it.
 *
 * Tried on a virtual Xeon (AVX-512, 2 MB of second-level cache), and left out: two columns per turn
 * of the loop (at most 5 % for dense layers, 13 % for blocks of 12; panels side by side give as
 * many sums at once), prefetches 1 to 8 KB ahead (0 to 100 % slower), four panels of four vectors
 * (0). */

typedef enum { CK_F32, CK_BF16 } ck_type;

/* Whether weights are f32 and not bf16. */
INLINE int ck_is_f32(int type) {
  return CK_USED_TYPES == 1 << CK_F32 || (CK_USED_TYPES != 1 << CK_BF16 && type == CK_F32);
}

/* Vectors side by side, and how many panels or steps one loop over the columns may serve. */
enum { CK_VECTORS = 4, CK_STREAMS = 6 };

/* 32-bit words of the weights of one panel. */
INLINE int64_t K(panel_words)(int type, int vectors, int64_t columns) {
  return (ck_is_f32(type) ? columns : (columns + 1) / 2) * vectors * VL;
}

/* ---- What goes into a panel's sums and comes out of them ----
 *
 * `vectors` vectors, `apart` elements from one to the next, of which `lanes` elements exist:
 * together where they are rows side by side, of each where they are gates. */

INLINE int K(part_lanes)(int lanes, int is_side, int v) {
  return is_side ? ck_lanes(lanes, v * VL, VL) : lanes;
}

SHARED void K(load_part)(const float *x, int64_t apart, int vectors, int lanes, int is_side,
                         vec *out) {
  for (int v = 0; v < vectors; v++)
    out[v] = v_load_n(x + v * apart, K(part_lanes)(lanes, is_side, v));
}

SHARED void K(store_part)(float *y, int64_t apart, int vectors, int lanes, int is_side,
                          const vec *in) {
  for (int v = 0; v < vectors; v++)
    v_store_n(y + v * apart, in[v], K(part_lanes)(lanes, is_side, v));
}

/* Most panels are, and need no look at every vector; masks cost nothing where CK_MASKED is defined.
 */
INLINE int K(is_full)(int vectors, int lanes, int is_side) {
#ifdef CK_MASKED
  return (void)vectors, (void)lanes, (void)is_side, 0;
#else
  return lanes == (is_side ? vectors * VL : VL);
#endif
}

INLINE void K(load_panel)(const float *x, int64_t apart, int vectors, int lanes, int is_side,
                          vec *out) {
  if (K(is_full)(vectors, lanes, is_side)) {
    UNROLLED for (int v = 0; v < vectors; v++) out[v] = v_load(x + v * apart);
  } else {
    vec part[CK_VECTORS]; /* its own memory, so that `out` may stay in registers */
    K(load_part)(x, apart, vectors, lanes, is_side, part);
    UNROLLED for (int v = 0; v < vectors; v++) out[v] = part[v];
  }
}

INLINE void K(store_panel)(float *y, int64_t apart, int vectors, int lanes, int is_side,
                           const vec *in) {
  if (K(is_full)(vectors, lanes, is_side)) {
    UNROLLED for (int v = 0; v < vectors; v++) v_store(y + v * apart, in[v]);
  } else {
    vec part[CK_VECTORS];
    UNROLLED for (int v = 0; v < vectors; v++) part[v] = in[v];
    K(store_part)(y, apart, vectors, lanes, is_side, part);
  }
}

/* ---- Products ---- */

INLINE vec K(load_weights)(const int32_t *w) { return v_load((const float *)w); }

/* Where the layer has no instruction for it, a product of bf16 pairs is two multiply-adds in f32:
 * bf16 is the upper half of an f32. */
#ifndef CK_DOT
typedef struct {
  vec even, odd;
} vpair;
INLINE vpair v_pair(vec even, vec odd) { return (vpair){even, odd}; }
INLINE vpair v_pair_at(const float *x) { return (vpair){v_set(x[0]), v_set(x[1])}; }
INLINE vec v_dot(vec sum, vint w, vpair x) {
  sum = v_fma(v_of_bits(i_shl(w, 16)), x.even, sum);
  return v_fma(v_of_bits(i_and(w, i_set((int32_t)0xffff0000))), x.odd, sum);
}
#endif

/* sums[s][v] += sum over k of w[s][k][v] x[s][k]: `streams` (constant) steps over one panel, where
 * w_stream is 0 (constant), or as many panels, w_stream words apart. */
INLINE void K(multiply_any)(int type, int vectors, int streams, int columns, const int32_t *w,
                            int64_t w_stream, const float *const *x, vec (*sums)[CK_VECTORS]) {
  vec a[CK_STREAMS][CK_VECTORS];
  UNROLLED for (int s = 0; s < streams; s++) UNROLLED for (int v = 0; v < vectors; v++) a[s][v] =
      sums[s][v];
  if (ck_is_f32(type)) {
    ROLLED for (int k = 0; k < columns; k++, w += vectors * VL)
        UNROLLED for (int s = 0; s < streams; s++) {
      const vec xk = v_set(x[s][k]);
      UNROLLED for (int v = 0; v < vectors; v++) a[s][v] =
          v_fma(K(load_weights)(w + s * w_stream + v * VL), xk, a[s][v]);
    }
  } else {
    ROLLED for (int k = 0; k + 1 < columns; k += 2, w += vectors * VL)
        UNROLLED for (int s = 0; s < streams; s++) {
      const vpair xk = v_pair_at(x[s] + k);
      UNROLLED for (int v = 0; v < vectors; v++) a[s][v] =
          v_dot(a[s][v], i_load(w + s * w_stream + v * VL), xk);
    }
    if (columns & 1) UNROLLED for (int s = 0; s < streams; s++) {
        const vpair xk = v_pair(v_set(x[s][columns - 1]), v_set(0));
        UNROLLED for (int v = 0; v < vectors; v++) a[s][v] =
            v_dot(a[s][v], i_load(w + s * w_stream + v * VL), xk);
      }
  }
  UNROLLED for (int s = 0; s < streams; s++) UNROLLED for (int v = 0; v < vectors; v++) sums[s][v] =
      a[s][v];
}

/* Lane l of a panel of blocks abreast: where the columns of its block begin. */
INLINE vint K(block_starts)(int rows, int columns) {
  int32_t first[VL];
  for (int l = 0, row = 0, start = 0; l < VL; l++) {
    first[l] = start;
    if (++row == rows) row = 0, start += columns;
  }
  return i_load(first);
}

/* The same for panels of blocks abreast: lane l takes x[s][first[l] + k]. */
INLINE void K(multiply_abreast_any)(int type, int vectors, int streams, int columns, vint first,
                                    const int32_t *w, int64_t w_stream, const vec *x,
                                    vec (*sums)[CK_VECTORS]) {
  vec a[CK_STREAMS][CK_VECTORS];
  UNROLLED for (int s = 0; s < streams; s++) UNROLLED for (int v = 0; v < vectors; v++) a[s][v] =
      sums[s][v];
  if (ck_is_f32(type)) {
    ROLLED for (int k = 0; k < columns; k++, w += vectors * VL) {
      const vint lane = i_add(first, i_set(k));
      UNROLLED for (int s = 0; s < streams; s++) {
        const vec xk = v_permute(x[s], lane);
        UNROLLED for (int v = 0; v < vectors; v++) a[s][v] =
            v_fma(K(load_weights)(w + s * w_stream + v * VL), xk, a[s][v]);
      }
    }
  } else {
    ROLLED for (int k = 0; k < columns; k += 2, w += vectors * VL) {
      const vint lane = i_add(first, i_set(k)), next = i_add(first, i_set(k + 1));
      UNROLLED for (int s = 0; s < streams; s++) {
        const vec odd = k + 1 < columns ? v_permute(x[s], next) : v_set(0);
        const vpair xk = v_pair(v_permute(x[s], lane), odd);
        UNROLLED for (int v = 0; v < vectors; v++) a[s][v] =
            v_dot(a[s][v], i_load(w + s * w_stream + v * VL), xk);
      }
    }
  }
  UNROLLED for (int s = 0; s < streams; s++) UNROLLED for (int v = 0; v < vectors; v++) sums[s][v] =
      a[s][v];
}

#ifndef CK_COMPACT
INLINE void K(multiply)(int type, int vectors, int streams, int columns, const int32_t *w,
                        int64_t w_stream, const float *const *x, vec (*sums)[CK_VECTORS]) {
  K(multiply_any)(type, vectors, streams, columns, w, w_stream, x, sums);
}

/* `streams` steps over one panel. */
INLINE void K(multiply_tile)(int type, int vectors, int streams, int columns, const int32_t *w,
                             const float *const *x, vec (*sums)[CK_VECTORS]) {
  K(multiply_any)(type, vectors, streams, columns, w, 0, x, sums);
}

INLINE void K(multiply_abreast)(int type, int vectors, int streams, int columns, vint first,
                                const int32_t *w, int64_t w_stream, const vec *x,
                                vec (*sums)[CK_VECTORS]) {
  K(multiply_abreast_any)(type, vectors, streams, columns, first, w, w_stream, x, sums);
}
#else
/* The loops that there are, each once: CK_LOOP(type, vectors, streams). */
#define CK_SHORT_OF(type)                                                                          \
  CK_LOOP(type, 1, 1)                                                                              \
  CK_LOOP(type, 2, 1)                                                                              \
  CK_LOOP(type, 3, 1)                                                                              \
  CK_LOOP(type, 4, 1)                                                                              \
  CK_LOOP(type, 1, 2)                                                                              \
  CK_LOOP(type, 2, 2)                                                                              \
  CK_LOOP(type, 3, 2)                                                                              \
  CK_LOOP(type, 4, 2)
#define CK_LOOPS_OF(type) CK_SHORT_OF(type) CK_LOOP(type, 1, 4) CK_LOOP(type, 2, 4)
#define CK_TILES_OF(type)                                                                          \
  CK_SHORT_OF(type) CK_LOOP(type, 1, 6) CK_LOOP(type, 2, 6) CK_DEEP_TILES_OF(type)
/* What K(project_depth) makes of three and four vectors. */
#if CK_REGISTERS >= 32
#define CK_DEEP_TILES_OF(type) CK_LOOP(type, 3, 6) CK_LOOP(type, 4, 6)
#else
#define CK_DEEP_TILES_OF(type) CK_LOOP(type, 3, 4) CK_LOOP(type, 4, 3)
#endif

#define CK_LOOP(type, vectors, streams)                                                            \
  SHARED void K(multiply_##type##_##vectors##x##streams)(int columns, const int32_t *w,            \
                                                         int64_t w_stream, const float *const *x,  \
                                                         vec(*sums)[CK_VECTORS]) {                 \
    K(multiply_any)(type, vectors, streams, columns, w, w_stream, x, sums);                        \
  }
CK_LOOPS_OF(CK_F32)
CK_LOOPS_OF(CK_BF16)
#undef CK_LOOP

#define CK_LOOP(type, vectors, streams)                                                            \
  SHARED void K(multiply_tile_##type##_##vectors##x##streams)(                                     \
      int columns, const int32_t *w, const float *const *x, vec(*sums)[CK_VECTORS]) {              \
    K(multiply_any)(type, vectors, streams, columns, w, 0, x, sums);                               \
  }
CK_TILES_OF(CK_F32)
CK_TILES_OF(CK_BF16)
#undef CK_LOOP

#define CK_LOOP(type, vectors, streams)                                                            \
  SHARED void K(multiply_abreast_##type##_##vectors##x##streams)(                                  \
      int columns, vint first, const int32_t *w, int64_t w_stream, const vec *x,                   \
      vec(*sums)[CK_VECTORS]) {                                                                    \
    K(multiply_abreast_any)(type, vectors, streams, columns, first, w, w_stream, x, sums);         \
  }
CK_LOOPS_OF(CK_F32)
CK_LOOPS_OF(CK_BF16)
#undef CK_LOOP

#define CK_SHAPE(vectors, streams) ((vectors)*8 + (streams))

INLINE void K(multiply)(int type, int vectors, int streams, int columns, const int32_t *w,
                        int64_t w_stream, const float *const *x, vec (*sums)[CK_VECTORS]) {
#define CK_LOOP(type, vectors, streams)                                                            \
  case CK_SHAPE(vectors, streams):                                                                 \
    K(multiply_##type##_##vectors##x##streams)(columns, w, w_stream, x, sums);                     \
    break;
  if (type == CK_F32) switch (CK_SHAPE(vectors, streams)) {
      CK_LOOPS_OF(CK_F32)
    }
  else
    switch (CK_SHAPE(vectors, streams)) { CK_LOOPS_OF(CK_BF16) }
#undef CK_LOOP
}

/* `streams` steps over one panel. */
INLINE void K(multiply_tile)(int type, int vectors, int streams, int columns, const int32_t *w,
                             const float *const *x, vec (*sums)[CK_VECTORS]) {
#define CK_LOOP(type, vectors, streams)                                                            \
  case CK_SHAPE(vectors, streams):                                                                 \
    K(multiply_tile_##type##_##vectors##x##streams)(columns, w, x, sums);                          \
    break;
  if (type == CK_F32) switch (CK_SHAPE(vectors, streams)) {
      CK_TILES_OF(CK_F32)
    }
  else
    switch (CK_SHAPE(vectors, streams)) { CK_TILES_OF(CK_BF16) }
#undef CK_LOOP
}

INLINE void K(multiply_abreast)(int type, int vectors, int streams, int columns, vint first,
                                const int32_t *w, int64_t w_stream, const vec *x,
                                vec (*sums)[CK_VECTORS]) {
#define CK_LOOP(type, vectors, streams)                                                            \
  case CK_SHAPE(vectors, streams):                                                                 \
    K(multiply_abreast_##type##_##vectors##x##streams)(columns, first, w, w_stream, x, sums);      \
    break;
  if (type == CK_F32) switch (CK_SHAPE(vectors, streams)) {
      CK_LOOPS_OF(CK_F32)
    }
  else
    switch (CK_SHAPE(vectors, streams)) { CK_LOOPS_OF(CK_BF16) }
#undef CK_LOOP
}
#endif
