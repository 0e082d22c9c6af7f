#pragma once
#include "LSTMKernels.h"

// The AVX2 kernel's step, for a kernel that is only chosen where AVX2 is there as well.
void ecgd_step_avx2(const ecgd_lstm_step *s);
