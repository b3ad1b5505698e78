/* The loops of every row of isa.def, by name. */
#ifndef CM_LOOPS_H
#define CM_LOOPS_H
#include "cmeasure.h"

#define ISA(name, ...) extern const cm_loops cm_loops_##name;
#include "../CKernels/isa.def"
#undef ISA

#endif
