#include "../loops.h"
#if defined(__x86_64__)
#include "../../CKernels/kernels/prelude-inl.h"
#include "../../CKernels/isa/avx512bf16-inl.h"
#include "../../CKernels/isa/avx512-inl.h"
#include "../loops-inl.h"
#include "../../CKernels/isa/end-inl.h"
#else
const cm_loops cm_loops_avx512bf16 = {0};
#endif
