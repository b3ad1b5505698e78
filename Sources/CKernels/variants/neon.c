#include "ckernels.h"
#if defined(__aarch64__)
#include "../kernels/prelude-inl.h"
#include "../isa/neon-inl.h"
#include "../kernels/all-inl.h"
#include "../kernels/entries-inl.h"
#include "../isa/end-inl.h"
#endif
