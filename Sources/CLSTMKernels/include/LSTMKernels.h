#pragma once
#include <stdbool.h>
#include <stdint.h>

// The vector kernels of LSTM inference, for AVX-512, for AVX2 with FMA and for NEON. Every pointer
// is aligned to 32 bytes and every stride is a multiple of 8 floats, except where noted.
//
// Units are computed in blocks of 8 and padded with zero weights. Weights of a block lie as
// [column][i x 8, f x 8, g x 8, o x 8], in one of two storages:
//   float32: scaled so that a gate is made from 2^(sum), by -log2(e) for i, f and o, and by
//            -2 log2(e) for g; so are init and every sum.
//   half:    IEEE binary16, not scaled (that would round them twice), widened where they are
//            used; sums are scaled when the gates are made of them. The same weights may be given
//            widened before, as unscaled float32: the sums are the same.
//
// The sum of one output starts from its initial value and adds one fused product per column, in
// the order of the columns, in every function below and for every number of windows: a window's
// result does not depend on what is computed beside it.

// One LSTM step of some windows.
typedef struct {
  const float *init;          // [window][block][32]: bias, or bias and hoisted products
  intptr_t init_stride;       // floats from window to window; 0 where all start from the bias
  const float *x;             // [window][inputs], 4-byte aligned, any stride
  intptr_t x_stride;
  const void *input_weights;  // [block][inputs][32]
  intptr_t inputs;            // 0 where the input's products are in init already
  const float *h;             // [window][units]: the previous hidden state
  intptr_t h_stride;
  const void *recurrent_weights;  // [block][weight_rows][32]
  intptr_t weight_rows;
  intptr_t units;  // weight_rows, or 0 at the first step, whose hidden state is zero
  float *c;        // [window][blocks * 8]: the cell state, updated in place
  intptr_t c_stride;
  float *h_out;  // [window][blocks * 8]: the new hidden state; not the memory of h
  intptr_t h_out_stride;
  intptr_t blocks;
  intptr_t windows;
  bool first;  // the cell state is zero; c is written and not read
  bool half;   // the storage of both weights
  bool scales;  // sums are scaled here, as weights and init are not
  // Blocks are computed from the last to the first. Steps that alternate find the end of the
  // weights still in a cache that cannot hold all of them.
  bool backwards;
} ecgd_lstm_step;

// Products of rows with packed weights: out[row][block][width] = init + sum over columns.
typedef struct {
  const float *init;  // [row][block][width]
  intptr_t init_stride;
  const float *x;  // [row][inputs], 4-byte aligned, any stride
  intptr_t x_stride;
  const void *weights;  // [block][inputs][width]
  intptr_t inputs;
  float *out;
  intptr_t out_stride;
  intptr_t blocks;
  intptr_t rows;
  bool half;  // the storage of the weights; false for width 8
} ecgd_rows;

typedef struct {
  void (*step)(const ecgd_lstm_step *);
  void (*project)(const ecgd_rows *);  // width 32: the gates of a block
  void (*linear)(const ecgd_rows *);   // width 8
  // For benchmarks: so many rounds of 24 independent fused products of this unit's vectors, and a
  // sum over `count` floats (a multiple of 128) that lie at a multiple of 64 bytes.
  float (*fma_rounds)(intptr_t rounds);
  float (*read)(const float *from, intptr_t count);
  intptr_t lanes;  // floats of one vector
} ecgd_kernel;

// The kernel of this machine's vector unit, or NULL where this build or this machine has none.
const ecgd_kernel *ecgd_kernel_avx512(void);
const ecgd_kernel *ecgd_kernel_avx2(void);
const ecgd_kernel *ecgd_kernel_neon(void);
