#include "LSTMKernels.h"
#include "VectorTypes.h"

#if defined(__aarch64__)
#include <arm_neon.h>

// NEON is part of every 64-bit ARM, so nothing is dispatched here.

ECGD_INLINE float32x4_t low_half(vf a) { return __builtin_shufflevector(a, a, 0, 1, 2, 3); }
ECGD_INLINE float32x4_t high_half(vf a) { return __builtin_shufflevector(a, a, 4, 5, 6, 7); }
ECGD_INLINE vf join(float32x4_t low, float32x4_t high) {
  return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7);
}

ECGD_INLINE vf vf_splat(float x) { return (vf)x; }
ECGD_INLINE vf vf_fma(vf a, vf b, vf c) {
  return join(vfmaq_f32(low_half(c), low_half(a), low_half(b)),
              vfmaq_f32(high_half(c), high_half(a), high_half(b)));
}
// Both return a NaN where either is one.
ECGD_INLINE vf vf_min(vf a, vf b) {
  return join(vminq_f32(low_half(a), low_half(b)), vminq_f32(high_half(a), high_half(b)));
}
ECGD_INLINE vf vf_max(vf a, vf b) {
  return join(vmaxq_f32(low_half(a), low_half(b)), vmaxq_f32(high_half(a), high_half(b)));
}
ECGD_INLINE vf vf_widen(const uint16_t *halves) {
  float16x8_t eight = vreinterpretq_f16_u16(vld1q_u16(halves));
  return join(vcvt_f32_f16(vget_low_f16(eight)), vcvt_high_f32_f16(eight));
}

#define ECGD_NAME(x) x##_neon
#include "SmallTiles.inc"
#include "Gates.inc"
#include "Kernel.inc"

const ecgd_kernel *ecgd_kernel_neon(void) { return &kernel_neon; }
#else
const ecgd_kernel *ecgd_kernel_neon(void) { return 0; }
#endif
