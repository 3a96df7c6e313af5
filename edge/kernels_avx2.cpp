// Compiled for the instruction set of its name (see CMakeLists.txt).
#define LITEHEART_LANES 8
#include "edge/gemm.h"

namespace liteheart::edge {

const Kernels& avx2_kernels() {
  static const Kernels kernels = {"avx2", gemm<6, 2>, attention};
  return kernels;
}

}  // namespace liteheart::edge
