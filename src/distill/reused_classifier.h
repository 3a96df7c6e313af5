// Chen, Mei, Wang, Feng and Chen, "Knowledge Distillation with the Reused Teacher Classifier"
// (SimKD), CVPR 2022: the student's features are projected to the teacher's, and the teacher's own
// classifier answers. Here the pooled features, by a linear projector: the classifier is linear
// too, so both fold into the student's head, and the student keeps its size and architecture. (The
// paper's projector of three convolutions would make it larger.)
#pragma once

#include "distill/head.h"

namespace liteheart {

/// Mean squared distance, as a share of the variance of the teacher's features. projected, teacher:
/// [batch, teacher width].
at::Tensor reused_classifier_loss(const at::Tensor& projected, const at::Tensor& teacher,
                                  double variance);

/// The student's head that does what the teacher's does behind a projector (weight [teacher width,
/// width], bias [teacher width]): hidden the identity, output the product.
Head reused_head(const Head& teacher, const at::Tensor& weight, const at::Tensor& bias);

}  // namespace liteheart
