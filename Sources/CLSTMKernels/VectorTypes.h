#pragma once
#include <stdint.h>

// Eight floats and eight 32-bit integers: one AVX register, or a pair of NEON registers.
typedef float v8 __attribute__((ext_vector_type(8)));
typedef int32_t i8 __attribute__((ext_vector_type(8)));

#define ECGD_INLINE static inline __attribute__((always_inline))
