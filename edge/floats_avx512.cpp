// AVX-512.
#define LITEHEART_LANES 16
#include "edge/attention.h"
#include "edge/kernel_paths.h"
#include "edge/toom_cook.h"

namespace liteheart::edge {

void avx512_gemm(const Gemm& g) { gemm<6, 4>(g); }
void avx512_toom_cook(const ToomCook& c) { toom_cook<8, 2>(c); }
void avx512_attention(const Head& h) { attention<kPowerOfTwo>(h); }

}  // namespace liteheart::edge
