// What one core of this machine can do at most.
#pragma once

namespace liteheart::peers {

/// fp32 multiply-adds a second of a loop of fused multiply-adds on the longest vectors (in
/// WebAssembly of multiply and add, which it does not fuse), for some milliseconds. 0 where the
/// instruction set is unknown.
double multiply_add_peak();
/// The same of bytes, by the instruction that sums four products at a time (in WebAssembly two, of
/// 16 bits).
double byte_multiply_add_peak();

}  // namespace liteheart::peers
