// An .lhm file's bytes where the edge library wants them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "edge/network.h"

namespace liteheart {

/// What a model file's identifier begins with; the version of its format follows.
inline constexpr std::string_view kEdgeFormat = "LHM";

/// Begins at a cache line.
class ModelBytes {
 public:
  explicit ModelBytes(std::span<const std::uint8_t> bytes);
  /// Throws Error (file).
  static ModelBytes read(const std::filesystem::path& file);

  std::span<const std::uint8_t> bytes() const {
    return {reinterpret_cast<const std::uint8_t*>(lines_.data()), size_};
  }

 private:
  explicit ModelBytes(std::size_t size);
  struct alignas(64) Line {
    std::uint8_t bytes[64];
  };
  std::vector<Line> lines_;
  std::size_t size_;
};

/// A view of `bytes`, which it must not outlive. Throws Error (`name`) saying what is wrong.
edge::EdgeModel open_edge_model(const ModelBytes& bytes, const std::string& name);

}  // namespace liteheart
