#include "nn/import_code.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <set>

#include "ecg/error.h"
#include "ecg/leads.h"
#include "ecg/vocabulary.h"

namespace liteheart {
namespace {

constexpr const char* kCodeClasses[] = {"270492004", "713427006", "733534002",
                                        "426177001", "164889003", "427084000"};

class Dict {
 public:
  Dict(const std::filesystem::path& file) : file_(file.string()) {
    for (auto& [name, tensor] : read_torch_state_dict(file)) tensors_[name] = tensor;
  }
  bool has(const std::string& name) const { return tensors_.contains(name); }
  at::Tensor get(const std::string& name) const {
    const auto found = tensors_.find(name);
    if (found == tensors_.end()) {
      throw Error(file_, "has no tensor '" + name + "'",
                  "only state dicts with encoder_layers, transformer_layers and classifier can be "
                  "imported");
    }
    return found->second;
  }
  int count(const char* pattern) const {
    int n = 0;
    while (has(fmt::format(fmt::runtime(pattern), n))) ++n;
    return n;
  }
  const std::string& file() const { return file_; }

 private:
  std::string file_;
  std::map<std::string, at::Tensor> tensors_;
};

ModelCard card_of(const Dict& dict) {
  ModelCard card;
  card.conditioning = edge::paper_500();
  card.conditioning.normalization = edge::Normalization::kZScore;
  card.leads = parse_leads("all");
  BackboneShape& shape = card.backbone;
  const at::Tensor stem = dict.get("encoder_layers.0.conv1.conv.weight"),
                   out = dict.get("classifier.1.weight");
  if (stem.dim() != 4 || stem.size(1) != kLeads || out.dim() != 2 ||
      dict.count("encoder_layers.{}.conv1.conv.weight") != 3) {
    throw Error(dict.file(), "is not a 12-lead backbone of three encoder blocks");
  }
  shape.width = static_cast<int>(stem.size(0));
  shape.layers = dict.count("transformer_layers.{}.norm1.weight");
  shape.classes = static_cast<int>(out.size(0));
  shape.strides = preset_strides(card.conditioning);
  if (dict.has("transformer_layers.0.self_attention.bias")) {
    const at::Tensor mask = dict.get("transformer_layers.0.self_attention.bias").squeeze();
    shape.causal = at::equal(mask, mask.tril()) && !at::equal(mask, at::ones_like(mask));
  }
  if (shape.classes != static_cast<int>(std::size(kCodeClasses))) {
    throw Error(dict.file(),
                fmt::format("has {} outputs; only the six CODE classes are known", shape.classes));
  }
  for (const char* code : kCodeClasses) card.classes.push_back(*Vocabulary::standard().find(code));
  card.provenance = {{"imported_from", std::filesystem::path(dict.file()).filename().string()}};
  return card;
}

}  // namespace

Model import_state_dict(const std::filesystem::path& file) {
  const Dict dict(file);
  Model model = Model::create(card_of(dict), 0);
  NamedTensors tensors;
  const auto take = [&](const std::string& to, const std::string& from) {
    tensors.emplace_back("backbone." + to + ".weight", dict.get(from + ".weight"));
    tensors.emplace_back("backbone." + to + ".bias", dict.get(from + ".bias"));
  };
  for (int block = 0; block < 3; ++block) {
    const auto to = fmt::format("encoder.{}.", block),
               from = fmt::format("encoder_layers.{}.", block);
    take(to + "conv1", from + "conv1.conv");
    take(to + "conv2", from + "conv2.conv");
    take(to + "shortcut", from + "conv3.conv");
    for (int n = 1; n <= 2; ++n) {
      const auto norm_to = fmt::format("{}norm{}", to, n),
                 norm_from = fmt::format("{}bn{}", from, n);
      take(norm_to, norm_from);
      for (const char* statistic : {"running_mean", "running_var"}) {
        tensors.emplace_back("backbone." + norm_to + "." + statistic,
                             dict.get(norm_from + "." + statistic));
      }
    }
  }
  for (int layer = 0; layer < model.card.backbone.layers; ++layer) {
    const auto to = fmt::format("transformer.{}.", layer),
               from = fmt::format("transformer_layers.{}.", layer);
    take(to + "norm1", from + "norm1");
    take(to + "norm2", from + "norm2");
    take(to + "widen", from + "fc1");
    take(to + "narrow", from + "fc2");
    // Stored input x output.
    for (const auto& [ours, theirs] :
         {std::pair{"qkv", "c_attn"}, std::pair{"project", "c_proj"}}) {
      const auto name = from + "self_attention." + theirs;
      tensors.emplace_back("backbone." + to + ours + ".weight", dict.get(name + ".weight").t());
      tensors.emplace_back("backbone." + to + ours + ".bias", dict.get(name + ".bias"));
    }
  }
  take("hidden", "classifier.0");
  take("output", "classifier.1");
  NamedTensors wanted;
  for (const auto& item : model.state()) {
    if (!item.first.ends_with("num_batches_tracked")) wanted.push_back(item);
  }
  assign_state(wanted, tensors, file.string());
  model.train(false);
  return model;
}

}  // namespace liteheart
