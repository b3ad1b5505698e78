#include "rnnc.h"
