#include "edge/kernels.h"

namespace liteheart::edge {

const Kernels& vector_kernels();
#if defined(__x86_64__)
const Kernels& avx2_kernels();
const Kernels& avx512_kernels();
#endif

std::size_t kernel_paths(const Kernels** paths, std::size_t most) {
  std::size_t count = 0;
  const auto add = [&](const Kernels& kernels) {
    if (count < most) paths[count] = &kernels;
    ++count;
  };
  add(reference_kernels());
  add(vector_kernels());
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) add(avx2_kernels());
  if (__builtin_cpu_supports("avx512f")) add(avx512_kernels());
#endif
  return count;
}

const Kernels& best_kernels() {
  const Kernels* paths[8];
  return *paths[kernel_paths(paths, 8) - 1];
}

}  // namespace liteheart::edge
