#include "distill/softmatch.h"

#include <ATen/ATen.h>
#include <torch/utils.h>

namespace liteheart {

at::Tensor aligned_confidence(const at::Tensor& probability, const at::Tensor& prior) {
  const at::Tensor present = probability / prior.clamp_min(1e-6);
  const at::Tensor absent = (1 - probability) / (1 - prior).clamp_min(1e-6);
  return at::where(probability >= 0.5, present, absent) / (present + absent);
}

void update_confidence(Confidence& running, const at::Tensor& probability, double momentum) {
  torch::NoGradGuard no_grad;
  const double rate = 1 - momentum;
  running.prior.lerp_(probability.mean(0), rate);
  const at::Tensor confidence = aligned_confidence(probability, running.prior);
  running.mean.lerp_(confidence.mean(0), rate);
  running.variance.lerp_(confidence.var(0, /*unbiased=*/true), rate);
}

at::Tensor softmatch_weight(const at::Tensor& confidence, const Confidence& running) {
  constexpr double kNarrowing = 4;
  const at::Tensor below = (confidence - running.mean).clamp_max(0);
  return (-below.square() * kNarrowing / (2 * running.variance.clamp_min(1e-12))).exp();
}

at::Tensor softmatch_loss(const at::Tensor& student_logits, const at::Tensor& weak_probability,
                          const Confidence& running) {
  const at::Tensor weight =
      softmatch_weight(aligned_confidence(weak_probability, running.prior), running);
  return at::binary_cross_entropy_with_logits(
      student_logits, (weak_probability >= 0.5).to(student_logits.scalar_type()), weight);
}

}  // namespace liteheart
