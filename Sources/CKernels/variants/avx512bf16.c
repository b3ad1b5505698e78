#include "ckernels.h"
#if defined(__x86_64__)
#include "../kernels/prelude-inl.h"
#include "../isa/avx512bf16-inl.h"
#include "../isa/avx512-inl.h"
#include "../kernels/all-inl.h"
#include "../kernels/entries-inl.h"
#include "../isa/end-inl.h"
#endif
