#include "LSTMKernels.h"
#include "VectorTypes.h"

#if defined(__x86_64__)
#include <immintrin.h>

// The package is built for any x86-64; only what lies between push and pop uses AVX2, and only
// machines that have it are sent there.
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

ECGD_INLINE v8 v8_splat(float x) { return (v8)_mm256_set1_ps(x); }
ECGD_INLINE v8 v8_fma(v8 a, v8 b, v8 c) {
  return (v8)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
}
// Both return their second operand where either is a NaN.
ECGD_INLINE v8 v8_min(v8 a, v8 b) { return (v8)_mm256_min_ps((__m256)a, (__m256)b); }
ECGD_INLINE v8 v8_max(v8 a, v8 b) { return (v8)_mm256_max_ps((__m256)a, (__m256)b); }

#define ECGD_NAME(x) x##_avx2
#include "Gates.inc"
#include "Kernel.inc"

#pragma clang attribute pop

const ecgd_kernel *ecgd_kernel_avx2(void) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? &kernel_avx2 : 0;
}
#else
const ecgd_kernel *ecgd_kernel_avx2(void) { return 0; }
#endif
