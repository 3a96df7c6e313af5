// The 128-bit vectors that every target of ours has.
#define LITEHEART_LANES 4
#include "edge/attention.h"
#include "edge/kernel_paths.h"
#include "edge/toom_cook.h"

namespace liteheart::edge {
namespace {

// As many sums as stay in registers: of 32, of 8, of the 15 that V8 leaves of 16, where two rows of
// a whole cache line take an eighth less time than four of half of one, or of 16.
#if defined(__aarch64__)
constexpr int kRows = 6, kVectors = 4;
#elif defined(__ARM_FEATURE_MVE)
constexpr int kRows = 2, kVectors = 2;
#elif defined(__wasm__)
constexpr int kRows = 2, kVectors = 4;
#else
constexpr int kRows = 4, kVectors = 2;
#endif

}  // namespace

void vector_gemm(const Gemm& g) { gemm<kRows, kVectors>(g); }
void vector_toom_cook(const ToomCook& c) { toom_cook<kRows, kVectors>(c); }
void vector_attention(const Head& h) { attention<kPowerOfTwo>(h); }

}  // namespace liteheart::edge
