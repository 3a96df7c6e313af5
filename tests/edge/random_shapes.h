// Each kernel path of a machine against the reference, on shapes and values of any kind: bytes to
// the bit, floats to rounding.
#pragma once

#include <cstddef>
#include <cstdint>

namespace liteheart::test {

inline constexpr std::size_t kKernelKinds = 5;

struct Parting {
  const char* kernel = nullptr;  // nullptr: there is none
  const char* path = nullptr;
};
/// Runs the kernel `kind`, below kKernelKinds, on what `seed` makes; says on which path it parts
/// from the reference. The same seed makes the same shapes and values on every machine.
Parting random_shape(std::uint32_t seed, std::size_t kind);

}  // namespace liteheart::test
