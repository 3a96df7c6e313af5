// Compiled for the instruction set of its name (see CMakeLists.txt): the 128-bit vectors that every
// target of ours has.
#define LITEHEART_LANES 4
#include "edge/gemm.h"

namespace liteheart::edge {

const Kernels& vector_kernels() {
  static const Kernels kernels = {"vector", gemm<6, 4>, attention};
  return kernels;
}

}  // namespace liteheart::edge
