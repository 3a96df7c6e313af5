#include "nn/model.h"

#include <fmt/format.h>
#include <torch/utils.h>

#include <algorithm>

#include "ecg/error.h"
#include "nn/stored_trees.h"

namespace liteheart {
namespace {

const char* const kKey = "liteheart";

void collect(const torch::nn::Module& module, const std::string& prefix, NamedTensors& state) {
  for (const auto& item : module.named_parameters()) {
    state.emplace_back(prefix + item.key(), item.value());
  }
  for (const auto& item : module.named_buffers()) {
    state.emplace_back(prefix + item.key(), item.value());
  }
}

ModelCard read_card(const WeightFile& file, const std::string& place) {
  const auto text = file.metadata.find(kKey);
  if (text == file.metadata.end()) {
    throw Error(place, "holds weights but no LiteHeart model card",
                "give a model written by liteheart");
  }
  const auto json = nlohmann::json::parse(text->second, nullptr, false);
  if (json.is_discarded())
    throw Error(place, "the model card is not JSON", "the file is damaged: copy it again");
  return card_from_json(json, place);
}

/// The largest tensors of each network are what the card says: so a forged card cannot ask for more
/// memory than some times the file's size.
void require_large_tensors(const ModelCard& card, const TensorsByName& tensors,
                           const std::string& place) {
  const std::int64_t width = card.backbone.width;
  require_tensor(tensors, "backbone.encoder.2.conv2.weight", {width, width, 1, 9}, place);
  require_tensor(tensors, "backbone.output.weight", {card.backbone.classes, width}, place);
  for (int layer = 0; layer < card.backbone.layers; ++layer) {
    require_tensor(tensors, fmt::format("backbone.transformer.{}.widen.weight", layer),
                   {4 * width, width}, place);
  }
  if (card.restoration) {
    const std::int64_t bottom = std::int64_t{2} * card.restoration->width;
    require_tensor(tensors, "restoration.convolutions.5.weight", {bottom, bottom, 1, 9}, place);
  }
}

WeightFile read_weights(const std::filesystem::path& file) {
  if (file.extension() == ".lhm")
    throw Error(file.string(), "is a model for devices, which cannot be trained or evaluated",
                "name the .safetensors file or the training folder that it was exported from");
  return read_safetensors(file);
}

}  // namespace

std::filesystem::path model_file(const std::filesystem::path& path) {
  if (!std::filesystem::is_directory(path)) return path;
  auto file = path / "model.safetensors";
  if (!std::filesystem::exists(file))
    throw Error(path.string(), "is a folder without a model (model.safetensors)",
                "name a training's folder; a training that was interrupted goes on when its "
                "command is repeated");
  return file;
}

Model Model::create(const ModelCard& card, std::uint64_t seed) {
  torch::manual_seed(seed);
  Model model;
  model.card = card;
  if (card.restoration) model.restoration = Restoration(*card.restoration);
  model.backbone = Backbone(card.backbone);
  return model;
}

ModelOutput Model::forward(const torch::Tensor& x, double true_share,
                           const torch::Tensor& true_leads) {
  ModelOutput out;
  if (restoration.is_empty()) {
    out.backbone = backbone->forward(x);
  } else {
    out.restored = restoration->forward(x);
    out.backbone = backbone->forward(
        true_share > 0 ? out.restored * (1 - true_share) + true_leads * true_share : out.restored);
  }
  return out;
}

void Model::add_trees(std::span<float> logits, std::span<const float> measured,
                      std::optional<std::size_t> share) const {
  if (!trees) return;
  const auto weight = static_cast<float>(card.trees->share);
  const std::vector<float> of_trees = trees->logits(measured, share);
  for (std::size_t c = 0; c < logits.size(); ++c) logits[c] += weight * (of_trees[c] - logits[c]);
}

void Model::train(bool on) {
  if (!restoration.is_empty()) restoration->train(on);
  backbone->train(on);
}

void Model::to(const torch::Device& device) {
  if (!restoration.is_empty()) restoration->to(device);
  backbone->to(device);
}

std::vector<torch::Tensor> Model::parameters() const {
  std::vector<torch::Tensor> all;
  if (!restoration.is_empty()) all = restoration->parameters();
  const auto rest = backbone->parameters();
  all.insert(all.end(), rest.begin(), rest.end());
  return all;
}

NamedTensors Model::state() const {
  NamedTensors state;
  if (!restoration.is_empty()) collect(*restoration, "restoration.", state);
  collect(*backbone, "backbone.", state);
  return state;
}

void assign_state(const NamedTensors& state, const NamedTensors& tensors,
                  const std::string& place) {
  torch::NoGradGuard no_grad;
  const TensorsByName by_name(tensors.begin(), tensors.end());
  for (const auto& [name, target] : state) {
    at::Tensor(target).copy_(require_tensor(by_name, name, target.sizes(), place));
  }
}

void save_model(const std::filesystem::path& file, const Model& model) {
  WeightFile weights;
  for (const auto& [name, tensor] : model.state()) {
    if (name.ends_with("num_batches_tracked")) continue;  // of no use to inference
    weights.tensors.emplace_back(name, tensor.detach().to(torch::kCPU).contiguous());
  }
  if (model.trees) store_trees(*model.trees, weights.tensors);
  weights.metadata[kKey] = card_to_json(model.card).dump();
  write_safetensors(file, weights);
}

ModelCard load_card(const std::filesystem::path& path) {
  const auto file = model_file(path);
  return read_card(read_weights(file), file.string());
}

Model load_model(const std::filesystem::path& path) {
  const auto file = model_file(path);
  const WeightFile weights = read_weights(file);
  const ModelCard card = read_card(weights, file.string());
  const TensorsByName tensors(weights.tensors.begin(), weights.tensors.end());
  require_large_tensors(card, tensors, file.string());
  Model model = Model::create(card, 0);
  if (card.trees) model.trees = stored_trees(tensors, card, file.string());
  NamedTensors wanted;
  for (const auto& item : model.state()) {
    if (!item.first.ends_with("num_batches_tracked")) wanted.push_back(item);
  }
  assign_state(wanted, weights.tensors, file.string());
  model.train(false);
  return model;
}

}  // namespace liteheart
