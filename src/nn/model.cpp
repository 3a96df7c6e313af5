#include "nn/model.h"

#include <fmt/format.h>
#include <torch/utils.h>

#include <algorithm>
#include <map>
#include <stdexcept>

#include "ecg/error.h"
#include "measured/measurements.h"

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

using TensorsByName = std::map<std::string, at::Tensor>;

/// The tensor of that name and shape. Throws Error naming it.
const at::Tensor& require_tensor(const TensorsByName& tensors, const std::string& name,
                                 at::IntArrayRef sizes, const std::string& place) {
  const auto found = tensors.find(name);
  if (found == tensors.end()) {
    throw Error(place, "has no tensor '" + name + "'", "it was written for another architecture");
  }
  if (found->second.sizes() != sizes) {
    throw Error(place, "tensor '" + name + "' has another shape than the model card says",
                "the file is damaged or was edited");
  }
  return found->second;
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

/// [tree, split] and [tree, leaf] of all trees.
void store_trees(const BoostedTrees& trees, NamedTensors& into) {
  constexpr auto kSplits = static_cast<std::int64_t>(BoostedTree::kSplits),
                 kLeaves = static_cast<std::int64_t>(BoostedTree::kLeaves);
  const auto count = static_cast<std::int64_t>(trees.trees().size());
  const auto shares = static_cast<std::int64_t>(BoostedTrees::kShares);
  const at::Tensor measurement = at::empty({count, kSplits}, at::kInt),
                   threshold = at::empty({count, kSplits}), value = at::empty({count, kLeaves});
  for (std::int64_t i = 0; i < count; ++i) {
    const BoostedTree& tree = trees.trees()[static_cast<std::size_t>(i)];
    std::ranges::copy(tree.measurement, measurement.data_ptr<std::int32_t>() + i * kSplits);
    std::ranges::copy(tree.threshold, threshold.data_ptr<float>() + i * kSplits);
    std::ranges::copy(tree.value, value.data_ptr<float>() + i * kLeaves);
  }
  into.emplace_back("trees.base", at::tensor(trees.base()).reshape({shares, -1}));
  into.emplace_back("trees.count", at::tensor(trees.count(), at::kInt).reshape({shares, -1}));
  into.emplace_back("trees.measurement", measurement);
  into.emplace_back("trees.threshold", threshold);
  into.emplace_back("trees.value", value);
}

std::shared_ptr<const BoostedTrees> stored_trees(const TensorsByName& tensors,
                                                 const ModelCard& card, const std::string& place) {
  if (card.trees->measured != kMeasurementsVersion) {
    throw Error(place, "its trees are of other measurements than this program's",
                "use the liteheart that wrote it, or train the model again");
  }
  constexpr auto kSplits = static_cast<std::int64_t>(BoostedTree::kSplits),
                 kLeaves = static_cast<std::int64_t>(BoostedTree::kLeaves);
  const auto get = [&](const char* name, at::IntArrayRef sizes, at::ScalarType type) {
    const at::Tensor& found = require_tensor(tensors, name, sizes, place);
    if (found.scalar_type() != type)
      throw Error(place, std::string("tensor '") + name + "' is of another kind of number",
                  "the file is damaged or was edited");
    return found;
  };
  const auto at_thresholds = tensors.find("trees.threshold");
  const std::int64_t count = at_thresholds == tensors.end() || at_thresholds->second.dim() == 0
                                 ? 0
                                 : at_thresholds->second.size(0);
  const std::int64_t sums[] = {static_cast<std::int64_t>(BoostedTrees::kShares),
                               card.backbone.classes};
  const at::Tensor threshold = get("trees.threshold", {count, kSplits}, at::kFloat),
                   measurement = get("trees.measurement", {count, kSplits}, at::kInt),
                   value = get("trees.value", {count, kLeaves}, at::kFloat),
                   base = get("trees.base", sums, at::kFloat),
                   counts = get("trees.count", sums, at::kInt);
  std::vector<BoostedTree> trees(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) {
    BoostedTree& tree = trees[static_cast<std::size_t>(i)];
    std::copy_n(measurement.data_ptr<std::int32_t>() + i * kSplits, kSplits, tree.measurement);
    std::copy_n(threshold.data_ptr<float>() + i * kSplits, kSplits, tree.threshold);
    std::copy_n(value.data_ptr<float>() + i * kLeaves, kLeaves, tree.value);
  }
  try {
    return std::make_shared<const BoostedTrees>(
        kMeasurements, std::vector(base.data_ptr<float>(), base.data_ptr<float>() + base.numel()),
        std::vector(counts.data_ptr<std::int32_t>(),
                    counts.data_ptr<std::int32_t>() + counts.numel()),
        std::move(trees));
  } catch (const std::invalid_argument& e) {
    throw Error(place, e.what(), "the file is damaged: copy it again");
  }
}

}  // namespace

std::filesystem::path model_file(const std::filesystem::path& path) {
  return std::filesystem::is_directory(path) ? path / "model.safetensors" : path;
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
  return read_card(read_safetensors(file), file.string());
}

Model load_model(const std::filesystem::path& path) {
  const auto file = model_file(path);
  const WeightFile weights = read_safetensors(file);
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
