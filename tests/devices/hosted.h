// The golden run where there are files: here, and under the emulators of phones and browsers.
#pragma once

#include <cstdio>
#include <vector>

#include "devices/golden.h"

namespace liteheart::test {

struct alignas(64) Block {
  unsigned char bytes[64];
};

/// A file's bytes, their count in `size`; empty if it cannot be read.
inline std::vector<Block> read_blocks(const char* name, std::size_t& size) {
  std::vector<Block> blocks;
  size = 0;
  std::FILE* file = std::fopen(name, "rb");
  if (file == nullptr) return blocks;
  Block block;
  while (const std::size_t got = std::fread(block.bytes, 1, sizeof block, file)) {
    blocks.push_back(block);
    size += got;
  }
  std::fclose(file);
  return blocks;
}

/// The golden run of two files with as much memory as it may need.
inline bool golden_files(const char* model_name, const char* recording_name, const Device& device) {
  std::size_t model_bytes = 0, recording_bytes = 0;
  const auto model = read_blocks(model_name, model_bytes),
             recording = read_blocks(recording_name, recording_bytes);
  std::vector<Block> memory((std::size_t{4} << 20) / sizeof(Block));
  if (recording_bytes < 2 * sizeof(float)) {
    device.print("fault no recording");
    return false;
  }
  return golden_run({model.data(), model_bytes, reinterpret_cast<const float*>(recording.data()),
                     recording_bytes / sizeof(float), memory.data(), memory.size() * sizeof(Block)},
                    device);
}

}  // namespace liteheart::test
