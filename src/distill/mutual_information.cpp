#include "distill/mutual_information.h"

#include <torch/nn/functional/normalization.h>
#include <torch/nn/modules/linear.h>

#include <cmath>

#include "ecg/error.h"

namespace liteheart {
namespace {

constexpr int kSpace = 64;                  // dimensions of the common space
constexpr double kCriticTemperature = 0.1;  // of InfoNCE and the Jensen-Shannon critic

// Each returns the negated bound of every pair: student [i, batch, d], teacher [j, batch, d] -> [i,
// j].
torch::Tensor info_nce(const torch::Tensor& student, const torch::Tensor& teacher) {
  const auto batch = student.size(1);
  const torch::Tensor score =
      torch::einsum("ind,jmd->ijnm", {student, teacher}) / kCriticTemperature;
  const torch::Tensor hit = score.diagonal(0, 2, 3);
  const torch::Tensor bound = hit - (score.logsumexp(3) + score.logsumexp(2)) / 2;
  return -(bound.mean(2) + std::log(static_cast<double>(batch)));
}

torch::Tensor gaussian(const torch::Tensor& student, const torch::Tensor& teacher,
                       const torch::Tensor& log_variance) {
  const torch::Tensor cosine = torch::einsum("ind,jnd->ij", {student, teacher}) / student.size(1);
  const torch::Tensor squared = 2 - 2 * cosine;  // of unit vectors, mean over the batch
  return (squared / log_variance.exp() + kSpace * log_variance) / 2;
}

torch::Tensor jensen_shannon(const torch::Tensor& student, const torch::Tensor& teacher) {
  const auto batch = student.size(1);
  const torch::Tensor score =
      torch::einsum("ind,jmd->ijnm", {student, teacher}) / kCriticTemperature;
  const torch::Tensor hit = score.diagonal(0, 2, 3);
  const torch::Tensor miss = torch::softplus(score);
  const torch::Tensor negatives = (miss.sum({2, 3}) - miss.diagonal(0, 2, 3).sum(2)) /
                                  std::max<double>(1, static_cast<double>(batch * (batch - 1)));
  return torch::softplus(-hit).mean(2) + negatives;
}

}  // namespace

InformationBound information_bound(std::string_view name) {
  if (name == "infonce") return InformationBound::kInfoNce;
  if (name == "gaussian") return InformationBound::kGaussian;
  if (name == "jensen-shannon") return InformationBound::kJensenShannon;
  throw Error("information_bound", "no bound is called '" + std::string(name) + "'",
              "choose one of infonce, gaussian, jensen-shannon");
}

CrossLayerInformationImpl::CrossLayerInformationImpl(
    const std::vector<std::int64_t>& student_widths,
    const std::vector<std::int64_t>& teacher_widths, InformationBound information)
    : bound(information) {
  student_projections = register_module("student_projections", torch::nn::ModuleList());
  for (const auto width : student_widths)
    student_projections->push_back(torch::nn::Linear(width, kSpace));
  teacher_projections = register_module("teacher_projections", torch::nn::ModuleList());
  for (const auto width : teacher_widths)
    teacher_projections->push_back(torch::nn::Linear(width, kSpace));
  const auto rows = static_cast<std::int64_t>(student_widths.size());
  const auto columns = static_cast<std::int64_t>(teacher_widths.size());
  affinity = register_parameter("affinity", torch::zeros({rows, columns}));
  log_variance = register_parameter("log_variance", torch::zeros({rows, columns}));
}

torch::Tensor CrossLayerInformationImpl::attention() const { return torch::softmax(affinity, 1); }

torch::Tensor CrossLayerInformationImpl::forward(const std::vector<torch::Tensor>& student,
                                                 const std::vector<torch::Tensor>& teacher) {
  const auto project = [](torch::nn::ModuleList& projections,
                          const std::vector<torch::Tensor>& layers) {
    std::vector<torch::Tensor> projected;
    for (std::size_t i = 0; i < layers.size(); ++i) {
      const auto y =
          projections[i]->as<torch::nn::LinearImpl>()->forward(layers[i].to(torch::kFloat));
      projected.push_back(torch::nn::functional::normalize(
          y, torch::nn::functional::NormalizeFuncOptions().dim(1)));
    }
    return torch::stack(projected);
  };
  const torch::Tensor s = project(student_projections, student),
                      t = project(teacher_projections, teacher);
  torch::Tensor cost;
  switch (bound) {
    case InformationBound::kInfoNce:
      cost = info_nce(s, t);
      break;
    case InformationBound::kGaussian:
      cost = gaussian(s, t, log_variance);
      break;
    case InformationBound::kJensenShannon:
      cost = jensen_shannon(s, t);
      break;
  }
  return (attention() * cost).sum(1).mean();
}

OutputProbesImpl::OutputProbesImpl(std::size_t blocks, std::int64_t width, std::int64_t classes) {
  heads = register_module("heads", torch::nn::ModuleList());
  for (std::size_t i = 0; i < blocks; ++i) heads->push_back(torch::nn::Linear(2 * width, classes));
}

std::vector<torch::Tensor> OutputProbesImpl::forward(const std::vector<torch::Tensor>& blocks) {
  std::vector<torch::Tensor> logits;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const torch::Tensor block = blocks[i].squeeze(2).to(torch::kFloat);
    logits.push_back(heads[i]->as<torch::nn::LinearImpl>()->forward(
        torch::cat({block.mean(2), block.amax(2)}, 1)));
  }
  return logits;
}

}  // namespace liteheart
