// Tian, Krishnan and Isola, "Contrastive Representation Distillation", ICLR 2020: noise-contrastive
// estimation between the student's embedding of a record and the teacher's, against embeddings of
// other records out of a memory bank. With several labels a record "of another class" is not
// defined, so every other record is a negative (instance discrimination, as the paper's own first
// form).
#pragma once

#include <ATen/core/Tensor.h>

namespace liteheart {

/// -E[log P(pair is real)] - sum over negatives E[log P(pair is noise)], in nats, mean over the
/// batch. anchor, positive: [batch, d]; negatives: [count, d]; other: bool [batch, count], false
/// where a negative is the record itself, which then does not count; all of length 1.
/// log_scale: scalar, the logarithm of the mean of exp(similarity / temperature) over noise, which
/// the paper fixes at the first step.
at::Tensor noise_contrastive_loss(const at::Tensor& anchor, const at::Tensor& positive,
                                  const at::Tensor& negatives, const at::Tensor& other,
                                  const at::Tensor& log_scale);

/// The log_scale of a first step. Scalar, without gradient.
at::Tensor noise_log_scale(const at::Tensor& anchor, const at::Tensor& negatives);

/// bank[rows] <- the mean of itself and `embedding` (momentum 0.5), of length 1. bank: [record, d],
/// rows: [batch], each at most once; embedding: [batch, d].
void update_bank(at::Tensor& bank, const at::Tensor& rows, const at::Tensor& embedding);

}  // namespace liteheart
