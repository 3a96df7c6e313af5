// Tarvainen and Valpola, "Mean teachers are better role models: Weight-averaged consistency targets
// improve semi-supervised deep learning results", NIPS 2017. Per label: squared distance of the
// sigmoid's probabilities to those of the weight-averaged network, which sees the weakly augmented
// view.
#pragma once

#include <ATen/core/Tensor.h>

namespace liteheart {

/// Mean over the batch's labels. student_logits, mean_probability (no gradient): [batch, class].
at::Tensor consistency_loss(const at::Tensor& student_logits, const at::Tensor& mean_probability);

/// The weight's rise from e^-5 to 1: exp(-5 (1 - t)^2), t from 0 to 1 over the first quarter of
/// training. progress: the share of training that is done.
double consistency_ramp(double progress);

}  // namespace liteheart
