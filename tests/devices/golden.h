// The diagnosis that every device must agree on with the machine that trains.
#pragma once

#include <cstddef>
#include <cstdint>

namespace liteheart::test {

/// A recording as inputs.cpp writes it: its rate in Hz, then lead I in mV, all floats.
struct Golden {
  const void* model;  // the bytes of an .lhm file
  std::size_t model_bytes;
  const float* recording;
  std::size_t recording_floats;
  void* memory;
  std::size_t memory_bytes;
};

/// What the program around gives: where lines go, and a counter of instructions (or 0).
struct Device {
  void (*print)(const char* line);
  std::uint64_t (*instructions)();
};

/// Diagnoses the recording and prints what came of it, a line each:
///   value NAME BITS    a float that must be near on all devices, its bits in hexadecimal
///   hash NAME BITS     of floats that must be the same on all devices if the model is of integers
///   count NAME NUMBER  memory and instructions that it took
/// Returns false, having printed why, if it could not.
bool golden_run(const Golden& input, const Device& device);
/// Prints one more count.
void print_count(const Device& device, const char* name, std::uint64_t number);

}  // namespace liteheart::test
