#include "../loops.h"
#if defined(__arm__)
#include "../../CKernels/kernels/prelude-inl.h"
#include "../../CKernels/isa/neon-inl.h"
#include "../loops-inl.h"
#include "../../CKernels/isa/end-inl.h"
#else
const cm_loops cm_loops_neon32 = {0};
#endif
