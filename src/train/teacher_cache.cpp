#include "train/teacher_cache.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include "data/same_conditioning.h"
#include "ecg/error.h"
#include "explain/grad_cam.h"
#include "nn/runtime.h"
#include "train/file_hash.h"
#include "train/predict.h"

namespace liteheart {
namespace {

constexpr std::int64_t kBatch = 64;

/// Everything the view depends on.
std::uint64_t cache_key(const std::filesystem::path& teacher_file, const PreparedDataset& data,
                        std::span<const std::size_t> records, bool bf16) {
  std::uint64_t key = hash_bytes(bf16 ? "teacher view 3, bf16" : "teacher view 3, fp32");
  for (const auto& file :
       {teacher_file, data.folder() / "dataset.json", data.folder() / "records.csv"}) {
    key = file_hash(file, key);
  }
  return hash_bytes({reinterpret_cast<const char*>(records.data()), records.size_bytes()}, key);
}

/// [batch, channel, time] at kBins steps, whatever the teacher's strides.
torch::Tensor in_bins(const torch::Tensor& x) {
  return x.size(2) == kBins ? x : torch::adaptive_avg_pool1d(x, kBins);
}

struct Parts {
  std::vector<torch::Tensor> logits, map, features;
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
  const torch::Tensor cam = grad_cam(out.blocks.back().detach(), gradients[0]);
  parts.logits.push_back(logits.detach().cpu());
  // A teacher that is not given all leads has no opinion on the others: its map is spread over them
  // evenly.
  torch::Tensor map =
      saliency_map(in_bins(cam.unsqueeze(1)).squeeze(1), x.detach(), gradients[1].to(torch::kFloat))
          .cpu();
  if (map.size(1) != signal.size(1))
    map = map.mean(1, true).expand({map.size(0), signal.size(1), kBins});
  parts.map.push_back(map.contiguous());
  parts.features.push_back(in_bins(out.blocks.back().detach().squeeze(2).to(torch::kFloat))
                               .to(torch::kBFloat16)
                               .cpu()
                               .contiguous());
  std::vector<torch::Tensor> embedding;
  for (const auto& block : out.blocks)
    embedding.push_back(block.detach().to(torch::kFloat).mean({2, 3}));
  for (const auto& layer : out.layers)
    embedding.push_back(layer.detach().to(torch::kFloat).mean(1));
  parts.embeddings.resize(embedding.size());
  for (std::size_t i = 0; i < embedding.size(); ++i)
    parts.embeddings[i].push_back(embedding[i].to(torch::kBFloat16).cpu());
}

WeightFile compute(Model& teacher, const PreparedDataset& data,
                   std::span<const std::size_t> records, const torch::Device& device, bool bf16,
                   const std::function<void(std::size_t, std::size_t)>& progress) {
  const torch::Tensor columns =
      torch::tensor(class_columns(teacher.card, data.classes(), "teacher"), torch::kLong);
  const std::vector<std::int64_t> lead_list(teacher.card.leads.begin(), teacher.card.leads.end());
  const torch::Tensor leads = torch::tensor(lead_list, torch::kLong);
  teacher.to(device);
  teacher.train(false);
  for (auto& p : teacher.parameters()) p.requires_grad_(false);
  Parts parts;
  for (std::size_t from = 0; from < records.size(); from += kBatch) {
    const auto part = records.subspan(from, std::min<std::size_t>(kBatch, records.size() - from));
    look(teacher, leads, columns, load_signals(data, part), device, bf16, parts);
    if (progress) progress(from + part.size(), records.size());
  }
  WeightFile file;
  file.tensors.emplace_back("logits", torch::cat(parts.logits).contiguous());
  file.tensors.emplace_back("map", torch::cat(parts.map).contiguous());
  file.tensors.emplace_back("features", torch::cat(parts.features).contiguous());
  for (std::size_t i = 0; i < parts.embeddings.size(); ++i) {
    file.tensors.emplace_back(fmt::format("embedding.{}", i),
                              torch::cat(parts.embeddings[i]).contiguous());
  }
  return file;
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
    } else if (name == "features") {
      view.features = tensor;
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
  const auto pick = [&](const torch::Tensor& x) { return x.index_select(0, index); };
  const auto place = [&](const torch::Tensor& x) { return x.to(torch::kFloat).to(device); };
  TeacherOpinion some;
  some.probability = place(blend(pick(all.probability), batch.cutmix));
  some.calibrated = place(blend(pick(all.calibrated), batch.cutmix));
  some.map = place(cut_mix(pick(all.map), batch.cutmix));
  some.features = place(cut_mix(pick(all.features), batch.cutmix));
  for (const auto& e : all.embeddings)
    some.embeddings.push_back(place(blend(pick(e).to(torch::kFloat), batch.cutmix)));
  return some;
}

TeacherView teacher_view(const std::filesystem::path& teacher_path, const PreparedDataset& data,
                         std::span<const std::size_t> records, const torch::Device& device,
                         bool bf16, const std::function<void(std::size_t, std::size_t)>& progress) {
  const auto file = model_file(teacher_path);
  Model teacher = load_model(file);
  require_same_conditioning(teacher.card.conditioning, data, file.string());
  const auto columns = class_columns(teacher.card, data.classes(), file.string());
  const auto cache = file.parent_path() / fmt::format("teacher-cache-{:016x}.safetensors",
                                                      cache_key(file, data, records, bf16));
  if (std::filesystem::exists(cache))
    return view_of(read_safetensors(cache), teacher.card.decision, columns);
  const WeightFile computed = compute(teacher, data, records, device, bf16, progress);
  write_safetensors(cache, computed);
  return view_of(computed, teacher.card.decision, columns);
}

}  // namespace liteheart
