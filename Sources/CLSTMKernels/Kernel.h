// The kernels, for whichever vector unit the including file has set up. ECGD_NAME(x) names them.

// acc[4 * row + gate] += x[row][k] * w[k][gate], for `rows` rows, k rising. Twelve accumulators
// and four operands fill sixteen registers, so the loop must not be unrolled into spills.
#define ECGD_ACCUMULATE(ROWS)                                                        \
  ECGD_INLINE void accumulate_##ROWS(v8 *acc, const float *x, intptr_t stride,       \
                                     const float *w, intptr_t n) {                   \
    v8 a[4 * ROWS];                                                                  \
    for (int j = 0; j < 4 * ROWS; j++) a[j] = acc[j];                                \
    _Pragma("clang loop unroll(disable)") for (intptr_t k = 0; k < n; k++, w += 32) { \
      v8 b[ROWS];                                                                    \
      for (int r = 0; r < ROWS; r++) b[r] = v8_splat(x[r * stride + k]);             \
      for (int j = 0; j < 4; j++) {                                                  \
        v8 column = *(const v8 *)(w + 8 * j);                                        \
        for (int r = 0; r < ROWS; r++)                                               \
          a[4 * r + j] = v8_fma(column, b[r], a[4 * r + j]);                         \
      }                                                                              \
    }                                                                                \
    for (int j = 0; j < 4 * ROWS; j++) acc[j] = a[j];                                \
  }
ECGD_ACCUMULATE(1)
ECGD_ACCUMULATE(2)
ECGD_ACCUMULATE(3)

// The same for one row and two blocks: eight accumulators hide the latency of the products.
ECGD_INLINE void accumulate_pair(v8 *acc, const float *x, const float *w0, const float *w1,
                                 intptr_t n) {
  v8 a[8];
  for (int j = 0; j < 8; j++) a[j] = acc[j];
  _Pragma("clang loop unroll(disable)") for (intptr_t k = 0; k < n; k++, w0 += 32, w1 += 32) {
    v8 b = v8_splat(x[k]);
    for (int j = 0; j < 4; j++) a[j] = v8_fma(*(const v8 *)(w0 + 8 * j), b, a[j]);
    for (int j = 0; j < 4; j++) a[4 + j] = v8_fma(*(const v8 *)(w1 + 8 * j), b, a[4 + j]);
  }
  for (int j = 0; j < 8; j++) acc[j] = a[j];
}

#define ECGD_STEP(ROWS)                                                                      \
  ECGD_INLINE void step_##ROWS(const ecgd_lstm_step *s, intptr_t block, intptr_t window) {   \
    v8 acc[4 * ROWS];                                                                        \
    for (int r = 0; r < ROWS; r++)                                                           \
      for (int j = 0; j < 4; j++)                                                            \
        acc[4 * r + j] =                                                                     \
            *(const v8 *)(s->init + (window + r) * s->init_stride + block * 32 + 8 * j);     \
    accumulate_##ROWS(acc, s->x + window * s->x_stride, s->x_stride,                         \
                      s->input_weights + block * s->inputs * 32, s->inputs);                 \
    accumulate_##ROWS(acc, s->h + window * s->h_stride, s->h_stride,                         \
                      s->recurrent_weights + block * s->weight_rows * 32, s->units);         \
    for (int r = 0; r < ROWS; r++)                                                           \
      gates_v8(acc[4 * r], acc[4 * r + 1], acc[4 * r + 2], acc[4 * r + 3], s->first,         \
               s->c + (window + r) * s->c_stride + block * 8,                                \
               s->h_out + (window + r) * s->h_out_stride + block * 8);                       \
  }
ECGD_STEP(1)
ECGD_STEP(2)
ECGD_STEP(3)

ECGD_INLINE void step_pair(const ecgd_lstm_step *s, intptr_t block) {
  v8 acc[8];
  for (int j = 0; j < 8; j++) acc[j] = *(const v8 *)(s->init + block * 32 + 8 * j);
  const float *w = s->input_weights + block * s->inputs * 32;
  accumulate_pair(acc, s->x, w, w + s->inputs * 32, s->inputs);
  w = s->recurrent_weights + block * s->weight_rows * 32;
  accumulate_pair(acc, s->h, w, w + s->weight_rows * 32, s->units);
  for (int b = 0; b < 2; b++)
    gates_v8(acc[4 * b], acc[4 * b + 1], acc[4 * b + 2], acc[4 * b + 3], s->first,
             s->c + (block + b) * 8, s->h_out + (block + b) * 8);
}

// Rows in threes while that leaves none, two or four over: four rows are cheaper as two and two
// than as three and one.
ECGD_INLINE bool take_three(intptr_t left) { return left >= 3 && left != 4; }

static void ECGD_NAME(step)(const ecgd_lstm_step *s) {
  intptr_t block = 0;
  if (s->windows == 1) {
    for (; block + 2 <= s->blocks; block += 2) step_pair(s, block);
  }
  for (; block < s->blocks; block++) {
    intptr_t window = 0;
    while (window < s->windows) {
      intptr_t left = s->windows - window;
      if (take_three(left)) {
        step_3(s, block, window);
        window += 3;
      } else if (left >= 2) {
        step_2(s, block, window);
        window += 2;
      } else {
        step_1(s, block, window);
        window += 1;
      }
    }
  }
}

#define ECGD_PROJECT(ROWS)                                                                  \
  ECGD_INLINE void project_##ROWS(const ecgd_rows *p, intptr_t block, intptr_t row) {       \
    v8 acc[4 * ROWS];                                                                       \
    for (int r = 0; r < ROWS; r++)                                                          \
      for (int j = 0; j < 4; j++)                                                           \
        acc[4 * r + j] =                                                                    \
            *(const v8 *)(p->init + (row + r) * p->init_stride + block * 32 + 8 * j);       \
    accumulate_##ROWS(acc, p->x + row * p->x_stride, p->x_stride,                           \
                      p->weights + block * p->inputs * 32, p->inputs);                      \
    for (int r = 0; r < ROWS; r++)                                                          \
      for (int j = 0; j < 4; j++)                                                           \
        *(v8 *)(p->out + (row + r) * p->out_stride + block * 32 + 8 * j) = acc[4 * r + j];  \
  }
ECGD_PROJECT(1)
ECGD_PROJECT(2)
ECGD_PROJECT(3)

static void ECGD_NAME(project)(const ecgd_rows *p) {
  for (intptr_t block = 0; block < p->blocks; block++) {
    intptr_t row = 0;
    while (row < p->rows) {
      intptr_t left = p->rows - row;
      if (take_three(left)) {
        project_3(p, block, row);
        row += 3;
      } else if (left >= 2) {
        project_2(p, block, row);
        row += 2;
      } else {
        project_1(p, block, row);
        row += 1;
      }
    }
  }
}

// Eight rows of eight outputs at a time. Rows past the last one repeat it, which costs nothing
// but the time and keeps one path.
static void ECGD_NAME(linear)(const ecgd_rows *p) {
  for (intptr_t block = 0; block < p->blocks; block++) {
    for (intptr_t row = 0; row < p->rows; row += 8) {
      const float *x[8];
      v8 acc[8];
      for (int r = 0; r < 8; r++) {
        intptr_t index = row + r < p->rows ? row + r : p->rows - 1;
        x[r] = p->x + index * p->x_stride;
        acc[r] = *(const v8 *)(p->init + index * p->init_stride + block * 8);
      }
      const float *w = p->weights + block * p->inputs * 8;
      _Pragma("clang loop unroll(disable)") for (intptr_t k = 0; k < p->inputs; k++, w += 8) {
        v8 column = *(const v8 *)w;
        for (int r = 0; r < 8; r++) acc[r] = v8_fma(column, v8_splat(x[r][k]), acc[r]);
      }
      for (int r = 0; r < 8 && row + r < p->rows; r++)
        *(v8 *)(p->out + (row + r) * p->out_stride + block * 8) = acc[r];
    }
  }
}

static const ecgd_kernel ECGD_NAME(kernel) = {ECGD_NAME(step), ECGD_NAME(project),
                                              ECGD_NAME(linear)};
