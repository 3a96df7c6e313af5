// AVX2 with fused products and sums.
#define LITEHEART_LANES 8
#include "edge/attention.h"
#include "edge/kernel_paths.h"
#include "edge/toom_cook.h"

namespace liteheart::edge {

void avx2_gemm(const Gemm& g) { gemm<6, 2>(g); }
void avx2_toom_cook(const ToomCook& c) { toom_cook<6, 2>(c); }
void avx2_attention(const Head& h) { attention<kPowerOfTwo>(h); }

}  // namespace liteheart::edge
