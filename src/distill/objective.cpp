#include "distill/objective.h"

#include "distill/bins.h"
#include "distill/correlation.h"
#include "distill/logit.h"
#include "distill/region.h"
#include "distill/semi_supervised.h"

namespace liteheart {

ObjectiveImpl::ObjectiveImpl(const ObjectiveWeights& objective_weights,
                             const BackboneShape& student, const TeacherOpinion* teacher,
                             const torch::Device& device)
    : weights(objective_weights) {
  if (teacher == nullptr) return;
  if (weights.region_features > 0) {
    projections = register_module("projections", torch::nn::ModuleList());
    for (const torch::Tensor& block : teacher->blocks)
      projections->push_back(torch::nn::Conv1d(student.width, block.size(1), 1));
    teacher_blocks = StandardizedBlocks(teacher->blocks, device);
  }
  if (weights.information > 0) {
    const std::vector<std::int64_t> student_widths(
        student.strides.size() + static_cast<std::size_t>(student.layers), student.width);
    std::vector<std::int64_t> teacher_widths;
    for (const torch::Tensor& e : teacher->embeddings) teacher_widths.push_back(e.size(1));
    information = register_module(
        "information", CrossLayerInformation(student_widths, teacher_widths, weights.bound));
  }
  if (weights.output_information > 0) {
    probes = register_module("probes",
                             OutputProbes(student.strides.size(), student.width, student.classes));
  }
}

torch::Tensor ObjectiveImpl::forward(const ModelOutput& out, const torch::Tensor& signal,
                                     const torch::Tensor& target, const TeacherOpinion* teacher,
                                     std::map<std::string, torch::Tensor>& parts) {
  const torch::Tensor& logits = out.backbone.logits;
  const auto labelled = target.size(0), batch = logits.size(0);
  torch::Tensor total = torch::zeros({}, logits.options());
  const auto add = [&](const char* name, double weight, const torch::Tensor& loss) {
    parts[name] = loss.detach();
    total = total + weight * loss;
  };
  if (weights.supervised > 0) {
    add("supervised", weights.supervised,
        torch::binary_cross_entropy_with_logits(logits.slice(0, 0, labelled), target));
  }
  if (out.restored.defined() && weights.restoration > 0) {
    const torch::Tensor map =
        teacher != nullptr ? teacher->map : torch::ones({1, 1, 1}, signal.options());
    add("restoration", weights.restoration,
        region_restoration(out.restored, signal, map,
                           teacher != nullptr ? weights.region_focus : 0));
  }
  if (teacher == nullptr) return total;

  const torch::Tensor& probability = teacher->probability;
  if (weights.logit > 0) add("logit", weights.logit, logit_distillation(logits, probability));
  if (weights.correlation > 0)
    add("correlation", weights.correlation, correlation_loss(logits.sigmoid(), probability).mean());
  if (weights.pseudo > 0 && labelled < batch) {
    add("pseudo", weights.pseudo,
        pseudo_label_loss(logits.slice(0, labelled), teacher->calibrated.slice(0, labelled)));
  }
  const auto bins = teacher->map.size(2);
  std::vector<torch::Tensor> blocks;  // [batch, channel, bin]
  if (weights.region_features > 0 || weights.information > 0) {
    for (const torch::Tensor& block : out.backbone.blocks)
      blocks.push_back(in_bins(block.squeeze(2), bins));
  }
  if (weights.region_features > 0) {
    torch::Tensor distance = torch::zeros({}, logits.options());
    for (std::size_t i = 0; i < projections->size(); ++i) {
      const torch::Tensor projected =
          projections[i]->as<torch::nn::Conv1dImpl>()->forward(blocks[i]);
      distance =
          distance + region_features(projected, teacher_blocks(teacher->blocks, i), teacher->map);
    }
    add("region_features", weights.region_features,
        distance / static_cast<double>(projections->size()));
  }
  if (weights.region_agreement > 0) {
    add("region_agreement", weights.region_agreement,
        region_agreement(out.backbone.class_maps, teacher->class_maps));
  }
  if (weights.information > 0) {
    std::vector<torch::Tensor> embeddings;
    embeddings.reserve(blocks.size() + out.backbone.layers.size());
    for (const torch::Tensor& block : blocks) embeddings.push_back(block.mean(2));
    for (const auto& layer : out.backbone.layers)
      embeddings.push_back(layer.to(torch::kFloat).mean(1));
    add("information", weights.information, information(embeddings, teacher->embeddings));
  }
  if (weights.output_information > 0) {
    // Each block is asked what the student is asked.
    torch::Tensor cost = torch::zeros({}, logits.options());
    const std::vector<torch::Tensor> read = probes(out.backbone.blocks);
    for (const torch::Tensor& z : read) {
      cost = cost + weights.logit * logit_distillation(z, probability) +
             weights.correlation * correlation_loss(z.sigmoid(), probability).mean();
    }
    add("output_information", weights.output_information, cost / static_cast<double>(read.size()));
  }
  return total;
}

}  // namespace liteheart
