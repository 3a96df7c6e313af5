// A rival's loss as training uses it: added to the other losses, with its learned projections, its
// state and what it does after a step.
#pragma once

#include <torch/nn/module.h>

#include <memory>
#include <string_view>

#include "distill/head.h"
#include "distill/objective.h"
#include "nn/model.h"

namespace liteheart {

/// What a rival is made for.
struct RivalSetup {
  BackboneShape student;
  const TeacherOpinion* teacher = nullptr;  // on all training records; null without a teacher
  Head head;                                // the teacher's, for the student's classes, on `device`
  std::uint64_t seed = 1;                   // of what is drawn in a step
  torch::Device device = torch::kCPU;       // of the batches
};

/// What a rival's loss is of.
struct RivalStep {
  const Model& student;
  const BackboneOutput& out;                // of the student's batch
  const torch::Tensor& target;              // [labelled, class], of the first records
  const TeacherOpinion* teacher = nullptr;  // on the batch
  torch::Tensor weak;                       // [batch, class], logits of the weak view (rivals.h)
  torch::Tensor rows;   // [batch], row among the training records of the one most of each is from
  double progress = 0;  // share of training that is done
  std::uint64_t step = 0;
};

/// Parameters and buffers are saved with a checkpoint. Weights between parts of a loss are such
/// that `weight_rival` 1 is what the paper recommends, told as a share of a record's cross-entropy,
/// which here is a mean over classes (docs/rivals.md).
struct RivalLoss : torch::nn::Module {
  virtual torch::Tensor forward(const RivalStep& step) = 0;
  /// Called with the student before training and after each optimizer step.
  virtual void after_step(Model& /*student*/) {}
};

/// The loss of the rival of that name (distill/rivals.h), its parameters drawn from the global
/// generator.
std::shared_ptr<RivalLoss> make_rival(std::string_view name, const RivalSetup& setup);

/// The student's own head; it shares memory with the network.
Head head_of(const Model& model);

// The makers of each file, null where the name is not one of theirs.
std::shared_ptr<RivalLoss> make_feature_rival(std::string_view name, const RivalSetup& setup);
std::shared_ptr<RivalLoss> make_relation_rival(std::string_view name, const RivalSetup& setup);
std::shared_ptr<RivalLoss> make_output_rival(std::string_view name, const RivalSetup& setup);

}  // namespace liteheart
