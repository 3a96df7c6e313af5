// The 128-bit vectors that every target of ours has.
#define LITEHEART_LANES 4
#include "edge/attention.h"
#include "edge/kernel_paths.h"
#include "edge/toom_cook.h"

namespace liteheart::edge {

void vector_gemm(const Gemm& g) { gemm<6, 4>(g); }
void vector_toom_cook(const ToomCook& c) { toom_cook<6, 4>(c); }
void vector_attention(const Head& h) { attention(h); }

}  // namespace liteheart::edge
