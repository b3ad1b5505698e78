#include "../loops.h"
#if defined(__x86_64__)
#include "../../CKernels/kernels/prelude-inl.h"
#include "../../CKernels/isa/avx2-inl.h"
#include "../loops-inl.h"
#include "../../CKernels/isa/end-inl.h"
#else
const cm_loops cm_loops_avx2 = {0};
#endif
