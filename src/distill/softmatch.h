// Chen, Tao, Fan, Wang, Wang, Schiele, Xie, Raj and Savvides, "SoftMatch: Addressing the
// Quantity-Quality Trade-off in Semi-supervised Learning", ICLR 2023. As FixMatch, but every
// pseudo-label counts, by a Gaussian of its confidence that is truncated at the running mean. Per
// label: each class is a question with the answers present and absent, with a mean and a variance
// of its own, and uniform alignment is towards these two answers being equally frequent: it says
// how surprising an answer is for this class, and so keeps the mass of easy absences from hiding
// rare findings. As in the paper it changes the weights alone, not the pseudo-labels.
#pragma once

#include <ATen/core/Tensor.h>

namespace liteheart {

/// Running statistics of the weak view's opinions, [class] each.
struct Confidence {
  at::Tensor prior;           // mean probability
  at::Tensor mean, variance;  // of the aligned confidence
};

/// How sure the hard label (present from one half on) is after alignment: its probability, divided
/// by how frequent the answer is (prior), of the sum over both answers. probability: [batch,
/// class].
at::Tensor aligned_confidence(const at::Tensor& probability, const at::Tensor& prior);

/// Exponential running means over the batch, in place; probability: [batch, class], at least two.
void update_confidence(Confidence& running, const at::Tensor& probability, double momentum);

/// exp(-(confidence - mean)^2 / (2 variance / 4)) below the mean (the paper's code narrows the
/// Gaussian by 2), 1 from there on. [batch, class].
at::Tensor softmatch_weight(const at::Tensor& confidence, const Confidence& running);

/// Weighted cross-entropy against the hard labels, mean over the batch's labels. student_logits,
/// weak_probability (no gradient): [batch, class].
at::Tensor softmatch_loss(const at::Tensor& student_logits, const at::Tensor& weak_probability,
                          const Confidence& running);

}  // namespace liteheart
