// What runs a model: edge/ for .lhm files, libtorch for trainings.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "edge/kernels.h"
#include "nn/model_card.h"

namespace liteheart {

class Engine {
 public:
  virtual ~Engine() = default;
  const ModelCard& card() const { return card_; }

  struct Output {
    std::vector<float> logits;    // [window, class]
    std::vector<float> restored;  // [window, 12, time]; empty unless asked for
  };
  /// windows: [window, lead, time]. `restore` needs card().restoration.
  virtual Output run(std::span<const float> windows, bool restore) = 0;
  /// Its networks as an .lhm file's bytes: trees beside them look nowhere.
  virtual std::vector<std::uint8_t> edge_model() const = 0;

  /// Floats of one window.
  std::size_t window_floats() const {
    return card_.leads.size() * static_cast<std::size_t>(card_.conditioning.window);
  }

 protected:
  ModelCard card_;
};

/// Whether `path` is named as the edge library's model files are, or begins as they do.
bool is_edge_model(const std::filesystem::path& path);
/// threads: 0 is all cores. Throws Error (file, remedy).
std::unique_ptr<Engine> open_edge_engine(const std::filesystem::path& file, int threads);
/// Of an .lhm file's bytes, on one thread of one kernel path. Throws Error (`name`).
std::unique_ptr<Engine> edge_engine(std::span<const std::uint8_t> bytes, const std::string& name,
                                    const edge::Kernels& kernels);
/// Of a safetensors file, or a training's folder. Throws Error.
std::unique_ptr<Engine> open_torch_engine(const std::filesystem::path& path, int threads);

}  // namespace liteheart
