// What the networks are computed with: one table of functions for each instruction set, chosen when
// the program runs. All give the reference's results to rounding.
#pragma once

#include <cstddef>

namespace liteheart::edge {

inline constexpr float kLeakySlope = 0.01F;
inline constexpr std::size_t kColumnMultiple = 16;

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
  return (2 * width + 1) * ((time + kColumnMultiple - 1) / kColumnMultiple * kColumnMultiple);
}

struct Kernels {
  const char* name;
  void (*gemm)(const Gemm&);
  void (*attention)(const Head&);
};

/// Plain loops: what the others are tested against.
const Kernels& reference_kernels();
/// The kernel paths that this processor can run, slowest first; the first is the reference.
/// Returns how many there are, at most `most` of which are written to `paths`.
std::size_t kernel_paths(const Kernels** paths, std::size_t most);
/// The fastest of them.
const Kernels& best_kernels();

}  // namespace liteheart::edge
