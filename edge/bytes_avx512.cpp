// AVX-512 with VNNI.
#define LITEHEART_LANES 16
#include "edge/attention.h"
#include "edge/byte_gemm.h"
#include "edge/kernel_paths.h"

namespace liteheart::edge {
namespace {

struct Vnni {
  using Part = __m512i;
  static constexpr int kParts = 1, kTogether = 1, kLess = 0;
  static Part inputs(const std::uint8_t* from) {
    int four;
    std::memcpy(&four, from, sizeof four);
    return _mm512_set1_epi32(four);
  }
  static Part weights(const std::int8_t* from, int p) { return _mm512_loadu_si512(from + 64 * p); }
  // As an intrinsic, GCC 12 spills the sums around it.
  static Part add(Part sums, Part x, Part w) {
    asm("vpdpbusd %2, %1, %0" : "+v"(sums) : "v"(x), "v"(w));
    return sums;
  }
  template <int Parts>
  static void store(const Part* sums, std::int32_t* to) {
    for (int p = 0; p < Parts; ++p) _mm512_storeu_si512(to + 16 * p, sums[p]);
  }
};

}  // namespace

void avx512_byte_gemm(const ByteGemm& g) { byte_gemm<Vnni, 8, 2>(g); }
void avx512_attention_exact(const Head& h) { attention<kPowerOfTwoInBytes>(h); }
void avx512_to_bytes(const float* from, std::size_t count, const Elements& to) {
  to_bytes(from, count, to);
}

}  // namespace liteheart::edge
