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

/// Weights of floats stand in panels of so many columns, one behind the other, the last as wide as
/// what is left: what a tile of rows needs is then read in one go.
inline constexpr std::size_t kPanel = 64;
/// Where weight [k][c] of [depth][columns] stands.
constexpr std::size_t weight_at(std::size_t depth, std::size_t columns, std::size_t k,
                                std::size_t c) {
  const std::size_t first = c / kPanel * kPanel,
                    width = columns - first < kPanel ? columns - first : kPanel;
  return first * depth + k * width + (c - first);
}

/// out[t][c] = leaky(bias[c] + sum over k of in[t * in_step + k] * weight[k][c]) + add[t][c].
struct Gemm {
  const float* in;                            // row t begins at in + t * in_step; rows may overlap
  const float* weight;                        // [depth][columns], in panels
  const float* bias;                          // [columns]
  const float* add;                           // [rows][columns], or null; may be out
  float* out;                                 // [rows][columns]
  std::size_t rows, columns, depth, in_step;  // columns: a multiple of kColumnMultiple
  bool leaky;
};

/// As Gemm, a convolution by Toom-Cook's F(3, 3): three rows of the output at a time, with 5
/// products for each three taps instead of 9. Where the stride is more than 1, so many rows of the
/// input count as one of so many times the channels. See toom_cook.h.
struct ToomCook {
  const float* in;      // [toom_cook_rows(rows, groups)][channels]
  const float* weight;  // toom_cook_weight_count(...): [groups x channels][columns] for each point
                        // but the last, [end_depth][columns] for that, in panels
  const float* bias;    // [columns]
  const float* add;     // [rows][columns], or null; may be out
  float* out;           // [rows][columns]
  float* scratch;       // toom_cook_scratch(columns, channels, groups) floats
  std::size_t rows, columns, channels, groups;  // columns, channels: multiples of kColumnMultiple;
                                                // groups: of three taps
  std::size_t end_depth;  // the first of groups x channels, which alone have a third tap
  bool leaky;
};
inline constexpr std::size_t kToomPoints = 5, kToomOutputs = 3;
inline constexpr std::size_t kToomTiles = 64;  // of three rows, worked on together
/// Rows of the input that are read, from where the first tap of the first row lies.
constexpr std::size_t toom_cook_rows(std::size_t rows, std::size_t groups) {
  const std::size_t tiles = (rows + kToomOutputs - 1) / kToomOutputs;
  return kToomOutputs * (tiles + groups) - 1;
}
constexpr std::size_t toom_cook_groups(std::size_t taps, std::size_t stride) {
  return ((taps + stride - 1) / stride + 2) / 3;
}
/// Of the rows of the input that the groups' first taps see, stride for each group, those whose
/// third tap, 2 x stride taps on, is one of `taps` too: the first so many.
constexpr std::size_t toom_cook_thirds(std::size_t taps, std::size_t stride) {
  std::size_t rows = 0;
  for (std::size_t first = 2 * stride; first < taps; first += 3 * stride)
    rows += taps - first < stride ? taps - first : stride;
  return rows;
}
/// depth: groups x channels. In 64 bits, for what a file may say.
constexpr std::uint64_t toom_cook_weight_count(std::uint64_t columns, std::uint64_t depth,
                                               std::uint64_t end_depth) {
  return ((kToomPoints - 1) * depth + end_depth) * columns;
}
constexpr std::size_t toom_cook_scratch(std::size_t columns, std::size_t channels,
                                        std::size_t groups) {
  return kToomPoints * ((kToomTiles + groups - 1) * channels + kToomTiles * columns) + columns;
}

/// Rows of an activation whose elements are floats, or bytes that stand for scale * (byte - zero).
struct Elements {
  void* data;  // null: none
  bool bytes;
  float scale;
  std::uint8_t zero;
};

/// As Gemm, from bytes: y = leaky(scale[c] * sum over k of in[t * in_step + k] * weight[k][c] +
/// bias[c]) in steps of the output, of which a byte is one; out[t][c] = y + (add[t][c], as the
/// number that lies there, * Added::factor + Added::offset), rounded if to a byte. The sum is in
/// integers, the rest in floats, an operation at a time in this order. Up to kDepthMultiple - 1
/// bytes behind a row are read, against weights of 0.
struct ByteGemm {
  const std::uint8_t* in;
  const std::int8_t* weight;                  // [depth / 4][columns][4], -127..127
  const std::int32_t* sum;                    // [columns]: of a column's weights, for paths that
                                              // take inputs less 128
  const float *scale, *bias;                  // [columns], finite: for bytes as they are, the
                                              // input's zero taken into the bias
  Elements add, out;                          // [rows][columns]; add may be out
  std::size_t rows, columns, depth, in_step;  // depth: a multiple of kDepthMultiple
  bool leaky;
};

/// What takes the numbers of ByteGemm's add to steps of its output, both zeros included.
struct Added {
  float factor, offset;
  Added(const Elements& add, const Elements& out)
      : factor((add.bytes ? add.scale : 1) / (out.bytes ? out.scale : 1)),
        offset(add.bytes ? -static_cast<float>(add.zero) * factor : 0) {
    if (out.bytes) offset += static_cast<float>(out.zero);
  }
};

/// One head of attention: softmax(scale * query . key) . value, all of them finite.
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
  void (*toom_cook)(const ToomCook&);
  void (*attention)(const Head&);
  void (*byte_gemm)(const ByteGemm&);
  void (*attention_exact)(const Head&);
  /// to[i], a byte, is the one nearest to from[i].
  void (*to_bytes)(const float* from, std::size_t count, const Elements& to);
};

/// Plain loops: what the others are tested against.
const Kernels& reference_kernels();
/// The kernel paths that this processor can run, slowest first; the first is the reference.
/// Returns how many there are, at most `most` of which are written to `paths`.
std::size_t kernel_paths(const Kernels** paths, std::size_t most);
/// The fastest of them.
const Kernels& best_kernels();

}  // namespace liteheart::edge
