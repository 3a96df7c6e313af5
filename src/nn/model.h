// A model and everything a prediction with it depends on, in one safetensors file.
#pragma once

#include <torch/types.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "measured/boosted_trees.h"
#include "nn/backbone.h"
#include "nn/model_card.h"
#include "nn/restoration.h"
#include "nn/weights.h"

namespace liteheart {

/// What one pass through a model shows.
struct ModelOutput {
  torch::Tensor restored;  // [batch, 12, time]; undefined without a restoration net
  BackboneOutput backbone;
};

/// A teacher, a plain student, or an LCCI system (restoration + student).
struct Model {
  ModelCard card;
  Restoration restoration{nullptr};  // null without one
  Backbone backbone{nullptr};
  std::shared_ptr<const BoostedTrees> trees;  // as the card says

  /// Networks of the card's shapes, initialized from `seed`.
  static Model create(const ModelCard& card, std::uint64_t seed);
  /// x: [batch, card.leads, time]. The backbone of an LCCI system is given `true_share` of the true
  /// leads, [batch, 12, time], and the rest of the restored ones.
  ModelOutput forward(const torch::Tensor& x, double true_share = 0,
                      const torch::Tensor& true_leads = {});
  /// The model's logits, [class], from the network's and, where there are trees, from what was
  /// measured on the leads (measure_window). share: of the trees' rows, where they may have learned
  /// from this recording.
  void add_trees(std::span<float> logits, std::span<const float> measured,
                 std::optional<std::size_t> share = std::nullopt) const;
  void train(bool on);
  void to(const torch::Device& device);
  /// Parameters in a fixed order.
  std::vector<torch::Tensor> parameters() const;
  /// Parameters and buffers by name, in a fixed order; they share memory with the networks.
  NamedTensors state() const;
};

/// Copies `tensors` into `state` by name. Throws Error (place, name, shapes) where they do not
/// match.
void assign_state(const NamedTensors& state, const NamedTensors& tensors, const std::string& place);

/// A model's file: `path` itself, or path/model.safetensors where it is a folder. Throws Error
/// where that folder has none.
std::filesystem::path model_file(const std::filesystem::path& path);

/// Writes the model, whole or not at all.
void save_model(const std::filesystem::path& file, const Model& model);
/// Reads model_file(path). Throws Error naming file and remedy.
Model load_model(const std::filesystem::path& path);
/// The card alone.
ModelCard load_card(const std::filesystem::path& path);

}  // namespace liteheart
