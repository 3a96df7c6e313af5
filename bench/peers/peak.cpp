#include "peers/peak.h"

#include <ctime>

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#elif defined(__wasm_simd128__)
#include <wasm_simd128.h>
#endif

namespace liteheart::peers {
namespace {

constexpr int kSums = 12;  // independent and of different values: five cycles' latency, two a cycle
constexpr int kSteps = 1'000'000;

// Each returns the sums' total, which keeps them from being left out.
#if defined(__x86_64__)
__attribute__((target("avx512f"))) float steps_avx512() {
  __m512 sum[kSums];
  for (int i = 0; i < kSums; ++i) sum[i] = _mm512_set1_ps(static_cast<float>(i));
  const __m512 x = _mm512_set1_ps(0.5F), y = _mm512_set1_ps(1e-3F);
  for (int step = 0; step < kSteps; ++step) {
    for (auto& s : sum) s = _mm512_fmadd_ps(s, x, y);
  }
  float total = 0;
  for (const auto& s : sum) total += _mm512_cvtss_f32(s);
  return total;
}

__attribute__((target("avx2,fma"))) float steps_avx2() {
  __m256 sum[kSums];
  for (int i = 0; i < kSums; ++i) sum[i] = _mm256_set1_ps(static_cast<float>(i));
  const __m256 x = _mm256_set1_ps(0.5F), y = _mm256_set1_ps(1e-3F);
  for (int step = 0; step < kSteps; ++step) {
    for (auto& s : sum) s = _mm256_fmadd_ps(s, x, y);
  }
  float total = 0;
  for (const auto& s : sum) total += _mm256_cvtss_f32(s);
  return total;
}

// By name, for g++ 12 stores sums that an instruction in a loop changes; what they hold is no
// matter.
__attribute__((target("avx512f,avx512vnni"))) float byte_steps_avx512() {
  const __m512i x = _mm512_set1_epi8(1), y = _mm512_set1_epi8(-1);
  for (int step = 0; step < kSteps; ++step) {
    asm volatile(
        "vpdpbusd %1, %0, %%zmm0\n\t"
        "vpdpbusd %1, %0, %%zmm1\n\t"
        "vpdpbusd %1, %0, %%zmm2\n\t"
        "vpdpbusd %1, %0, %%zmm3\n\t"
        "vpdpbusd %1, %0, %%zmm4\n\t"
        "vpdpbusd %1, %0, %%zmm5\n\t"
        "vpdpbusd %1, %0, %%zmm6\n\t"
        "vpdpbusd %1, %0, %%zmm7\n\t"
        "vpdpbusd %1, %0, %%zmm8\n\t"
        "vpdpbusd %1, %0, %%zmm9\n\t"
        "vpdpbusd %1, %0, %%zmm10\n\t"
        "vpdpbusd %1, %0, %%zmm11\n\t"
        :
        : "v"(x), "v"(y)
        : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10",
          "xmm11");
  }
  return 0;
}
static_assert(kSums == 12);
#elif defined(__aarch64__)
float steps_neon() {
  float32x4_t sum[kSums];
  for (int i = 0; i < kSums; ++i) sum[i] = vdupq_n_f32(static_cast<float>(i));
  const float32x4_t x = vdupq_n_f32(0.5F), y = vdupq_n_f32(1e-3F);
  for (int step = 0; step < kSteps; ++step) {
    for (auto& s : sum) s = vfmaq_f32(y, s, x);
  }
  float total = 0;
  for (const auto& s : sum) total += vgetq_lane_f32(s, 0);
  return total;
}
#elif defined(__wasm_simd128__)
float steps_wasm() {
  v128_t sum[kSums];
  for (int i = 0; i < kSums; ++i) sum[i] = wasm_f32x4_splat(static_cast<float>(i));
  const v128_t x = wasm_f32x4_splat(0.5F), y = wasm_f32x4_splat(1e-3F);
  for (int step = 0; step < kSteps; ++step) {
    for (auto& s : sum) s = wasm_f32x4_add(wasm_f32x4_mul(s, x), y);
  }
  float total = 0;
  for (const auto& s : sum) total += wasm_f32x4_extract_lane(s, 0);
  return total;
}

// Products of 16-bit numbers in pairs. Each product is of what the last sum was, so that none is
// made once for all.
float byte_steps_wasm() {
  v128_t sum[kSums];
  for (int i = 0; i < kSums; ++i) sum[i] = wasm_i32x4_splat(i);
  const v128_t x = wasm_i16x8_splat(3);
  for (int step = 0; step < kSteps; ++step) {
    for (auto& s : sum) s = wasm_i32x4_add(wasm_i32x4_dot_i16x8(s, x), x);
  }
  int total = 0;
  for (const auto& s : sum) total += wasm_i32x4_extract_lane(s, 0);
  return static_cast<float>(total);
}
#endif

/// Of this process; WebAssembly has the time on the clock alone.
double seconds_used() {
#if defined(__wasm_simd128__)
  constexpr clockid_t kClock = CLOCK_MONOTONIC;
#else
  constexpr clockid_t kClock = CLOCK_PROCESS_CPUTIME_ID;
#endif
  timespec now{};
  clock_gettime(kClock, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

double rate(float (*steps)(), int lanes) {
  const double start = seconds_used();
  const volatile float kept = steps();
  static_cast<void>(kept);
  const double seconds = seconds_used() - start;
  return static_cast<double>(kSteps) * kSums * lanes / seconds;
}

}  // namespace

double multiply_add_peak() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) return rate(steps_avx512, 16);
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return rate(steps_avx2, 8);
#elif defined(__aarch64__)
  return rate(steps_neon, 4);
#elif defined(__wasm_simd128__)
  return rate(steps_wasm, 4);
#endif
  return 0;
}

double byte_multiply_add_peak() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512vnni")) return rate(byte_steps_avx512, 64);
#elif defined(__wasm_simd128__)
  return rate(byte_steps_wasm, 8);
#endif
  return 0;
}

}  // namespace liteheart::peers
