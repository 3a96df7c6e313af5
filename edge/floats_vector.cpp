// The 128-bit vectors that every target of ours has.
#define LITEHEART_LANES 4
#include "edge/attention.h"
#include "edge/gemm.h"
#include "edge/kernel_paths.h"

namespace liteheart::edge {

void vector_gemm(const Gemm& g) { gemm<6, 4>(g); }
void vector_attention(const Head& h) { attention(h); }

}  // namespace liteheart::edge
