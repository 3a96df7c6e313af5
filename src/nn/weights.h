// Weights in and out: safetensors files, and PyTorch state dicts (zip + pickle) for import.
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace liteheart {

using NamedTensors = std::vector<std::pair<std::string, at::Tensor>>;  // in file order

struct WeightFile {
  NamedTensors tensors;  // on the CPU, contiguous, owning their memory
  std::map<std::string, std::string> metadata;
};

/// Reads a safetensors file (F32, F64, F16, BF16, I64, I32, U8). Header and offsets are checked
/// before memory is asked for. Throws Error (file, byte, remedy).
WeightFile read_safetensors(const std::filesystem::path& file);

/// Writes to a temporary name, fsyncs, renames: the file appears whole or not at all. Throws Error.
void write_safetensors(const std::filesystem::path& file, const WeightFile& weights);

/// Reads a state dict as Python's torch.save wrote it (zip format; CPU or CUDA storages), by
/// walking the pickle opcodes: only OrderedDict, tensors, numbers and strings are understood,
/// nothing is executed. Throws Error (file, opcode position, remedy).
NamedTensors read_torch_state_dict(const std::filesystem::path& file);

}  // namespace liteheart
