// The rivals that learn from probabilities: the teacher's, or their own on a weak view.
#include "distill/binary_divergence.h"
#include "distill/correlation.h"
#include "distill/decoupled.h"
#include "distill/fixmatch.h"
#include "distill/label_wise.h"
#include "distill/mean_teacher.h"
#include "distill/present.h"
#include "distill/rival.h"
#include "distill/softmatch.h"

namespace liteheart {
namespace {

torch::Tensor logits_of_teacher(const TeacherOpinion& teacher) {
  return torch::logit(teacher.probability, 1e-6);
}

struct Decoupled : RivalLoss {
  torch::Tensor forward(const RivalStep& step) override {
    const DecoupledLoss loss =
        decoupled_loss(step.out.logits, logits_of_teacher(*step.teacher),
                       present_labels(step.target, step.teacher->probability), kTemperature);
    return kWeight * (loss.target + kNonTarget * loss.non_target);
  }
  static constexpr double kTemperature = 4, kNonTarget = 8, kWeight = 0.1;
};

struct Correlation : RivalLoss {
  torch::Tensor forward(const RivalStep& step) override {
    return correlation_loss(step.out.logits.sigmoid(), step.teacher->probability).mean();
  }
};

struct LabelWise : RivalLoss {
  explicit LabelWise(const RivalSetup& setup) : head(setup.head) {}
  torch::Tensor forward(const RivalStep& step) override {
    const LabelWiseLoss loss =
        label_wise_loss(label_embeddings(head_of(step.student), step.out.pooled),
                        label_embeddings(head, step.teacher->pooled),
                        present_labels(step.target, step.teacher->probability));
    return binary_divergence(step.out.logits, logits_of_teacher(*step.teacher)).mean() +
           kClassAware * loss.class_aware + kInstanceAware * loss.instance_aware;
  }
  static constexpr double kClassAware = 1, kInstanceAware = 1;
  Head head;
};

struct FixMatch : RivalLoss {
  torch::Tensor forward(const RivalStep& step) override {
    const auto labelled = step.target.size(0);
    return fixmatch_loss(step.out.logits.slice(0, labelled),
                         step.weak.slice(0, labelled).sigmoid());
  }
};

struct SoftMatch : RivalLoss {
  explicit SoftMatch(const RivalSetup& setup) {
    const auto classes = setup.student.classes;
    running.prior = register_buffer("prior", torch::full({classes}, 0.5));
    running.mean = register_buffer("mean", torch::full({classes}, 0.5));
    running.variance = register_buffer("variance", torch::ones({classes}));
  }
  torch::Tensor forward(const RivalStep& step) override {
    const auto labelled = step.target.size(0);
    const torch::Tensor weak = step.weak.slice(0, labelled).sigmoid();
    if (weak.size(0) > 1) update_confidence(running, weak, kMomentum);
    return softmatch_loss(step.out.logits.slice(0, labelled), weak, running);
  }
  // 0.999 in the paper's million steps; a training has some thousand here.
  static constexpr double kMomentum = 0.99;
  Confidence running;
};

struct MeanTeacher : RivalLoss {
  torch::Tensor forward(const RivalStep& step) override {
    return kWeight * consistency_ramp(step.progress) *
           consistency_loss(step.out.logits, step.weak.sigmoid());
  }
  // The paper's 100 is of a mean over 10 classes against a record's whole cross-entropy.
  static constexpr double kWeight = 10;
};

}  // namespace

std::shared_ptr<RivalLoss> make_output_rival(std::string_view name, const RivalSetup& setup) {
  if (name == "dkd") return std::make_shared<Decoupled>();
  if (name == "dist") return std::make_shared<Correlation>();
  if (name == "l2d") return std::make_shared<LabelWise>(setup);
  if (name == "fixmatch") return std::make_shared<FixMatch>();
  if (name == "softmatch") return std::make_shared<SoftMatch>(setup);
  if (name == "mean-teacher") return std::make_shared<MeanTeacher>();
  return nullptr;
}

}  // namespace liteheart
