// What one core of this machine can do at most.
#pragma once

namespace liteheart::peers {

/// fp32 multiply-adds a second of a loop of fused multiply-adds on the longest vectors, for some
/// milliseconds. 0 where the instruction set is unknown.
double multiply_add_peak();
/// The same of bytes, by the instruction that sums four products at a time.
double byte_multiply_add_peak();

}  // namespace liteheart::peers
