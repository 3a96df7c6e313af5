// The two linear layers behind the pooled features (no activation between), as plain tensors.
#pragma once

#include <ATen/core/Tensor.h>

namespace liteheart {

struct Head {
  at::Tensor hidden_weight, hidden_bias;  // [width, width], [width]
  at::Tensor output_weight, output_bias;  // [class, width], [class]
};

/// pooled: [batch, width]. Returns [batch, class].
at::Tensor logits_of(const Head& head, const at::Tensor& pooled);

/// What the head makes of pooled features for each class, before it is summed up: row c of the
/// output's weight times the hidden vector, element by element. Returns [batch, class, width];
/// summed over width, plus the output's bias, these are the logits.
at::Tensor label_embeddings(const Head& head, const at::Tensor& pooled);

}  // namespace liteheart
