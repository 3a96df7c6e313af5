// AVX-VNNI: AVX2's vectors with dot products of bytes, of processors that may have no AVX-512.
#define LITEHEART_LANES 8
#include "edge/byte_gemm.h"
#include "edge/kernel_paths.h"

namespace liteheart::edge {
namespace {

struct AvxVnni {
  using Part = __m256i;  // sums of eight columns
  static constexpr int kParts = 2, kTogether = 2, kLess = 0;
  static Part inputs(const std::uint8_t* from) {
    int four;
    std::memcpy(&four, from, sizeof four);
    return _mm256_set1_epi32(four);
  }
  static Part weights(const std::int8_t* from, int p) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from) + p);
  }
  // As an intrinsic, GCC 12 spills the sums around it.
  static Part add(Part sums, Part x, Part w) {
    asm("%{vex%} vpdpbusd %2, %1, %0" : "+x"(sums) : "x"(x), "x"(w));
    return sums;
  }
  template <int Parts>
  static void store(const Part* sums, std::int32_t* to) {
    for (int p = 0; p < Parts; ++p)
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(to) + p, sums[p]);
  }
};

}  // namespace

void avxvnni_byte_gemm(const ByteGemm& g) { byte_gemm<AvxVnni, 6, 1>(g); }

}  // namespace liteheart::edge
