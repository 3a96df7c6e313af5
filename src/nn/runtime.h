// How the program computes: threads, memory, number type, device.
#pragma once

#include <torch/types.h>

#include <string_view>

namespace liteheart {

/// Sets the intra-op threads (0: all cores), keeps OpenBLAS to one (its threads spin), and keeps
/// large blocks in the allocator between steps (1.3 - 1.8 times faster training). Call once, before
/// the first tensor.
void configure_runtime(int threads);

/// "auto", "cpu" or "cuda". Throws Error if CUDA is asked for and absent.
torch::Device choose_device(std::string_view name);

/// Whether to compute in bf16: "bf16", "fp32", or "auto" (where the device has bf16 arithmetic).
bool choose_bf16(std::string_view precision, const torch::Device& device);

/// Whether libtorch's convolutions in bf16 are taken to be as fast as those of edge/ in floats:
/// AMD's AVX-512 and Intel's AMX, but not Intel's AVX-512 alone (docs/results/software.md,
/// "Speed").
bool multiplies_bf16_fast();

/// Whether operations on this processor are cast to bf16 now.
bool autocasts();

/// Autocast to bf16 while it lives, if `on`.
class Autocast {
 public:
  Autocast(bool on, const torch::Device& device);
  ~Autocast();
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;

 private:
  bool on_;
  torch::Device device_;
};

}  // namespace liteheart
