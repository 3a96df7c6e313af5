// The rivals as training uses them: projections, state, and what they do to the student.
#include "distill/rival.h"

#include <gtest/gtest.h>
#include <torch/nn/functional/linear.h>

#include <cmath>
#include <set>
#include <string>

#include "distill/rivals.h"

namespace liteheart {
namespace {

constexpr std::int64_t kRecords = 20, kBatch = 6, kLabelled = 2, kClasses = 3, kBins = 64;
constexpr std::int64_t kTeacherWidth = 24;

TeacherOpinion opinion(std::int64_t records) {
  TeacherOpinion o;
  o.probability = torch::rand({records, kClasses});
  o.pooled = torch::randn({records, kTeacherWidth});
  o.energy = torch::rand({records, 3, kBins});
  for (int i = 0; i < 3; ++i) o.blocks.push_back(torch::randn({records, kTeacherWidth, kBins}));
  return o;
}

/// A student, its batch, and a teacher of another width.
struct Study {
  ModelCard card;
  Model student;
  TeacherOpinion all = opinion(kRecords), batch = opinion(kBatch);
  Head head;
  torch::Tensor target = torch::rand({kLabelled, kClasses}).round();
  torch::Tensor weak = 4 * torch::randn({kBatch, kClasses});
  torch::Tensor rows = torch::arange(3, 3 + kBatch);
  BackboneOutput out;

  Study() {
    card.backbone.width = 16;
    card.backbone.classes = kClasses;
    card.backbone.strides = {2, 2, 2};
    student = Model::create(card, 4);
    head = {torch::randn({kTeacherWidth, kTeacherWidth}), torch::randn({kTeacherWidth}),
            torch::randn({kClasses, kTeacherWidth}), torch::randn({kClasses})};
    look();
  }
  void look() { out = student.forward(torch::randn({kBatch, 12, 256})).backbone; }
  std::shared_ptr<RivalLoss> make(std::string_view name) {
    RivalSetup setup;
    setup.student = card.backbone;
    setup.teacher = &all;
    setup.head = head;
    return make_rival(name, setup);
  }
  RivalStep step() {
    RivalStep s{student, out, target, &batch, weak, rows};
    s.progress = 0.5;
    return s;
  }
};

TEST(Rivals, give_a_finite_loss_that_reaches_the_student_and_all_their_own_parameters) {
  torch::manual_seed(1);
  for (const Rival& rival : kRivals) {
    SCOPED_TRACE(rival.name);
    Study study;
    const auto loss = study.make(rival.name);
    const torch::Tensor value = loss->forward(study.step());
    ASSERT_EQ(value.dim(), 0);
    EXPECT_TRUE(std::isfinite(value.item<double>()));
    EXPECT_GT(value.item<double>(), 0);
    value.backward();
    EXPECT_TRUE(study.student.backbone->encoder[0]
                    ->as<ResidualBlockImpl>()
                    ->conv1->weight.grad()
                    .defined());
    EXPECT_EQ(study.student.backbone->output->weight.grad().defined(),
              !rival.teacher || (rival.trains_output && rival.name != "simkd"));
    for (const auto& item : loss->named_parameters())
      EXPECT_TRUE(item.value().grad().defined()) << item.key();
  }
}

TEST(Rivals, have_names_of_their_own) {
  std::set<std::string_view> names;
  for (const Rival& rival : kRivals) EXPECT_TRUE(names.insert(rival.name).second) << rival.name;
  EXPECT_EQ(find_rival("none"), nullptr);
  EXPECT_EQ(find_rival("crd")->name, "crd");
}

TEST(ReusedClassifier, makes_the_student_answer_as_the_teachers_head_does_behind_the_projector) {
  torch::manual_seed(2);
  Study study;
  const auto rival = study.make("simkd");
  rival->after_step(study.student);
  study.look();
  const auto parameters = rival->named_parameters();
  const torch::Tensor projected = torch::nn::functional::linear(
      study.out.pooled, parameters["projector.weight"], parameters["projector.bias"]);
  EXPECT_TRUE(torch::allclose(study.out.logits, logits_of(study.head, projected), 1e-4, 1e-4));
}

TEST(Contrastive, changes_the_banks_at_the_batchs_records_alone_and_keeps_its_first_scale) {
  torch::manual_seed(3);
  Study study;
  const auto rival = study.make("crd");
  const auto buffer = [&](const char* name) { return rival->named_buffers()[name].clone(); };
  const torch::Tensor student = buffer("student_bank"), teacher = buffer("teacher_bank");
  EXPECT_TRUE(std::isnan(buffer("log_scale")[0].item<float>()));
  rival->forward(study.step()).backward();
  const torch::Tensor scale = buffer("log_scale");
  for (std::int64_t row = 0; row < kRecords; ++row) {
    const bool seen = row >= 3 && row < 3 + kBatch;
    EXPECT_NE(torch::equal(buffer("student_bank")[row], student[row]), seen) << row;
    EXPECT_NE(torch::equal(buffer("teacher_bank")[row], teacher[row]), seen) << row;
  }
  rival->forward(study.step());
  EXPECT_TRUE(torch::equal(buffer("log_scale"), scale));
}

TEST(Contrastive, learns_to_tell_each_record_from_the_others) {
  torch::manual_seed(4);
  Study study;
  const auto rival = study.make("crd");
  study.out.pooled = study.out.pooled.detach();
  const double before = rival->forward(study.step()).item<double>();
  for (int i = 0; i < 60; ++i) {
    rival->zero_grad();
    rival->forward(study.step()).backward();
    const torch::NoGradGuard no_grad;
    for (auto& p : rival->parameters()) p.sub_(0.1 * p.grad() / p.grad().norm());
  }
  const double own = rival->forward(study.step()).item<double>();
  EXPECT_LT(own, before);
  study.rows = torch::roll(study.rows, 1);
  EXPECT_GT(rival->forward(study.step()).item<double>(), own);
}

TEST(SemiSupervised, rivals_learn_from_the_unlabelled_records_but_the_mean_teacher_from_all) {
  torch::manual_seed(5);
  for (const Rival& rival : kRivals) {
    if (rival.weak_view == WeakView::kNone) continue;
    SCOPED_TRACE(rival.name);
    Study study;
    study.out.logits = torch::randn({kBatch, kClasses}).requires_grad_(true);
    study.weak = torch::full({kBatch, kClasses}, 6.0);
    study.make(rival.name)->forward(study.step()).backward();
    const torch::Tensor moved = study.out.logits.grad().abs().sum(1) > 0;
    EXPECT_EQ(moved.slice(0, 0, kLabelled).any().item<bool>(), rival.weak_view == WeakView::kMean);
    EXPECT_TRUE(moved.slice(0, kLabelled).all().item<bool>());
  }
}

}  // namespace
}  // namespace liteheart
