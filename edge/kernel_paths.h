// The functions that kernels.cpp puts into tables. Those of one path stand in two sources, because
// sums of floats gain by fused products and those of bytes must not have them: see CMakeLists.txt.
#pragma once

#include "edge/kernels.h"

namespace liteheart::edge {

#define LITEHEART_KERNEL_PATH(path)           \
  void path##_gemm(const Gemm& g);            \
  void path##_toom_cook(const ToomCook& c);   \
  void path##_attention(const Head& h);       \
  void path##_byte_gemm(const ByteGemm& g);   \
  void path##_attention_exact(const Head& h); \
  void path##_to_bytes(const float* from, std::size_t count, const Elements& to)

LITEHEART_KERNEL_PATH(reference);
LITEHEART_KERNEL_PATH(vector);
LITEHEART_KERNEL_PATH(avx2);
LITEHEART_KERNEL_PATH(avx512);

void avxvnni_byte_gemm(const ByteGemm& g);   // the rest of this path is `avx2`'s,
void neon_dot_byte_gemm(const ByteGemm& g);  // and of this `vector`'s

#undef LITEHEART_KERNEL_PATH

}  // namespace liteheart::edge
