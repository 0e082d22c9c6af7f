#pragma once
#include <stdint.h>

// Floats and 32-bit integers of one vector, aligned as the packed weights are. A file that has
// wider vectors than eight defines ECGD_LANES before.
#ifndef ECGD_LANES
#define ECGD_LANES 8
#endif
typedef float vf __attribute__((ext_vector_type(ECGD_LANES), aligned(32)));
typedef int32_t vi __attribute__((ext_vector_type(ECGD_LANES), aligned(32)));
typedef float v8 __attribute__((ext_vector_type(8), aligned(32)));

// Vectors that hold the 32 gates of one column of a block.
#define ECGD_PARTS (32 / ECGD_LANES)

#define ECGD_INLINE static inline __attribute__((always_inline))

// For loops over registers: left alone, the longer ones would go through memory.
#define ECGD_UNROLLED _Pragma("clang loop unroll(full)")
