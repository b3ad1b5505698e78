#include "ckernels.h"
/* gcc turns the unit on by itself; clang has to be told: -mfpu=neon-vfpv4. */
#if defined(__arm__) && defined(__ARM_FP) && (!defined(__clang__) || defined(__ARM_FEATURE_FMA))
#include "../kernels/prelude-inl.h"
#include "../isa/neon-inl.h"
#include "../kernels/all-inl.h"
#include "../kernels/entries-inl.h"
#include "../isa/end-inl.h"
#endif
