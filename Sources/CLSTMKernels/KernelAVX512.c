#define ECGD_LANES 16
#include "KernelAVX2.h"
#include "LSTMKernels.h"
#include "VectorTypes.h"

#if defined(__x86_64__)
#include <immintrin.h>

// As KernelAVX2.c, for machines with vectors of sixteen. Its results are those of KernelAVX2.c to
// the last bit: the same operations in the same order, two cells at a time.
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512vl,avx2,fma,f16c"))), \
                             apply_to = function)

ECGD_INLINE vf vf_splat(float x) { return (vf)_mm512_set1_ps(x); }
ECGD_INLINE vf vf_fma(vf a, vf b, vf c) {
  return (vf)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
}
// Both return their second operand where either is a NaN.
ECGD_INLINE vf vf_min(vf a, vf b) { return (vf)_mm512_min_ps((__m512)a, (__m512)b); }
ECGD_INLINE vf vf_max(vf a, vf b) { return (vf)_mm512_max_ps((__m512)a, (__m512)b); }
ECGD_INLINE vf vf_widen(const uint16_t *halves) {
  return (vf)_mm512_cvtph_ps(_mm256_load_si256((const __m256i *)halves));
}
// Two operations for what takes other units four: rounding to an integer, and p * 2^whole.
#define ECGD_SCALES
ECGD_INLINE vf vf_round(vf a) { return (vf)_mm512_roundscale_ps((__m512)a, 0); }
ECGD_INLINE vf vf_scale(vf p, vf whole) { return (vf)_mm512_scalef_ps((__m512)p, (__m512)whole); }
ECGD_INLINE v8 v8_splat(float x) { return (v8)_mm256_set1_ps(x); }
ECGD_INLINE v8 v8_fma(v8 a, v8 b, v8 c) {
  return (v8)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
}

// A vector holds two cells.
#define ECGD_CELLS 2
ECGD_INLINE vf cells_load(const float *const *from, int at) {
  __m512 low = _mm512_castps256_ps512(_mm256_load_ps(from[0] + at));
  return (vf)_mm512_insertf32x8(low, _mm256_load_ps(from[1] + at), 1);
}
ECGD_INLINE void cells_store(float *const *to, vf value) {
  _mm256_store_ps(to[0], _mm512_castps512_ps256((__m512)value));
  _mm256_store_ps(to[1], _mm512_extractf32x8_ps((__m512)value, 1));
}

// Thirty-two registers: up to twenty-four sums, the columns' weights, and one number. A row alone
// takes four blocks: they hide the latency, and more would be read from places so far apart that
// they fall into the same lines of the nearest cache.
#define ECGD_ROWS_LIMIT 12
#define ECGD_TILE_VECTORS 24
#define ECGD_TILE_BLOCKS(rows) ((rows) == 1 ? 4 : (rows) == 2 ? 4 : (rows) <= 6 ? 2 : 1)
#define ECGD_COLUMNS_HELD 16
#define ECGD_DEFINE_PRODUCTS                                                                     \
  ECGD_PRODUCTS(1, 1) ECGD_PRODUCTS(2, 1) ECGD_PRODUCTS(3, 1) ECGD_PRODUCTS(4, 1)                \
  ECGD_PRODUCTS(5, 1) ECGD_PRODUCTS(6, 1) ECGD_PRODUCTS(7, 1) ECGD_PRODUCTS(8, 1)                \
  ECGD_PRODUCTS(9, 1) ECGD_PRODUCTS(10, 1) ECGD_PRODUCTS(11, 1) ECGD_PRODUCTS(12, 1)             \
  ECGD_PRODUCTS(1, 4) ECGD_PRODUCTS(2, 4) ECGD_PRODUCTS(3, 2)                                    \
  ECGD_PRODUCTS(4, 2) ECGD_PRODUCTS(5, 2) ECGD_PRODUCTS(6, 2)
#define ECGD_SINGLE_PRODUCTS                                                                     \
  {ECGD_ENTRY(1, 1), ECGD_ENTRY(2, 1), ECGD_ENTRY(3, 1), ECGD_ENTRY(4, 1),                       \
   ECGD_ENTRY(5, 1), ECGD_ENTRY(6, 1), ECGD_ENTRY(7, 1), ECGD_ENTRY(8, 1),                       \
   ECGD_ENTRY(9, 1), ECGD_ENTRY(10, 1), ECGD_ENTRY(11, 1), ECGD_ENTRY(12, 1)}
#define ECGD_WIDE_PRODUCTS                                                                       \
  {ECGD_ENTRY(1, 4), ECGD_ENTRY(2, 4), ECGD_ENTRY(3, 2),                                         \
   ECGD_ENTRY(4, 2), ECGD_ENTRY(5, 2), ECGD_ENTRY(6, 2)}

// AMD's family 19h (Zen 4) takes a vector of sixteen in two parts; where a window is alone, it widens
// halves faster eight at a time.
#define ECGD_STEP_ELSEWHERE(s) \
  ((s)->half && (s)->windows == 1 && __builtin_cpu_is("amdfam19h") ? ecgd_step_avx2 : 0)

#define ECGD_NAME(x) x##_avx512
#include "Gates.inc"
#include "Kernel.inc"

#pragma clang attribute pop

const ecgd_kernel *ecgd_kernel_avx512(void) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                 __builtin_cpu_supports("avx512vl") && ecgd_kernel_avx2()
             ? &kernel_avx512
             : 0;
}
#else
const ecgd_kernel *ecgd_kernel_avx512(void) { return 0; }
#endif
