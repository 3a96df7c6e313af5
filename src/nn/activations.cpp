#include "nn/activations.h"

#include <cstring>

namespace liteheart {
namespace {

LITEHEART_FOR_EACH_PROCESSOR
void from_bf16(const std::uint16_t* __restrict from, std::size_t count, float* __restrict to) {
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t bits = std::uint32_t{from[i]} << 16;
    std::memcpy(to + i, &bits, sizeof bits);
  }
}

LITEHEART_FOR_EACH_PROCESSOR
void to_bf16(const float* __restrict from, std::size_t count, std::uint16_t* __restrict to) {
  for (std::size_t i = 0; i < count; ++i) {
    std::uint32_t bits;
    std::memcpy(&bits, from + i, sizeof bits);
    const bool number = (bits & 0x7FFFFFFFU) <= 0x7F800000U;
    to[i] =
        static_cast<std::uint16_t>(number ? (bits + 0x7FFFU + (bits >> 16 & 1U)) >> 16 : 0x7FC0U);
  }
}

}  // namespace

Activations::Activations(const torch::Tensor& x) {
  if (x.scalar_type() == torch::kFloat)
    floats_ = x.data_ptr<float>();
  else
    halves_ = reinterpret_cast<std::uint16_t*>(x.data_ptr<at::BFloat16>());
}

void Activations::read(std::size_t first, std::size_t count, float* to) const {
  if (floats_ != nullptr)
    std::memcpy(to, floats_ + first, count * sizeof(float));
  else
    from_bf16(halves_ + first, count, to);
}

void Activations::write(std::size_t first, std::size_t count, const float* from) const {
  if (floats_ != nullptr)
    std::memcpy(floats_ + first, from, count * sizeof(float));
  else
    to_bf16(from, count, halves_ + first);
}

}  // namespace liteheart
