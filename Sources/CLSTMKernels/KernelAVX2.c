#include "KernelAVX2.h"
#include "LSTMKernels.h"
#include "VectorTypes.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

// The package is built for any x86-64; only what lies between push and pop uses AVX2, and only
// machines that have it are sent there.
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)

ECGD_INLINE vf vf_splat(float x) { return (vf)_mm256_set1_ps(x); }
ECGD_INLINE vf vf_fma(vf a, vf b, vf c) {
  return (vf)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
}
// Both return their second operand where either is a NaN.
ECGD_INLINE vf vf_min(vf a, vf b) { return (vf)_mm256_min_ps((__m256)a, (__m256)b); }
ECGD_INLINE vf vf_max(vf a, vf b) { return (vf)_mm256_max_ps((__m256)a, (__m256)b); }
ECGD_INLINE vf vf_widen(const uint16_t *halves) {
  return (vf)_mm256_cvtph_ps(_mm_load_si128((const __m128i *)halves));
}

#define ECGD_NAME(x) x##_avx2
#include "SmallTiles.inc"
#include "Gates.inc"
#include "Kernel.inc"

#pragma clang attribute pop

void ecgd_step_avx2(const ecgd_lstm_step *s) { step_avx2(s); }

const ecgd_kernel *ecgd_kernel_avx2(void) {
  unsigned a = 0, b = 0, c = 0, d = 0;
  __builtin_cpu_init();
  bool widens = __get_cpuid(1, &a, &b, &c, &d) && (c & bit_F16C);
  return widens && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? &kernel_avx2
                                                                                  : 0;
}
#else
const ecgd_kernel *ecgd_kernel_avx2(void) { return 0; }
#endif
