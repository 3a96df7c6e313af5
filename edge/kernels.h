// What the networks are computed with: one table of functions for each instruction set, chosen when
// the program runs. Those of floats give the reference's results to rounding, those of bytes and
// attention_exact its very bits.
#pragma once

#include <cstddef>
#include <cstdint>

namespace liteheart::edge {

inline constexpr float kLeakySlope = 0.01F;
inline constexpr std::size_t kColumnMultiple = 16;
inline constexpr std::size_t kMostLanes = 16;     // floats of the longest vectors
inline constexpr std::size_t kDepthMultiple = 4;  // of bytes that a dot product takes at once

/// out[t][c] = leaky(bias[c] + sum over k of in[t * in_step + k] * weight[k][c]) + add[t][c].
struct Gemm {
  const float* in;                            // row t begins at in + t * in_step; rows may overlap
  const float* weight;                        // [depth][columns]
  const float* bias;                          // [columns]
  const float* add;                           // [rows][columns], or null; may be out
  float* out;                                 // [rows][columns]
  std::size_t rows, columns, depth, in_step;  // columns: a multiple of kColumnMultiple
  bool leaky;
};

/// Rows of an activation whose elements are floats, or bytes that stand for scale * (byte - zero).
struct Elements {
  void* data;  // null: none
  bool bytes;
  float scale;
  std::uint8_t zero;
};

/// As Gemm, from bytes: out[t][c] = leaky(bias[c] + scale[c] * sum over k of
/// (in[t * in_step + k] - in_zero) * weight[k][c]) + add[t][c]; the sum in integers, the rest in
/// floats, an operation at a time in this order. Up to kDepthMultiple - 1 bytes behind a row are
/// read, against weights of 0.
struct ByteGemm {
  const std::uint8_t* in;
  const std::int8_t* weight;                  // [depth / 4][columns][4], -127..127
  const std::int32_t* sum;                    // [columns]: of a column's weights
  const float *scale, *bias;                  // [columns]
  Elements add, out;                          // [rows][columns]; add may be out
  std::size_t rows, columns, depth, in_step;  // depth: a multiple of kDepthMultiple
  std::uint8_t in_zero;
  bool leaky;
};

/// One head of attention: softmax(scale * query . key) . value.
struct Head {
  const float *query, *key, *value;  // row t begins at query + t * in_step
  float* out;                        // row t begins at out + t * out_step
  float* scratch;                    // attention_scratch(time, width) floats
  std::size_t time, width, in_step, out_step;
  float scale;
  bool causal;  // a row sees itself and those before
};
/// Floats of scratch for one head.
constexpr std::size_t attention_scratch(std::size_t time, std::size_t width) {
  return (time + width) * kMostLanes;
}

struct Kernels {
  const char* name;
  void (*gemm)(const Gemm&);
  void (*attention)(const Head&);
  void (*byte_gemm)(const ByteGemm&);
  void (*attention_exact)(const Head&);
};

/// Plain loops: what the others are tested against.
const Kernels& reference_kernels();
/// The kernel paths that this processor can run, slowest first; the first is the reference.
/// Returns how many there are, at most `most` of which are written to `paths`.
std::size_t kernel_paths(const Kernels** paths, std::size_t most);
/// The fastest of them.
const Kernels& best_kernels();

}  // namespace liteheart::edge
