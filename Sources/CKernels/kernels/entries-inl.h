/* The library's way into each kernel: a ck_call taken apart, in the order of the kernel's row, and
 * the table of a variant. Emitted programs call the bodies themselves and do without. */

#define CK_ENTRY(name) static void K(name##_entry)(const ck_call *c)
#define CK_SPMD        c->steps, c->turn, c->thread, c->threads, c->team
#define N(i)           c->n[i]
#define R(i)           ((const float *)c->b[i])
#define RI(i)          ((const int32_t *)c->b[i])
#define W(i)           ((float *)c->b[i])

#define CK_MATRIX_ENTRIES(type)                                                                    \
  CK_ENTRY(project_##type) {                                                                       \
    K(project_##type)                                                                              \
    (CK_SPMD, N(0), N(1), N(2), N(3), N(4), N(5), N(6), N(7), N(8), N(9), c->b[0], R(1), R(2),     \
     W(3));                                                                                        \
  }                                                                                                \
  CK_ENTRY(recurrent_elman_##type) {                                                               \
    K(recurrent_elman_##type)                                                                      \
    (CK_SPMD, N(0), N(1), N(2), N(3), N(4), N(5), N(6), N(7), N(8), N(9), N(10), c->b[0], R(1),    \
     W(2), W(3));                                                                                  \
  }                                                                                                \
  CK_ENTRY(recurrent_lstm_##type) {                                                                \
    K(recurrent_lstm_##type)                                                                       \
    (CK_SPMD, N(0), N(1), N(2), N(3), N(4), N(5), N(6), N(7), c->b[0], R(1), W(2), W(3), W(4));    \
  }                                                                                                \
  CK_ENTRY(recurrent_gru_after_##type) {                                                           \
    K(recurrent_gru_after_##type)                                                                  \
    (CK_SPMD, N(0), N(1), N(2), N(3), N(4), N(5), N(6), N(7), N(8), c->b[0], R(1), R(2), W(3),     \
     W(4));                                                                                        \
  }                                                                                                \
  CK_ENTRY(recurrent_gru_before_##type) {                                                          \
    K(recurrent_gru_before_##type)                                                                 \
    (CK_SPMD, N(0), N(1), N(2), N(3), N(4), N(5), N(6), N(7), N(8), N(9), c->b[0], c->b[1], R(2),  \
     W(3), W(4), W(5), W(6));                                                                      \
  }
CK_MATRIX_ENTRIES(f32)
CK_MATRIX_ENTRIES(bf16)
#undef CK_MATRIX_ENTRIES

CK_ENTRY(pointwise_f32) { K(pointwise_f32)(CK_SPMD, c->n, c->b); }

CK_ENTRY(copy_f32) { K(copy_f32)(CK_SPMD, N(0), N(1), N(2), R(0), W(1)); }

CK_ENTRY(gather_f32) { K(gather_f32)(CK_SPMD, N(0), N(1), N(2), N(3), R(0), RI(1), W(2)); }

CK_ENTRY(embedding_f32) { K(embedding_f32)(CK_SPMD, N(0), N(1), N(2), N(3), R(0), RI(1), W(2)); }

CK_ENTRY(one_hot_f32) { K(one_hot_f32)(CK_SPMD, N(0), N(1), N(2), RI(0), W(1)); }

CK_ENTRY(window_f32) { K(window_f32)(CK_SPMD, N(0), N(1), N(2), N(3), R(0), W(1), W(2)); }

CK_ENTRY(delay_f32) { K(delay_f32)(CK_SPMD, N(0), N(1), N(2), N(3), R(0), W(1), W(2)); }

CK_ENTRY(softmax_f32) { K(softmax_f32)(CK_SPMD, N(0), N(1), N(2), R(0), W(1)); }

CK_ENTRY(log_softmax_f32) { K(log_softmax_f32)(CK_SPMD, N(0), N(1), N(2), R(0), W(1)); }

CK_ENTRY(layer_norm_f32) {
  K(layer_norm_f32)(CK_SPMD, N(0), N(1), N(2), N(3), R(0), R(1), R(2), W(3));
}

#undef KERNEL
#define KERNEL(name, integers, operands, source) K(name##_entry),
const ck_function K(ck_functions)[] = {
#include "../kernels.def"
};
#undef KERNEL
