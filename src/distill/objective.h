// The whole loss of a training step: supervised, restoration and the parts of distillation, each
// with its weight.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/container/modulelist.h>

#include <map>
#include <string>
#include <vector>

#include "distill/channel_scale.h"
#include "distill/mutual_information.h"
#include "nn/model.h"

namespace liteheart {

struct ObjectiveWeights {
  double supervised = 1, logit = 0, correlation = 0, pseudo = 0, restoration = 1, region_focus = 0,
         region_features = 0, region_agreement = 0, information = 0, output_information = 0;
  InformationBound bound = InformationBound::kInfoNce;
};

/// What the teacher says about the records of a batch; see train/teacher_cache.h for how it comes
/// about.
struct TeacherOpinion {
  torch::Tensor probability, calibrated;  // [batch, class]
  torch::Tensor map;                      // [batch, 12, bin]
  torch::Tensor class_maps;               // [batch, class, bin]
  std::vector<torch::Tensor> embeddings;  // per teacher layer [batch, width]
  torch::Tensor pooled;                   // maximum over the tokens, [batch, width]
  torch::Tensor energy;                   // mean square over channels, [batch, block, bin]
  std::vector<torch::Tensor> blocks;      // of the encoder [batch, width, bin], where asked for
};

/// The learned projections that distillation needs beside the student; dropped when training is
/// over.
struct ObjectiveImpl : torch::nn::Module {
  /// teacher: on all training records; null without one. device: of the batches to come.
  ObjectiveImpl(const ObjectiveWeights& weights, const BackboneShape& student,
                const TeacherOpinion* teacher, const torch::Device& device = torch::kCPU);

  /// out: of the student's batch. signal: [batch, 12, time], what a restoration should give.
  /// target: [labelled, class] of the first `labelled` records. teacher: null without one. parts:
  /// the unweighted losses by name are put here.
  torch::Tensor forward(const ModelOutput& out, const torch::Tensor& signal,
                        const torch::Tensor& target, const TeacherOpinion* teacher,
                        std::map<std::string, torch::Tensor>& parts);

  ObjectiveWeights weights;
  torch::nn::ModuleList projections{nullptr};  // of the student's blocks to the teacher's
  StandardizedBlocks teacher_blocks;
  CrossLayerInformation information{nullptr};
  OutputProbes probes{nullptr};
};
TORCH_MODULE(Objective);

}  // namespace liteheart
