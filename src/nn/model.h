// A model and everything a prediction with it depends on, in one safetensors file.
#pragma once

#include <torch/nn.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "ecg/vocabulary.h"
#include "edge/condition.h"
#include "eval/report.h"
#include "nn/architecture.h"
#include "nn/backbone.h"
#include "nn/restoration.h"
#include "nn/weights.h"

namespace liteheart {

/// Everything but the weights; stored as JSON in the file's metadata under "liteheart".
struct ModelCard {
  static constexpr int kVersion = 1;
  edge::Conditioning conditioning;
  std::vector<int> leads = {0};  // what the model is given: indices into kLeadNames
  BackboneShape backbone;
  std::optional<RestorationShape> restoration;
  std::vector<Diagnosis> classes;
  Decision decision;  // thresholds and calibration; empty until learned
  std::vector<std::string>
      not_judged;  // codes of classes its leads cannot judge: validation AUC below 0.8
  nlohmann::json provenance = nlohmann::json::object();  // data, licence, configuration, date
};

nlohmann::json card_to_json(const ModelCard& card);
/// `place` names the file in errors. Throws Error on a missing key or another version.
ModelCard card_from_json(const nlohmann::json& json, const std::string& place);

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

  /// Networks of the card's shapes, initialized from `seed`.
  static Model create(const ModelCard& card, std::uint64_t seed);
  /// x: [batch, card.leads, time].
  ModelOutput forward(const torch::Tensor& x);
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

/// A model's file: `path` itself, or path/model.safetensors where it is a folder.
std::filesystem::path model_file(const std::filesystem::path& path);

/// Writes the model, whole or not at all.
void save_model(const std::filesystem::path& file, const Model& model);
/// Reads model_file(path). Throws Error naming file and remedy.
Model load_model(const std::filesystem::path& path);
/// The card alone.
ModelCard load_card(const std::filesystem::path& path);

}  // namespace liteheart
