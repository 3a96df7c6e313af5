// Compiled for the instruction set of its name (see CMakeLists.txt).
#define LITEHEART_LANES 16
#include "edge/gemm.h"

namespace liteheart::edge {

const Kernels& avx512_kernels() {
  static const Kernels kernels = {"avx512", gemm<6, 4>, attention};
  return kernels;
}

}  // namespace liteheart::edge
