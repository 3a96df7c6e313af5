#include "train/teacher_cache.h"

#include <fmt/format.h>
#include <torch/autograd.h>
#include <torch/types.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "data/same_conditioning.h"
#include "distill/attention_transfer.h"
#include "distill/bins.h"
#include "explain/saliency.h"
#include "nn/runtime.h"
#include "train/cached.h"
#include "train/file_hash.h"
#include "train/measured_records.h"
#include "train/predict.h"

namespace liteheart {
namespace {

constexpr std::int64_t kBatch = 64;

/// Everything the view depends on.
std::uint64_t cache_key(const std::filesystem::path& teacher_file, const PreparedDataset& data,
                        std::span<const std::size_t> records, bool bf16) {
  std::uint64_t key = hash_bytes(bf16 ? "teacher view 6, bf16" : "teacher view 6, fp32");
  for (const auto& file :
       {teacher_file, data.folder() / "dataset.json", data.folder() / "records.csv"}) {
    key = file_hash(file, key);
  }
  return hash_bytes({reinterpret_cast<const char*>(records.data()), records.size_bytes()}, key);
}

/// A block's output [batch, channel, 1, time] as it is kept: [batch, channel, bin].
torch::Tensor kept_features(const torch::Tensor& block) {
  return in_bins(block.detach().squeeze(2), kBins).to(torch::kBFloat16).cpu().contiguous();
}

struct Parts {
  std::vector<torch::Tensor> logits, map, class_maps, features, pooled, energy;
  std::vector<std::vector<torch::Tensor>> embeddings;
};

void look(Model& teacher, const torch::Tensor& leads, const torch::Tensor& columns,
          const torch::Tensor& signal, const torch::Device& device, bool bf16, Parts& parts) {
  const torch::Tensor x = signal.index_select(1, leads).to(device).requires_grad_(true);
  BackboneOutput out;
  {
    Autocast autocast(bf16, device);
    out = teacher.forward(x).backbone;
  }
  const torch::Tensor logits = out.logits.index_select(1, columns.to(device));
  const torch::Tensor score = (logits * torch::sigmoid(logits).detach()).sum();
  const auto gradients = torch::autograd::grad({score}, {out.blocks.back(), x});
  const torch::Tensor cam = layer_cam(out.blocks.back().detach(), gradients[0]);
  parts.logits.push_back(logits.detach().cpu());
  // A teacher that is not given all leads has no opinion on the others: its map is spread over them
  // evenly.
  torch::Tensor map = saliency_map(in_bins(cam.unsqueeze(1), kBins).squeeze(1), x.detach(),
                                   gradients[1].to(torch::kFloat))
                          .cpu();
  if (map.size(1) != signal.size(1))
    map = map.mean(1, true).expand({map.size(0), signal.size(1), kBins});
  parts.map.push_back(map.contiguous());
  const torch::Tensor class_maps =
      teacher.backbone->class_maps(out.layers.back().detach()).index_select(1, columns.to(device));
  parts.class_maps.push_back(in_bins(class_maps, kBins).to(torch::kBFloat16).cpu().contiguous());
  parts.features.push_back(kept_features(out.blocks.back()));
  parts.pooled.push_back(out.pooled.detach().to(torch::kBFloat16).cpu());
  std::vector<torch::Tensor> energy;
  for (const auto& block : out.blocks) energy.push_back(attention_energy(block.detach(), kBins));
  parts.energy.push_back(torch::stack(energy, 1).to(torch::kBFloat16).cpu());
  std::vector<torch::Tensor> embedding;
  for (const auto& block : out.blocks)
    embedding.push_back(block.detach().to(torch::kFloat).mean({2, 3}));
  for (const auto& layer : out.layers)
    embedding.push_back(layer.detach().to(torch::kFloat).mean(1));
  parts.embeddings.resize(embedding.size());
  for (std::size_t i = 0; i < embedding.size(); ++i)
    parts.embeddings[i].push_back(embedding[i].to(torch::kBFloat16).cpu());
}

/// Calls `look` with the signals of all records, a batch at a time.
void in_batches(Model& teacher, const PreparedDataset& data, std::span<const std::size_t> records,
                const torch::Device& device,
                const std::function<void(std::size_t, std::size_t)>& progress,
                const std::function<void(const torch::Tensor&)>& look) {
  teacher.to(device);
  teacher.train(false);
  for (auto& p : teacher.parameters()) p.requires_grad_(false);
  for (std::size_t from = 0; from < records.size(); from += kBatch) {
    const auto part = records.subspan(from, std::min<std::size_t>(kBatch, records.size() - from));
    look(load_signals(data, part));
    if (progress) progress(from + part.size(), records.size());
  }
}

WeightFile compute(Model& teacher, const PreparedDataset& data,
                   std::span<const std::size_t> records, const torch::Device& device, bool bf16,
                   const std::function<void(std::size_t, std::size_t)>& progress) {
  const torch::Tensor columns =
      torch::tensor(class_columns(teacher.card, data.classes(), "teacher"), torch::kLong);
  const torch::Tensor leads = lead_columns(teacher.card);
  Parts parts;
  in_batches(teacher, data, records, device, progress, [&](const torch::Tensor& signal) {
    look(teacher, leads, columns, signal, device, bf16, parts);
  });
  WeightFile file;
  file.tensors.emplace_back("logits", torch::cat(parts.logits).contiguous());
  file.tensors.emplace_back("map", torch::cat(parts.map).contiguous());
  file.tensors.emplace_back("class_maps", torch::cat(parts.class_maps).contiguous());
  file.tensors.emplace_back("features", torch::cat(parts.features).contiguous());
  file.tensors.emplace_back("pooled", torch::cat(parts.pooled).contiguous());
  file.tensors.emplace_back("energy", torch::cat(parts.energy).contiguous());
  for (std::size_t i = 0; i < parts.embeddings.size(); ++i) {
    file.tensors.emplace_back(fmt::format("embedding.{}", i),
                              torch::cat(parts.embeddings[i]).contiguous());
  }
  return file;
}

/// All blocks but the last, which every cache has.
WeightFile compute_blocks(Model& teacher, const PreparedDataset& data,
                          std::span<const std::size_t> records, const torch::Device& device,
                          bool bf16,
                          const std::function<void(std::size_t, std::size_t)>& progress) {
  const torch::Tensor leads = lead_columns(teacher.card);
  std::vector<std::vector<torch::Tensor>> parts(teacher.card.backbone.strides.size() - 1);
  in_batches(teacher, data, records, device, progress, [&](const torch::Tensor& signal) {
    const torch::NoGradGuard no_grad;
    const Autocast autocast(bf16, device);
    const auto blocks = teacher.forward(signal.index_select(1, leads).to(device)).backbone.blocks;
    for (std::size_t i = 0; i < parts.size(); ++i) parts[i].push_back(kept_features(blocks[i]));
  });
  WeightFile file;
  for (std::size_t i = 0; i < parts.size(); ++i)
    file.tensors.emplace_back(fmt::format("block.{}", i), torch::cat(parts[i]).contiguous());
  return file;
}

Head head_for(const Model& teacher, const std::vector<std::int64_t>& columns,
              const torch::Device& device) {
  const torch::Tensor column = torch::tensor(columns, torch::kLong);
  const BackboneImpl& net = *teacher.backbone;
  const auto on = [&](const torch::Tensor& x) { return x.detach().cpu().to(device); };
  return {on(net.hidden->weight), on(net.hidden->bias),
          on(net.output->weight.detach().cpu().index_select(0, column)),
          on(net.output->bias.detach().cpu().index_select(0, column))};
}

/// What the teacher's trees add to its network's logits, [record, class], of the classes `columns`.
/// A labelled record may be one that they learned from: those speak that did not.
void add_trees(const torch::Tensor& logits, const Model& teacher,
               const std::vector<std::int64_t>& columns, const PreparedDataset& data,
               std::span<const std::size_t> records, std::span<const std::uint8_t> labelled,
               const std::function<void(std::size_t, std::size_t)>& progress) {
  const MeasuredRecords measured(data, teacher.card.leads, progress);
  std::vector<float> all(static_cast<std::size_t>(teacher.card.backbone.classes));
  for (std::size_t i = 0; i < records.size(); ++i) {
    const std::size_t record = records[i];
    float* const row = logits.data_ptr<float>() + i * columns.size();
    for (std::size_t c = 0; c < columns.size(); ++c)
      all[static_cast<std::size_t>(columns[c])] = row[c];
    teacher.add_trees(
        all, measured.row(record),
        labelled[record] != 0 ? std::optional(share_of(data.rows()[record])) : std::nullopt);
    for (std::size_t c = 0; c < columns.size(); ++c)
      row[c] = all[static_cast<std::size_t>(columns[c])];
  }
}

TeacherView view_of(const WeightFile& file, const Decision& decision,
                    const std::vector<std::int64_t>& columns) {
  TeacherView teacher;
  TeacherOpinion& view = teacher.all;
  for (const auto& [name, tensor] : file.tensors) {
    if (name == "logits") {
      view.probability = torch::sigmoid(tensor);
      view.calibrated = view.probability;
      if (!decision.slope.empty()) {
        const torch::Tensor column = torch::tensor(columns, torch::kLong);
        view.calibrated =
            torch::sigmoid(tensor * torch::tensor(decision.slope).index_select(0, column) +
                           torch::tensor(decision.intercept).index_select(0, column));
      }
    } else if (name == "map") {
      view.map = tensor;
    } else if (name == "class_maps") {
      view.class_maps = tensor;
    } else if (name == "features") {
      view.blocks = {tensor};
    } else if (name == "pooled") {
      view.pooled = tensor;
    } else if (name == "energy") {
      view.energy = tensor;
    } else {
      view.embeddings.push_back(tensor);
    }
  }
  return teacher;
}

}  // namespace

TeacherOpinion TeacherView::rows(std::span<const std::size_t> wanted, const Batch& batch,
                                 const torch::Device& device) const {
  const std::vector<std::int64_t> list(wanted.begin(), wanted.end());
  const torch::Tensor index = torch::tensor(list, torch::kLong);
  const auto pick = [&](const torch::Tensor& x) {
    return x.index_select(0, index).to(device).to(torch::kFloat);
  };
  TeacherOpinion some;
  some.probability = blend(pick(all.probability), batch.cutmix);
  some.calibrated = blend(pick(all.calibrated), batch.cutmix);
  some.map = cut_mix(pick(all.map), batch.cutmix);
  for (const auto& e : all.embeddings) some.embeddings.push_back(blend(pick(e), batch.cutmix));
  if (all.class_maps.defined()) some.class_maps = cut_mix(pick(all.class_maps), batch.cutmix);
  if (all.pooled.defined()) some.pooled = blend(pick(all.pooled), batch.cutmix);
  if (all.energy.defined()) some.energy = cut_mix(pick(all.energy), batch.cutmix);
  for (const auto& block : all.blocks) some.blocks.push_back(cut_mix(pick(block), batch.cutmix));
  return some;
}

TeacherView teacher_view(const std::filesystem::path& teacher_path, const PreparedDataset& data,
                         std::span<const std::size_t> records,
                         std::span<const std::uint8_t> labelled, const torch::Device& device,
                         bool bf16, bool blocks,
                         const std::function<void(std::size_t, std::size_t)>& progress) {
  const auto file = model_file(teacher_path);
  Model teacher = load_model(file);
  require_same_conditioning(teacher.card.conditioning, data, file.string());
  const auto columns = class_columns(teacher.card, data.classes(), file.string());
  const auto key = cache_key(file, data, records, bf16);
  const auto place = [&](const char* what) {
    return file.parent_path() / fmt::format("teacher-{}-{:016x}.safetensors", what, key);
  };
  const WeightFile seen = cached(
      place("cache"), [&] { return compute(teacher, data, records, device, bf16, progress); });
  if (teacher.trees) {
    const auto logits = std::ranges::find(seen.tensors, "logits", &NamedTensors::value_type::first);
    add_trees(logits->second, teacher, columns, data, records, labelled, progress);
  }
  TeacherView view = view_of(seen, teacher.card.decision, columns);
  view.head = head_for(teacher, columns, device);
  const std::vector<torch::Tensor> last = std::exchange(view.all.blocks, {});
  if (!blocks) return view;
  const WeightFile more = cached(place("blocks"), [&] {
    return compute_blocks(teacher, data, records, device, bf16, progress);
  });
  for (const auto& [name, tensor] : more.tensors) view.all.blocks.push_back(tensor);
  view.all.blocks.insert(view.all.blocks.end(), last.begin(), last.end());
  return view;
}

TeacherView in_common(std::vector<TeacherView> views) {
  TeacherView common = std::move(views.front());
  if (views.size() == 1) return common;
  for (const auto which : {&TeacherOpinion::probability, &TeacherOpinion::calibrated}) {
    constexpr double kSurest = 1e-6;  // a logit of 13.8
    torch::Tensor logit = torch::logit(common.all.*which, kSurest);
    for (std::size_t i = 1; i < views.size(); ++i)
      logit += torch::logit(views[i].all.*which, kSurest);
    common.all.*which = torch::sigmoid(logit / static_cast<double>(views.size()));
  }
  return common;
}

}  // namespace liteheart
