#include <cmath>
#include <cstring>

#include "edge/kernel_paths.h"
#include "edge/quantize.h"

namespace liteheart::edge {

void reference_gemm(const Gemm& g) {
  for (std::size_t t = 0; t < g.rows; ++t) {
    for (std::size_t c = 0; c < g.columns; ++c) {
      float y = g.bias[c];
      for (std::size_t k = 0; k < g.depth; ++k)
        y += g.in[t * g.in_step + k] * g.weight[weight_at(g.depth, g.columns, k, c)];
      if (g.leaky && y < 0) y *= kLeakySlope;
      if (g.add != nullptr) y += g.add[t * g.columns + c];
      g.out[t * g.columns + c] = y;
    }
  }
}

void reference_toom_cook(const ToomCook& c) {
  // The input's three polynomials at the points, a product for each, and back: by the matrices.
  constexpr float kIn[kToomPoints][5] = {
      {2, -1, -2, 1, 0}, {0, -2, -1, 1, 0}, {0, 2, -3, 1, 0}, {0, -1, 0, 1, 0}, {0, 2, -1, -2, 1}};
  constexpr float kOut[kToomOutputs][kToomPoints] = {
      {1, 1, 1, 1, 0}, {0, 1, -1, 2, 0}, {0, 1, 1, 4, 1}};
  const std::size_t depth = c.groups * c.channels;
  for (std::size_t t = 0; t < c.rows; ++t) {
    const std::size_t in_tile = t % kToomOutputs;
    float* points = c.scratch;  // [point][depth]
    for (std::size_t i = 0; i < kToomPoints * depth && in_tile == 0; ++i) {
      const std::size_t k = i % depth;
      const float* x = c.in + (t + k / c.channels * kToomOutputs) * c.channels + k % c.channels;
      points[i] = 0;
      for (std::size_t j = 0; j < 5; ++j) points[i] += kIn[i / depth][j] * x[j * c.channels];
    }
    for (std::size_t column = 0; column < c.columns; ++column) {
      float y = c.bias[column];
      for (std::size_t p = 0; p < kToomPoints; ++p) {
        const float* weight = c.weight + p * depth * c.columns;
        const std::size_t there = p + 1 < kToomPoints ? depth : c.end_depth;
        float product = 0;
        for (std::size_t k = 0; k < there; ++k)
          product += points[p * depth + k] * weight[weight_at(there, c.columns, k, column)];
        y += kOut[in_tile][p] * product;
      }
      if (c.leaky && y < 0) y *= kLeakySlope;
      if (c.add != nullptr) y += c.add[t * c.columns + column];
      c.out[t * c.columns + column] = y;
    }
  }
}

namespace {

/// attention.h's, one number at a time.
float power_of_two(float x) {
  x = x > kLowestPower ? x : kLowestPower;
  const float shifted = x + kRoundToWhole, r = x - (shifted - kRoundToWhole);
  float p = 0;
  for (const float factor : kPowerOfTwoInBytes) p = p * r + factor;
  std::uint32_t bits;
  std::memcpy(&bits, &shifted, sizeof bits);
  bits = (bits + 127) << 23;
  float scale;
  std::memcpy(&scale, &bits, sizeof scale);
  return p * scale;
}

void attention(const Head& h, float query_scale, float (*power)(float)) {
  float* weight = h.scratch;
  for (std::size_t t = 0; t < h.time; ++t) {
    const std::size_t seen = h.causal ? t + 1 : h.time;
    float highest = -3e38F, total = 0;
    for (std::size_t j = 0; j < seen; ++j) {
      weight[j] = 0;
      for (std::size_t d = 0; d < h.width; ++d)
        weight[j] += h.query[t * h.in_step + d] * query_scale * h.key[j * h.in_step + d];
      highest = weight[j] > highest ? weight[j] : highest;
    }
    for (std::size_t j = 0; j < seen; ++j) total += weight[j] = power(weight[j] - highest);
    for (std::size_t d = 0; d < h.width; ++d) {
      float y = 0;
      for (std::size_t j = 0; j < seen; ++j) y += weight[j] * h.value[j * h.in_step + d];
      h.out[t * h.out_step + d] = y * (1 / total);
    }
  }
}

/// The number that lies there, of a byte without scale and zero.
float read(const Elements& from, std::size_t at) {
  return from.bytes ? static_cast<float>(static_cast<const std::uint8_t*>(from.data)[at])
                    : static_cast<const float*>(from.data)[at];
}

}  // namespace

void reference_attention(const Head& h) {
  attention(h, h.scale, [](float x) { return std::exp(x); });
}
void reference_attention_exact(const Head& h) { attention(h, h.scale * kLog2E, power_of_two); }

void reference_to_bytes(const float* from, std::size_t count, const Elements& to) {
  const float inverse = 1 / to.scale;
  for (std::size_t i = 0; i < count; ++i)
    static_cast<std::uint8_t*>(to.data)[i] = to_byte(from[i], inverse, to.zero);
}

void reference_byte_gemm(const ByteGemm& g) {
  const Added added(g.add, g.out);
  for (std::size_t t = 0; t < g.rows; ++t) {
    for (std::size_t c = 0; c < g.columns; ++c) {
      std::int32_t sum = 0;
      for (std::size_t k = 0; k < g.depth; ++k) {
        sum += g.in[t * g.in_step + k] *
               g.weight[(k / kDepthMultiple * g.columns + c) * kDepthMultiple + k % kDepthMultiple];
      }
      float y = static_cast<float>(sum) * g.scale[c];
      y += g.bias[c];
      if (g.leaky && !(y > 0)) y *= kLeakySlope;
      const std::size_t at = t * g.columns + c;
      float more = added.offset;
      if (g.add.data != nullptr) more += read(g.add, at) * added.factor;
      y += more;
      if (g.out.bytes)
        static_cast<std::uint8_t*>(g.out.data)[at] = nearest_byte(y);
      else
        static_cast<float*>(g.out.data)[at] = y;
    }
  }
}

}  // namespace liteheart::edge
