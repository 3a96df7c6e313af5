// What a program on a bare board is.
#pragma once

#include <cstddef>

#include "devices/golden.h"

namespace liteheart::test {

/// The program: all of the board's RAM that has no other use is `memory`. Returns whether it went
/// well.
bool board_run(const Device& device, unsigned char* memory, std::size_t memory_bytes);

}  // namespace liteheart::test
