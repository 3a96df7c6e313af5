// The rivals that learn from the features of encoder blocks.
#include <torch/nn/modules/activation.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/modules/conv.h>

#include "distill/attention_transfer.h"
#include "distill/bins.h"
#include "distill/channel_scale.h"
#include "distill/review.h"
#include "distill/rival.h"
#include "distill/variational.h"

namespace liteheart {
namespace {

torch::nn::Conv1d pointwise(std::int64_t in, std::int64_t out) {
  return torch::nn::Conv1d(torch::nn::Conv1dOptions(in, out, 1));
}

/// A student block's output [batch, width, 1, time] in the teacher's bins.
torch::Tensor in_bins_of(const torch::Tensor& block, const torch::Tensor& teacher) {
  return in_bins(block.squeeze(2), teacher.size(2));
}

/// Romero, Ballas, Kahou, Chassang, Gatta and Bengio, "FitNets: Hints for Thin Deep Nets", ICLR
/// 2015: the student's middle block regresses the teacher's, with the other losses from the start
/// instead of in a first stage of its own.
struct FitNets : RivalLoss {
  explicit FitNets(const RivalSetup& setup) : teacher(setup.teacher->blocks, setup.device) {
    regressor = register_module(
        "regressor", pointwise(setup.student.width, setup.teacher->blocks[kMiddle].size(1)));
  }
  torch::Tensor forward(const RivalStep& step) override {
    const torch::Tensor hint = teacher(step.teacher->blocks, kMiddle);
    return kWeight * torch::mse_loss(regressor(in_bins_of(step.out.blocks[kMiddle], hint)), hint);
  }

  static constexpr std::size_t kMiddle = 1;
  static constexpr double kWeight = 0.5;
  StandardizedBlocks teacher;
  torch::nn::Conv1d regressor{nullptr};
};

struct AttentionTransfer : RivalLoss {
  torch::Tensor forward(const RivalStep& step) override {
    const torch::Tensor& teacher = step.teacher->energy;
    std::vector<torch::Tensor> energies;
    for (const auto& block : step.out.blocks)
      energies.push_back(attention_energy(block, teacher.size(2)));
    return attention_transfer_loss(torch::stack(energies, 1), teacher);
  }
};

struct VariationalInformation : RivalLoss {
  explicit VariationalInformation(const RivalSetup& setup)
      : teacher(setup.teacher->blocks, setup.device) {
    regressors = register_module("regressors", torch::nn::ModuleList());
    for (std::size_t i = 0; i < setup.teacher->blocks.size(); ++i) {
      const auto width = setup.teacher->blocks[i].size(1);
      regressors->push_back(torch::nn::Sequential(pointwise(setup.student.width, width),
                                                  torch::nn::ReLU(), pointwise(width, width),
                                                  torch::nn::ReLU(), pointwise(width, width)));
      raw_variances.push_back(register_parameter("raw_variance_" + std::to_string(i),
                                                 torch::full({width}, kUnitVarianceRaw)));
    }
  }
  torch::Tensor forward(const RivalStep& step) override {
    torch::Tensor loss = torch::zeros({}, step.out.logits.options());
    for (std::size_t i = 0; i < raw_variances.size(); ++i) {
      const torch::Tensor wanted = teacher(step.teacher->blocks, i);
      const torch::Tensor prediction = regressors[i]->as<torch::nn::SequentialImpl>()->forward(
          in_bins_of(step.out.blocks[i], wanted));
      loss = loss + variational_loss(prediction, wanted, raw_variances[i]);
    }
    return kWeight * loss;
  }

  static constexpr double kWeight = 0.2;
  StandardizedBlocks teacher;
  torch::nn::ModuleList regressors{nullptr};
  std::vector<torch::Tensor> raw_variances;
};

/// Fuses a block with what the deeper ones gave.
struct FusionImpl : torch::nn::Module {
  FusionImpl(std::int64_t in, std::int64_t middle, std::int64_t out, bool has_deeper) {
    using torch::nn::Conv1dOptions;
    reduce = register_module(
        "reduce", torch::nn::Sequential(torch::nn::Conv1d(Conv1dOptions(in, middle, 1).bias(false)),
                                        torch::nn::BatchNorm1d(middle)));
    give = register_module(
        "give", torch::nn::Sequential(
                    torch::nn::Conv1d(Conv1dOptions(middle, out, 3).padding(1).bias(false)),
                    torch::nn::BatchNorm1d(out)));
    if (has_deeper) gates = register_module("gates", pointwise(2 * middle, 2));
  }
  /// block: [batch, in, bin]; deeper: what the deeper block's fusion put there, [batch, middle,
  /// bin], or undefined. Returns [batch, out, bin] and leaves its own for the shallower block.
  torch::Tensor forward(const torch::Tensor& block, torch::Tensor& deeper) {
    torch::Tensor x = reduce->forward(block);
    if (!gates.is_empty()) x = attention_fusion(x, deeper, gates(torch::cat({x, deeper}, 1)));
    deeper = x;
    return give->forward(x);
  }

  torch::nn::Sequential reduce{nullptr}, give{nullptr};
  torch::nn::Conv1d gates{nullptr};
};
TORCH_MODULE(Fusion);

struct KnowledgeReview : RivalLoss {
  explicit KnowledgeReview(const RivalSetup& setup) : teacher(setup.teacher->blocks, setup.device) {
    fusions = register_module("fusions", torch::nn::ModuleList());
    const auto& blocks = setup.teacher->blocks;
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      fusions->push_back(Fusion(setup.student.width, blocks.back().size(1), blocks[i].size(1),
                                /*has_deeper=*/i + 1 < blocks.size()));
    }
  }
  torch::Tensor forward(const RivalStep& step) override {
    torch::Tensor loss = torch::zeros({}, step.out.logits.options()), deeper;
    for (std::size_t i = fusions->size(); i-- > 0;) {
      const torch::Tensor wanted = teacher(step.teacher->blocks, i);
      loss = loss + hierarchical_context_loss(fusions[i]->as<FusionImpl>()->forward(
                                                  in_bins_of(step.out.blocks[i], wanted), deeper),
                                              wanted);
    }
    return kWeight * loss;
  }

  static constexpr double kWeight = 0.2;
  StandardizedBlocks teacher;
  torch::nn::ModuleList fusions{nullptr};
};

}  // namespace

std::shared_ptr<RivalLoss> make_feature_rival(std::string_view name, const RivalSetup& setup) {
  if (name == "fitnets") return std::make_shared<FitNets>(setup);
  if (name == "attention-transfer") return std::make_shared<AttentionTransfer>();
  if (name == "vid") return std::make_shared<VariationalInformation>(setup);
  if (name == "reviewkd") return std::make_shared<KnowledgeReview>(setup);
  return nullptr;
}

}  // namespace liteheart
