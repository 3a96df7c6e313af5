#include <cmath>

#include "edge/kernels.h"

namespace liteheart::edge {
namespace {

void gemm(const Gemm& g) {
  for (std::size_t t = 0; t < g.rows; ++t) {
    for (std::size_t c = 0; c < g.columns; ++c) {
      float y = g.bias[c];
      for (std::size_t k = 0; k < g.depth; ++k)
        y += g.in[t * g.in_step + k] * g.weight[k * g.columns + c];
      if (g.leaky && y < 0) y *= kLeakySlope;
      if (g.add != nullptr) y += g.add[t * g.columns + c];
      g.out[t * g.columns + c] = y;
    }
  }
}

void attention(const Head& h) {
  float* weight = h.scratch;
  for (std::size_t t = 0; t < h.time; ++t) {
    const std::size_t seen = h.causal ? t + 1 : h.time;
    float highest = -3e38F, total = 0;
    for (std::size_t j = 0; j < seen; ++j) {
      float score = 0;
      for (std::size_t d = 0; d < h.width; ++d)
        score += h.query[t * h.in_step + d] * h.key[j * h.in_step + d];
      weight[j] = score * h.scale;
      highest = weight[j] > highest ? weight[j] : highest;
    }
    for (std::size_t j = 0; j < seen; ++j) total += weight[j] = std::exp(weight[j] - highest);
    for (std::size_t d = 0; d < h.width; ++d) {
      float y = 0;
      for (std::size_t j = 0; j < seen; ++j) y += weight[j] * h.value[j * h.in_step + d];
      h.out[t * h.out_step + d] = y / total;
    }
  }
}

}  // namespace

const Kernels& reference_kernels() {
  static const Kernels kernels = {"reference", gemm, attention};
  return kernels;
}

}  // namespace liteheart::edge
