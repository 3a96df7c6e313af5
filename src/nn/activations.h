// What the training kernels share: activations as floats or bf16, in the order of memory in which
// they are read and written.
#pragma once

#include <torch/types.h>

#include <cstddef>
#include <cstdint>

// A function compiled for each of these, and chosen when the program starts.
#if defined(__x86_64__) && defined(__GLIBC__) && !defined(__clang__)
#define LITEHEART_FOR_EACH_PROCESSOR \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define LITEHEART_FOR_EACH_PROCESSOR
#endif

namespace liteheart {

/// [batch, channel, 1, time] in the order of memory that the kernels want: [batch][time][channel].
inline torch::Tensor in_rows(const torch::Tensor& x) {
  return x.contiguous(torch::MemoryFormat::ChannelsLast);
}

/// Such a tensor of x's batch and type.
inline torch::Tensor rows_like(const torch::Tensor& x, std::int64_t channels, std::int64_t time) {
  return torch::empty({x.size(0), channels, 1, time},
                      x.options().memory_format(torch::MemoryFormat::ChannelsLast));
}

inline bool floats_or_bf16(const torch::Tensor& x) {
  return x.scalar_type() == torch::kFloat || x.scalar_type() == torch::kBFloat16;
}

/// The values of a dense tensor of floats or bf16, as floats. It must outlive this.
class Activations {
 public:
  explicit Activations(const torch::Tensor& x);
  /// Null where they are of bf16.
  float* floats() const { return floats_; }
  /// `count` of them, from the place `first` in memory on.
  void read(std::size_t first, std::size_t count, float* to) const;
  /// In bf16 to the nearest, of two the even one; what is no number stays none.
  void write(std::size_t first, std::size_t count, const float* from) const;

 private:
  float* floats_ = nullptr;
  std::uint16_t* halves_ = nullptr;
};

}  // namespace liteheart
