// OpenBLAS as a peer: what one would write by hand. The products of a layer's inputs are one
// matrix product over all steps, a repeated latent's are computed once, the recurrent ones are a
// sgemv (one window) or a sgemm (many) per step; the gates are plain loops that the compiler turns
// into vectors.
//
//     worker_openblas LAYERS WINDOWS
//
// LAYERS: int32 repeats latent, encoder layers, decoder layers; of each layer int32 inputs, units,
// then float32 weight_ih [4 units, inputs], weight_hh [4 units, units], bias [4 units]; then
// weight [units] and bias [1] of the output.
#include <cblas.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { steps = 140, batch_limit = 256, layer_limit = 8 };

typedef struct {
  int inputs, units;
  float *weight_ih, *weight_hh, *bias;
} layer;

static layer layers[2 * layer_limit];
static int repeats_latent, encoder_count, decoder_count, stored_windows;
static float *output_weight, output_bias, *stored;
static float *gates, *even, *odd, *cell, *input, *result;

static void *take(FILE *f, size_t floats) {
  float *p = aligned_alloc(64, (floats * 4 + 63) / 64 * 64);
  if (!p || fread(p, 4, floats, f) != floats) exit(65);
  return p;
}

static void load(const char *path) {
  FILE *f = fopen(path, "rb");
  int head[3];
  if (!f || fread(head, 4, 3, f) != 3) exit(66);
  repeats_latent = head[0], encoder_count = head[1], decoder_count = head[2];
  int units = 0;
  for (int i = 0; i < encoder_count + decoder_count; i++) {
    layer *l = layers + i;
    if (fread(&l->inputs, 4, 1, f) != 1 || fread(&l->units, 4, 1, f) != 1) exit(65);
    l->weight_ih = take(f, 4 * l->units * l->inputs);
    l->weight_hh = take(f, 4 * l->units * l->units);
    l->bias = take(f, 4 * l->units);
    units = l->units;
  }
  output_weight = take(f, units);
  output_bias = *(float *)take(f, 1);
  fclose(f);
}

static inline float sigmoid(float x) { return 1 / (1 + expf(-x)); }

// [step][window][inputs] to [step][window][units]; with a constant input, one step of it.
static void run_layer(const layer *l, const float *x, int constant, float *h, int windows) {
  int n = 4 * l->units, rows = (constant ? 1 : steps) * windows;
  for (int r = 0; r < rows; r++) memcpy(gates + (size_t)r * n, l->bias, 4 * n);
  if (constant && windows == 1)
    cblas_sgemv(CblasRowMajor, CblasNoTrans, n, l->inputs, 1, l->weight_ih, l->inputs, x, 1, 1,
                gates, 1);
  else
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, rows, n, l->inputs, 1, x, l->inputs,
                l->weight_ih, l->inputs, 1, gates, n);
  float *sums = gates + (size_t)steps * windows * n;
  memset(cell, 0, 4 * l->units * windows);
  for (int t = 0; t < steps; t++) {
    memcpy(sums, gates + (constant ? 0 : (size_t)t * windows * n), 4 * (size_t)windows * n);
    const float *before = h + (size_t)(t - 1) * windows * l->units;
    if (t > 0 && windows == 1)
      cblas_sgemv(CblasRowMajor, CblasNoTrans, n, l->units, 1, l->weight_hh, l->units, before, 1, 1,
                  sums, 1);
    else if (t > 0)
      cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, windows, n, l->units, 1, before,
                  l->units, l->weight_hh, l->units, 1, sums, n);
    for (int w = 0; w < windows; w++) {
      const float *restrict s = sums + (size_t)w * n;
      float *restrict c = cell + w * l->units;
      float *restrict out = h + ((size_t)t * windows + w) * l->units;
      int u = l->units;
      for (int k = 0; k < u; k++) {
        c[k] = sigmoid(s[u + k]) * c[k] + sigmoid(s[k]) * (2 * sigmoid(2 * s[2 * u + k]) - 1);
        out[k] = sigmoid(s[3 * u + k]) * (2 * sigmoid(2 * c[k]) - 1);
      }
    }
  }
}

static void compute(int windows) {
  const float *x = input;
  float *h[2] = {even, odd};
  int count = encoder_count + decoder_count;
  for (int i = 0; i < count; i++) {
    int constant = i == encoder_count && repeats_latent;
    if (constant) x += (size_t)(steps - 1) * windows * layers[i].inputs;
    run_layer(layers + i, x, constant, h[i % 2], windows);
    x = h[i % 2];
  }
  int units = layers[count - 1].units;
  for (int r = 0; r < steps * windows; r++) result[r] = output_bias;
  cblas_sgemv(CblasRowMajor, CblasNoTrans, steps * windows, units, 1, x, units, output_weight, 1, 1,
              result, 1);
}

static void set_input(int windows) {
  for (int t = 0; t < steps; t++)
    for (int w = 0; w < windows; w++)
      input[t * windows + w] = stored[(w % stored_windows) * steps + t];
}

static long long nanoseconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

int main(int argc, char **argv) {
  if (argc != 3) return 64;
  openblas_set_num_threads(1);
  load(argv[1]);
  FILE *f = fopen(argv[2], "rb");
  if (!f) return 66;
  fseek(f, 0, SEEK_END);
  stored_windows = (int)(ftell(f) / 4 / steps);
  rewind(f);
  stored = take(f, (size_t)stored_windows * steps);
  int units = 0;
  for (int i = 0; i < encoder_count + decoder_count; i++)
    if (layers[i].units > units) units = layers[i].units;
  size_t rows = (size_t)steps * batch_limit;
  gates = aligned_alloc(64, (rows + batch_limit) * 4 * units * 4);
  even = aligned_alloc(64, rows * units * 4), odd = aligned_alloc(64, rows * units * 4);
  cell = aligned_alloc(64, (size_t)batch_limit * units * 4);
  input = aligned_alloc(64, rows * 4), result = aligned_alloc(64, rows * 4);
  printf("ready %s, %s\n", openblas_get_config(), openblas_get_corename());
  fflush(stdout);
  char line[4096], path[2048];
  int batch, times;
  while (fgets(line, sizeof line, stdin)) {
    if (sscanf(line, "run %d %d", &batch, &times) == 2 && batch <= batch_limit) {
      set_input(batch);
      long long start = nanoseconds();
      for (int i = 0; i < times; i++) compute(batch);
      printf("%lld\n", nanoseconds() - start);
    } else if (sscanf(line, "output %d %2047s", &batch, path) == 2 && batch <= batch_limit) {
      set_input(batch);
      compute(batch);
      FILE *out = fopen(path, "wb");
      for (int w = 0; out && w < batch; w++)
        for (int t = 0; t < steps; t++) fwrite(result + t * batch + w, 4, 1, out);
      if (out) fclose(out);
      printf("%s\n", out ? "ok" : "cannot write");
    } else {
      printf("unknown\n");
    }
    fflush(stdout);
  }
}
