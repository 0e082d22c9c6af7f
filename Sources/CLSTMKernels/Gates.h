// The gates of an LSTM cell from scaled sums. Included inside a target region, after the four
// operations v8_min, v8_max, v8_fma and v8_splat have been defined there.

// Beyond 2^40 the sigmoid is within 1e-12 of its limit, and products of three terms stay finite.
#define ECGD_EXPONENT_LIMIT 40.0f

// 2^x, to 1e-7 relative, for x between -40 and 40 (clamped). A NaN stays a NaN.
ECGD_INLINE v8 exp2_v8(v8 x) {
  const v8 magic = v8_splat(12582912.0f);  // 1.5 * 2^23: adding it rounds to an integer
  x = v8_max(v8_splat(-ECGD_EXPONENT_LIMIT), v8_min(v8_splat(ECGD_EXPONENT_LIMIT), x));
  v8 shifted = x + magic;
  v8 r = x - (shifted - magic);
  // Least maximal relative error on [-1/2, 1/2].
  v8 p = v8_splat(0.00015353362f);
  p = v8_fma(p, r, v8_splat(0.0013398875f));
  p = v8_fma(p, r, v8_splat(0.009618437f));
  p = v8_fma(p, r, v8_splat(0.055503324f));
  p = v8_fma(p, r, v8_splat(0.24022648f));
  p = v8_fma(p, r, v8_splat(0.6931472f));
  p = v8_fma(p, r, v8_splat(1.0f));
  // The low bits of `shifted` hold the integer; it is added to the exponent of p.
  return (v8)((i8)p + ((i8)shifted << 23));
}

// c' = f c + i g and h' = o tanh(c'), with one division for each.
ECGD_INLINE void gates_v8(v8 i, v8 f, v8 g, v8 o, bool first, float *c, float *h) {
  const v8 one = v8_splat(1.0f);
  v8 ei = exp2_v8(i), eg = exp2_v8(g), eo = exp2_v8(o);
  v8 ig = (one + ei) * (one + eg);
  v8 cell;
  if (first) {
    cell = (one - eg) / ig;
  } else {
    v8 ef = one + exp2_v8(f);
    cell = v8_fma(*(const v8 *)c, ig, (one - eg) * ef) / (ef * ig);
  }
  *(v8 *)c = cell;
  v8 ec = exp2_v8(cell * v8_splat(-2.88539008f));  // -2 log2(e)
  *(v8 *)h = (one - ec) / ((one + eo) * (one + ec));
}
