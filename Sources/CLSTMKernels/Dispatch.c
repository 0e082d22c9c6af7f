#include "LSTMKernels.h"
