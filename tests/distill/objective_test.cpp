// Cross-layer mutual information, and the whole loss of a step.
#include "distill/objective.h"

#include <gtest/gtest.h>
#include <torch/nn/init.h>

#include <cmath>

#include "distill/finite_differences.h"
#include "ecg/error.h"

namespace liteheart {
namespace {

constexpr InformationBound kBounds[] = {InformationBound::kInfoNce, InformationBound::kGaussian,
                                        InformationBound::kJensenShannon};
constexpr double kTemperature = 0.1;
using Widths = std::vector<std::int64_t>;

double softplus(double x) { return x > 30 ? x : std::log1p(std::exp(x)); }

/// [batch, 64] projected and scaled to length 1, by loops in double.
std::vector<std::vector<double>> projected(const torch::Tensor& x, torch::nn::LinearImpl& linear) {
  const torch::Tensor in = x.to(torch::kDouble).contiguous();
  const torch::Tensor w = linear.weight.detach().to(torch::kDouble).contiguous();
  const torch::Tensor bias = linear.bias.detach().to(torch::kDouble).contiguous();
  const auto rows = static_cast<std::size_t>(in.size(0)),
             from = static_cast<std::size_t>(in.size(1)), to = static_cast<std::size_t>(w.size(0));
  std::vector<std::vector<double>> out(rows, std::vector<double>(to));
  for (std::size_t n = 0; n < rows; ++n) {
    double square = 0;
    for (std::size_t d = 0; d < to; ++d) {
      double sum = bias.data_ptr<double>()[d];
      for (std::size_t k = 0; k < from; ++k) {
        sum += in.data_ptr<double>()[n * from + k] * w.data_ptr<double>()[d * from + k];
      }
      out[n][d] = sum;
      square += sum * sum;
    }
    for (double& v : out[n]) v /= std::sqrt(square);
  }
  return out;
}

/// The negated bound of one pair of layers.
double pair_cost(InformationBound bound, const std::vector<std::vector<double>>& s,
                 const std::vector<std::vector<double>>& t, double log_variance) {
  const std::size_t batch = s.size();
  std::vector<std::vector<double>> cosine(batch, std::vector<double>(batch));
  for (std::size_t n = 0; n < batch; ++n) {
    for (std::size_t m = 0; m < batch; ++m) {
      for (std::size_t d = 0; d < s[n].size(); ++d) cosine[n][m] += s[n][d] * t[m][d];
    }
  }
  const auto count = static_cast<double>(batch);
  double cost = 0;
  for (std::size_t n = 0; n < batch; ++n) {
    double row = 0, column = 0;
    for (std::size_t m = 0; m < batch; ++m) {
      row += std::exp(cosine[n][m] / kTemperature);
      column += std::exp(cosine[m][n] / kTemperature);
      if (bound == InformationBound::kJensenShannon && m != n) {
        cost += softplus(cosine[n][m] / kTemperature) / (count * (count - 1));
      }
    }
    const double hit = cosine[n][n] / kTemperature;
    if (bound == InformationBound::kInfoNce) {
      cost -= (hit - (std::log(row) + std::log(column)) / 2 + std::log(count)) / count;
    } else if (bound == InformationBound::kJensenShannon) {
      cost += softplus(-hit) / count;
    } else {
      double squared = 0;
      for (std::size_t d = 0; d < s[n].size(); ++d) squared += std::pow(s[n][d] - t[n][d], 2);
      cost += (squared / std::exp(log_variance) / count +
               static_cast<double>(s[n].size()) * log_variance / count) /
              2;
    }
  }
  return cost;
}

double expected_cost(CrossLayerInformationImpl& net, const std::vector<torch::Tensor>& student,
                     const std::vector<torch::Tensor>& teacher) {
  double total = 0;
  for (std::size_t i = 0; i < student.size(); ++i) {
    const auto row = static_cast<std::int64_t>(i);
    double sum = 0;
    for (std::size_t j = 0; j < teacher.size(); ++j) {
      sum += std::exp(net.affinity[row][static_cast<std::int64_t>(j)].item<double>());
    }
    const auto s = projected(student[i], *net.student_projections[i]->as<torch::nn::LinearImpl>());
    for (std::size_t j = 0; j < teacher.size(); ++j) {
      const auto column = static_cast<std::int64_t>(j);
      const auto t =
          projected(teacher[j], *net.teacher_projections[j]->as<torch::nn::LinearImpl>());
      total += std::exp(net.affinity[row][column].item<double>()) / sum *
               pair_cost(net.bound, s, t, net.log_variance[row][column].item<double>());
    }
  }
  return total / static_cast<double>(student.size());
}

struct Layers {
  std::vector<torch::Tensor> student = {torch::randn({5, 3}), torch::randn({5, 4})};
  std::vector<torch::Tensor> teacher = {torch::randn({5, 6}), torch::randn({5, 2}),
                                        torch::randn({5, 3})};
};

CrossLayerInformation worn(InformationBound bound) {
  CrossLayerInformation net(Widths{3, 4}, Widths{6, 2, 3}, bound);
  torch::NoGradGuard no_grad;
  net->affinity.normal_();
  net->log_variance.normal_(0, 0.3);
  return net;
}

TEST(CrossLayerInformation, is_the_bound_of_every_pair_of_layers_weighted_by_attention) {
  torch::manual_seed(1);
  for (const auto bound : kBounds) {
    const Layers layers;
    CrossLayerInformation net = worn(bound);
    const double expected = expected_cost(*net, layers.student, layers.teacher);
    EXPECT_NEAR(net->forward(layers.student, layers.teacher).item<double>(), expected,
                1e-5 * std::max(1.0, std::abs(expected)))
        << static_cast<int>(bound);
  }
}

// The network computes in float, so its gradient is held against differences of the loops in
// double.
TEST(CrossLayerInformation, has_the_gradient_of_its_value) {
  torch::manual_seed(2);
  for (const auto bound : kBounds) {
    SCOPED_TRACE(static_cast<int>(bound));
    Layers layers;
    CrossLayerInformation net = worn(bound);
    layers.student[1].requires_grad_(true);
    net->forward(layers.student, layers.teacher).backward();

    const auto by_embedding = [&](const torch::Tensor& x) {
      return expected_cost(*net, {layers.student[0], x}, layers.teacher);
    };
    const torch::Tensor gradient = layers.student[1].grad();
    test::expect_close(gradient, test::difference_gradient(by_embedding, layers.student[1]), 2e-4);
    EXPECT_GT(gradient.abs().max().item<double>(), 1e-3);

    // Of the parameters, the value is put in double beside the float one.
    const auto by_parameter = [&](torch::Tensor& parameter) {
      const torch::Tensor before = parameter.detach().clone();
      auto differences = test::difference_gradient(
          [&](const torch::Tensor& value) {
            torch::NoGradGuard no_grad;
            parameter.set_data(value.clone());
            return expected_cost(*net, layers.student, layers.teacher);
          },
          before);
      parameter.set_data(before);
      return differences;
    };
    const torch::Tensor affinity = net->affinity.grad().clone();
    test::expect_close(affinity, by_parameter(net->affinity), 2e-4);
    if (bound == InformationBound::kGaussian) {
      const torch::Tensor variance = net->log_variance.grad().clone();
      test::expect_close(variance, by_parameter(net->log_variance), 2e-4);
    }
  }
}

TEST(CrossLayerInformation, of_identical_independent_embeddings_is_nearly_log_batch_by_infonce) {
  torch::manual_seed(3);
  torch::NoGradGuard no_grad;
  CrossLayerInformation net(Widths{64}, Widths{64}, InformationBound::kInfoNce);
  for (auto* projections : {&net->student_projections, &net->teacher_projections}) {
    auto* linear = (*projections)[0]->as<torch::nn::LinearImpl>();
    torch::nn::init::eye_(linear->weight);
    linear->bias.zero_();
  }
  const auto bound = [&](const torch::Tensor& a, const torch::Tensor& b) {
    return -net->forward({a}, {b}).item<double>();
  };
  // Orthogonal embeddings: log batch - log(1 + (batch - 1) exp(-1 / temperature)).
  const double batch = 32, loss = std::log1p((batch - 1) * std::exp(-1 / kTemperature));
  const torch::Tensor basis = torch::eye(64).slice(0, 0, 32);
  EXPECT_NEAR(bound(basis, basis), std::log(batch) - loss, 1e-5);

  const torch::Tensor x = torch::randn({32, 64});
  EXPECT_NEAR(bound(x, x), std::log(batch), 0.05);
  EXPECT_LT(bound(x, x), std::log(batch));
  EXPECT_LT(bound(x, torch::randn({32, 64})), 0.1);
}

TEST(CrossLayerInformation, attention_rows_sum_to_one_and_begin_equal) {
  CrossLayerInformation net(Widths{3, 4}, Widths{6, 2, 3}, InformationBound::kInfoNce);
  EXPECT_TRUE(torch::allclose(net->attention(), torch::full({2, 3}, 1.0 / 3)));
  torch::NoGradGuard no_grad;
  net->affinity.normal_(0, 4);
  EXPECT_TRUE(torch::allclose(net->attention().sum(1), torch::ones({2})));
  EXPECT_GT(net->attention().max().item<double>(), 0.5);
}

TEST(OutputProbes, read_each_blocks_mean_and_maximum_over_time) {
  torch::manual_seed(12);
  torch::NoGradGuard no_grad;
  constexpr std::int64_t kRecords = 5, kWidth = 4, kOutputs = 3;
  OutputProbes probes(2, kWidth, kOutputs);
  const std::vector<torch::Tensor> blocks = {torch::randn({kRecords, kWidth, 1, 12}),
                                             torch::randn({kRecords, kWidth, 1, 6})};
  const auto logits = probes->forward(blocks);
  ASSERT_EQ(logits.size(), blocks.size());
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const auto& head = *probes->heads[i]->as<torch::nn::LinearImpl>();
    for (std::int64_t n = 0; n < kRecords; ++n) {
      for (std::int64_t c = 0; c < kOutputs; ++c) {
        double logit = head.bias[c].item<double>();
        for (std::int64_t w = 0; w < kWidth; ++w) {
          const torch::Tensor over_time = blocks[i][n][w][0];
          logit += head.weight[c][w].item<double>() * over_time.mean().item<double>() +
                   head.weight[c][kWidth + w].item<double>() * over_time.max().item<double>();
        }
        EXPECT_NEAR(logits[i][n][c].item<double>(), logit, 1e-5);
      }
    }
  }
}

TEST(InformationBound, of_an_unknown_name_is_an_error_that_lists_the_known_ones) {
  try {
    information_bound("mine");
    FAIL();
  } catch (const Error& e) {
    EXPECT_NE(std::string(e.what()).find("infonce, gaussian, jensen-shannon"), std::string::npos);
  }
}

constexpr std::int64_t kBatch = 4, kLabelled = 2, kClasses = 3, kTime = 256, kBins = 64;

/// A student with its restoration, a batch and a teacher's opinion on it.
struct Step {
  ModelCard card;
  Model model;
  torch::Tensor signal = torch::randn({kBatch, 12, kTime});
  torch::Tensor target = torch::rand({kLabelled, kClasses}).round();
  TeacherOpinion teacher;

  Step() {
    card.backbone.width = 16;
    card.backbone.classes = kClasses;
    card.backbone.strides = {2, 2, 2};  // 32 tokens, unlike the teacher's 64 bins
    card.restoration = restoration_preset("tiny");
    card.restoration->width = 8;
    model = Model::create(card, 4);
    teacher.probability = torch::rand({kBatch, kClasses});
    teacher.calibrated = torch::rand({kBatch, kClasses});
    teacher.map = torch::ones({kBatch, 12, kBins});
    teacher.class_maps = torch::randn({kBatch, kClasses, kBins});
    for (int i = 0; i < 3; ++i) teacher.blocks.push_back(torch::randn({kBatch, 24, kBins}));
    teacher.embeddings = {torch::randn({kBatch, 24}), torch::randn({kBatch, 24})};
  }
  ModelOutput run() {
    ModelOutput out = model.forward(signal.slice(1, 0, 1));
    out.backbone.class_maps = model.backbone->class_maps(out.backbone.layers.back());
    return out;
  }
};

ObjectiveWeights all_parts() {
  ObjectiveWeights w;
  w.supervised = 0.5;
  w.logit = 0.25;
  w.correlation = 0.375;
  w.pseudo = 2;
  w.restoration = 3;
  w.region_focus = 1;
  w.region_features = 0.75;
  w.region_agreement = 0.125;
  w.information = 1.5;
  w.output_information = 0.625;
  return w;
}

const std::map<std::string, double> kWeights = {
    {"supervised", 0.5},          {"logit", 0.25},
    {"correlation", 0.375},       {"pseudo", 2},
    {"restoration", 3},           {"region_features", 0.75},
    {"region_agreement", 0.125},  {"information", 1.5},
    {"output_information", 0.625}};

TEST(Objective, is_the_weighted_sum_of_its_parts_and_reaches_every_parameter) {
  torch::manual_seed(5);
  Step step;
  Objective objective(all_parts(), step.card.backbone, &step.teacher);
  std::map<std::string, torch::Tensor> parts;
  const torch::Tensor total =
      objective->forward(step.run(), step.signal, step.target, &step.teacher, parts);
  double sum = 0;
  ASSERT_EQ(parts.size(), kWeights.size());
  for (const auto& [name, weight] : kWeights) sum += weight * parts.at(name).item<double>();
  EXPECT_NEAR(total.item<double>(), sum, 1e-4);

  total.backward();
  for (const auto& p : step.model.parameters()) EXPECT_TRUE(p.grad().defined());
  for (const auto& item : objective->named_parameters()) {
    const bool unused = item.key() == "information.log_variance";  // but by the Gaussian bound
    EXPECT_NE(item.value().grad().defined(), unused) << item.key();
  }
}

TEST(Objective, asks_each_block_what_it_asks_the_student) {
  torch::manual_seed(13);
  Step step;
  const ObjectiveWeights weights = all_parts();
  Objective objective(weights, step.card.backbone, &step.teacher);
  std::map<std::string, torch::Tensor> parts;
  const ModelOutput out = step.run();
  objective->forward(out, step.signal, step.target, &step.teacher, parts);
  double sum = 0;
  for (const torch::Tensor& z : objective->probes(out.backbone.blocks)) {
    const double entropy =
        torch::binary_cross_entropy_with_logits(z, step.teacher.probability).item<double>();
    const torch::Tensor p = z.sigmoid(), y = step.teacher.probability;
    double lack = 0;
    for (const std::int64_t along : {0, 1}) {
      const torch::Tensor a = p - p.mean(along, true), b = y - y.mean(along, true);
      const torch::Tensor r = (a * b).sum(along) / ((a * a).sum(along) * (b * b).sum(along)).sqrt();
      lack += (1 - r).mean().item<double>() / 2;
    }
    sum += weights.logit * entropy + weights.correlation * lack;
  }
  EXPECT_NEAR(parts.at("output_information").item<double>(), sum / 3, 1e-5);
}

TEST(Objective, without_a_teacher_has_only_labels_and_plain_restoration) {
  torch::manual_seed(6);
  Step step;
  Objective objective(all_parts(), step.card.backbone, nullptr);
  std::map<std::string, torch::Tensor> parts;
  const ModelOutput out = step.run();
  objective->forward(out, step.signal, step.target, nullptr, parts);
  EXPECT_EQ(parts.size(), 2u);
  EXPECT_NEAR(parts.at("restoration").item<double>(),
              (out.restored - step.signal).abs().mean().item<double>(), 1e-6);
  EXPECT_EQ(objective->parameters().size(), 0u);
}

TEST(Objective, takes_labels_from_the_first_records_and_pseudo_labels_from_the_rest) {
  torch::manual_seed(7);
  Step step;
  ObjectiveWeights weights = all_parts();
  weights.restoration = weights.region_features = weights.region_agreement = weights.information =
      weights.output_information = 0;
  Objective objective(weights, step.card.backbone, &step.teacher);
  const auto parts_of = [&](const torch::Tensor& logits) {
    ModelOutput out;
    out.backbone.logits = logits;
    out.backbone.blocks = {torch::zeros({kBatch, 16, 1, 32})};
    std::map<std::string, torch::Tensor> parts;
    objective->forward(out, step.signal, step.target, &step.teacher, parts);
    return parts;
  };
  const torch::Tensor logits = torch::randn({kBatch, kClasses});
  torch::Tensor labelled = logits.clone(), unlabelled = logits.clone();
  labelled[0] += 1;
  unlabelled[kLabelled] += 1;
  auto before = parts_of(logits), a = parts_of(labelled), b = parts_of(unlabelled);
  EXPECT_FALSE(torch::equal(a["supervised"], before["supervised"]));
  EXPECT_TRUE(torch::equal(a["pseudo"], before["pseudo"]));
  EXPECT_TRUE(torch::equal(b["supervised"], before["supervised"]));
  EXPECT_FALSE(torch::equal(b["pseudo"], before["pseudo"]));
  EXPECT_FALSE(torch::equal(a["logit"], before["logit"]));
  EXPECT_FALSE(torch::equal(b["logit"], before["logit"]));
}

// Differences of the loss in float, along the gradient itself: there they are largest.
TEST(Objective, descends_along_its_gradient_as_fast_as_the_gradient_says) {
  torch::manual_seed(8);
  Step step;
  Objective objective(all_parts(), step.card.backbone, &step.teacher);
  step.model.train(false);
  std::map<std::string, torch::Tensor> parts;
  const auto loss = [&] {
    return objective->forward(step.run(), step.signal, step.target, &step.teacher, parts);
  };
  loss().backward();
  double square = 0;
  for (const auto& p : step.model.parameters()) square += p.grad().square().sum().item<double>();
  const auto moved = [&](double by) {
    const auto shift = [&](double amount) {
      torch::NoGradGuard no_grad;
      for (auto& p : step.model.parameters()) p.add_(p.grad(), amount / std::sqrt(square));
    };
    shift(by);
    const double value = loss().item<double>();
    shift(-by);
    return value;
  };
  constexpr double kStep = 2e-4;
  EXPECT_NEAR((moved(kStep) - moved(-kStep)) / (2 * kStep), std::sqrt(square),
              0.05 * std::sqrt(square));
}

}  // namespace
}  // namespace liteheart
