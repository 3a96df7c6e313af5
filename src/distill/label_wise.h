// Yang, Xie, Zong, Feng, Niu, Sugiyama and Huang, "Multi-Label Knowledge Distillation" (L2D), ICCV
// 2023: each label's probability is distilled as a question of its own, and so is the structure of
// embeddings that belong to labels. The paper's networks have a decoder that makes such embeddings;
// ours have a pooled vector and a linear head, whose label-wise embedding is the part of a logit
// before it is summed up (distill/head.h). Distances are divided by their mean, as widths differ.
#pragma once

#include <ATen/core/Tensor.h>

namespace liteheart {

struct LabelWiseLoss {
  at::Tensor class_aware;     // a label's embeddings in the records that have it
  at::Tensor instance_aware;  // a record's embeddings of the labels it has
};

/// Of the distances of pairs of present labels (distill/pair_structure.h). student: [batch, class,
/// width], teacher: [batch, class, other width]; present: bool [batch, class].
LabelWiseLoss label_wise_loss(const at::Tensor& student, const at::Tensor& teacher,
                              const at::Tensor& present);

}  // namespace liteheart
