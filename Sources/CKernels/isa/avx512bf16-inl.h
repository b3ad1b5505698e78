/* Stands before isa/avx512-inl.h: products of bf16 pairs by their own instruction. */
#define CK_DOT 1
