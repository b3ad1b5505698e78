/* Every body, in an order that compiles. */
#include "activation-inl.h"
#include "project-inl.h"
#include "gates-inl.h"
#include "recurrent-inl.h"
#include "pointwise-inl.h"
#include "move-inl.h"
#include "history-inl.h"
#include "rows-inl.h"
