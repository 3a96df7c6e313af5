#include "edge/kernels.h"

#include "edge/kernel_paths.h"

#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif

namespace liteheart::edge {
namespace {

// constexpr: made without a lock when the program starts.
#define LITEHEART_KERNEL_PATH(path)                            \
  constexpr Kernels path##_kernels_ = {#path,                  \
                                       path##_gemm,            \
                                       path##_toom_cook,       \
                                       path##_attention,       \
                                       path##_byte_gemm,       \
                                       path##_attention_exact, \
                                       path##_to_bytes}
LITEHEART_KERNEL_PATH(reference);
LITEHEART_KERNEL_PATH(vector);
#if defined(__x86_64__)
LITEHEART_KERNEL_PATH(avx2);
LITEHEART_KERNEL_PATH(avx512);
// NOLINTNEXTLINE(readability-identifier-naming): named as the macro names the others
constexpr Kernels avxvnni_kernels_ = {"avxvnni",      avx2_gemm,         avx2_toom_cook,
                                      avx2_attention, avxvnni_byte_gemm, avx2_attention_exact,
                                      avx2_to_bytes};

bool has_avx2() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
// Not every compiler's __builtin_cpu_supports knows it.
bool has_avxvnni() {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  return has_avx2() && __get_cpuid_count(7, 1, &eax, &ebx, &ecx, &edx) != 0 && (eax >> 4 & 1) != 0;
}
bool has_avx512() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vnni");
}
#elif defined(__aarch64__)
constexpr Kernels neon_dot_kernels_ = {"neon_dot",       vector_gemm,        vector_toom_cook,
                                       vector_attention, neon_dot_byte_gemm, vector_attention_exact,
                                       vector_to_bytes};

bool has_dot() {
#if defined(__linux__)
  return (getauxval(AT_HWCAP) & HWCAP_ASIMDDP) != 0;
#elif defined(__ARM_FEATURE_DOTPROD)
  return true;
#else
  return false;
#endif
}
#endif
#undef LITEHEART_KERNEL_PATH

}  // namespace

const Kernels& reference_kernels() { return reference_kernels_; }

std::size_t kernel_paths(const Kernels** paths, std::size_t most) {
  std::size_t count = 0;
  const auto add = [&](const Kernels& kernels) {
    if (count < most) paths[count] = &kernels;
    ++count;
  };
  add(reference_kernels_);
  add(vector_kernels_);
#if defined(__x86_64__)
  if (has_avx2()) add(avx2_kernels_);
  if (has_avxvnni()) add(avxvnni_kernels_);
  if (has_avx512()) add(avx512_kernels_);
#elif defined(__aarch64__)
  if (has_dot()) add(neon_dot_kernels_);
#endif
  return count;
}

const Kernels& best_kernels() {
  const Kernels* paths[8];
  return *paths[kernel_paths(paths, 8) - 1];
}

}  // namespace liteheart::edge
