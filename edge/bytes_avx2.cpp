// AVX2: products of 16-bit numbers, which hold those of bytes without saturating.
#define LITEHEART_LANES 8
#include "edge/attention.h"
#include "edge/byte_gemm.h"
#include "edge/kernel_paths.h"

namespace liteheart::edge {
namespace {

struct Words {
  using Part = __m256i;  // two halves of the sums of four columns, side by side
  static constexpr int kParts = 4, kTogether = 4, kLess = 0;
  // Left to GCC 12, this takes two steps, and the sums are spilled around what adds to them.
  static Part inputs(const std::uint8_t* from) {
    using Four = const std::uint8_t[4];
    __m128i four;
    asm("vpbroadcastd %1, %0" : "=x"(four) : "m"(*reinterpret_cast<Four*>(from)));
    return _mm256_cvtepu8_epi16(four);
  }
  static Part weights(const std::int8_t* from, int p) {
    return _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from) + p));
  }
  static Part add(Part sums, Part x, Part w) {
    asm("vpaddd %1, %0, %0" : "+x"(sums) : "x"(_mm256_madd_epi16(x, w)));
    return sums;
  }
  template <int Parts>
  static void store(const Part* sums, std::int32_t* to) {
    for (int p = 0; p < Parts; p += 2) {
      // Within each 128 bits: two columns of the first part, then of the second.
      const __m256i whole = _mm256_hadd_epi32(sums[p], sums[p + 1]);
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + 4 * p),
                          _mm256_permute4x64_epi64(whole, _MM_SHUFFLE(3, 1, 2, 0)));
    }
  }
};

}  // namespace

void avx2_byte_gemm(const ByteGemm& g) { byte_gemm<Words, 2, 1>(g); }
void avx2_attention_exact(const Head& h) { attention<kPowerOfTwoInBytes>(h); }
void avx2_to_bytes(const float* from, std::size_t count, const Elements& to) {
  to_bytes(from, count, to);
}

}  // namespace liteheart::edge
