// The rivals that learn from pooled features: how records lie to each other, which is which, and
// the features themselves for the teacher's classifier.
#include <torch/nn/modules/normalization.h>

#include <cmath>
#include <limits>

#include "data/random.h"
#include "distill/contrastive.h"
#include "distill/relational.h"
#include "distill/reused_classifier.h"
#include "distill/rival.h"

namespace liteheart {
namespace {

torch::Tensor rows_of_length_one(const torch::Tensor& x) {
  return torch::nn::functional::normalize(x, torch::nn::functional::NormalizeFuncOptions().dim(1));
}

struct Relational : RivalLoss {
  torch::Tensor forward(const RivalStep& step) override {
    const torch::Tensor &student = step.out.pooled, &teacher = step.teacher->pooled;
    return kWeight * (relational_distance_loss(student, teacher) +
                      kAngle * relational_angle_loss(student, teacher));
  }
  static constexpr double kWeight = 1, kAngle = 2;  // 25 and 50 in the paper
};

struct Contrastive : RivalLoss {
  explicit Contrastive(const RivalSetup& setup)
      : seed(setup.seed), records(setup.teacher->pooled.size(0)) {
    student = register_module("student", torch::nn::Linear(setup.student.width, kSpace));
    teacher = register_module("teacher", torch::nn::Linear(setup.teacher->pooled.size(1), kSpace));
    student_bank =
        register_buffer("student_bank", rows_of_length_one(torch::randn({records, kSpace})));
    teacher_bank =
        register_buffer("teacher_bank", rows_of_length_one(torch::randn({records, kSpace})));
    log_scale = register_buffer(
        "log_scale", torch::full({2}, std::numeric_limits<float>::quiet_NaN()));  // until known
  }

  torch::Tensor forward(const RivalStep& step) override {
    const torch::Tensor s = rows_of_length_one(student(step.out.pooled)),
                        t = rows_of_length_one(teacher(step.teacher->pooled));
    const torch::Tensor drawn = draw(step.step).to(s.device()), rows = step.rows.to(s.device());
    const torch::Tensor other = rows.unsqueeze(1) != drawn.unsqueeze(0);
    // Before they are asked, unlike in the paper: in some ten epochs instead of hundreds, a pass
    // whose positives are still noise would be lost. The gradient goes through copies of the banks'
    // rows.
    update_bank(student_bank, rows, s);
    update_bank(teacher_bank, rows, t);
    const torch::Tensor teachers = teacher_bank.index_select(0, drawn),
                        students = student_bank.index_select(0, drawn);
    if (std::isnan(log_scale[0].item<float>())) {
      log_scale[0] = noise_log_scale(s, teachers);
      log_scale[1] = noise_log_scale(t, students);
    }
    const torch::Tensor loss = noise_contrastive_loss(s, teacher_bank.index_select(0, rows),
                                                      teachers, other, log_scale[0]) +
                               noise_contrastive_loss(t, student_bank.index_select(0, rows),
                                                      students, other, log_scale[1]);
    return kWeight * loss;
  }

  /// Rows of the banks that serve as negatives: all of them, or as many drawn.
  torch::Tensor draw(std::uint64_t step) const {
    if (records <= kNegatives) return torch::arange(records);
    Random random(seed, step + (std::uint64_t{1} << 42));
    std::vector<std::int64_t> rows(kNegatives);
    for (auto& row : rows)
      row = static_cast<std::int64_t>(random.below(static_cast<std::size_t>(records)));
    return torch::tensor(rows, torch::kLong);
  }

  static constexpr std::int64_t kSpace = 128, kNegatives = 4096;
  static constexpr double kWeight = 0.04;  // 0.8 in the paper
  std::uint64_t seed;
  std::int64_t records;
  torch::nn::Linear student{nullptr}, teacher{nullptr};
  torch::Tensor student_bank, teacher_bank, log_scale;
};

struct ReusedClassifier : RivalLoss {
  explicit ReusedClassifier(const RivalSetup& setup) : head(setup.head) {
    const torch::Tensor all = setup.teacher->pooled.to(torch::kFloat);
    variance = all.var(0, /*unbiased=*/false).mean().item<double>();
    projector = register_module("projector", torch::nn::Linear(setup.student.width, all.size(1)));
    torch::NoGradGuard no_grad;
    projector->bias.copy_(all.mean(0));
  }
  torch::Tensor forward(const RivalStep& step) override {
    return reused_classifier_loss(projector(step.out.pooled), step.teacher->pooled, variance);
  }
  void after_step(Model& student) override {
    torch::NoGradGuard no_grad;
    const Head folded = reused_head(head, projector->weight, projector->bias);
    Head own = head_of(student);
    own.hidden_weight.copy_(folded.hidden_weight);
    own.hidden_bias.copy_(folded.hidden_bias);
    own.output_weight.copy_(folded.output_weight);
    own.output_bias.copy_(folded.output_bias);
  }

  Head head;
  double variance = 1;
  torch::nn::Linear projector{nullptr};
};

}  // namespace

std::shared_ptr<RivalLoss> make_relation_rival(std::string_view name, const RivalSetup& setup) {
  if (name == "rkd") return std::make_shared<Relational>();
  if (name == "crd") return std::make_shared<Contrastive>(setup);
  if (name == "simkd") return std::make_shared<ReusedClassifier>(setup);
  return nullptr;
}

}  // namespace liteheart
