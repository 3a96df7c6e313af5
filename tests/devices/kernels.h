// The kernel paths of a device against its reference.
#pragma once

#include <cstdint>

#include "devices/golden.h"

namespace liteheart::test {

/// Compares every kernel on `rounds` random shapes, always the same ones; prints how it went.
bool kernels_run(std::uint32_t rounds, const Device& device);

}  // namespace liteheart::test
