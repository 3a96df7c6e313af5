#include "distill/head.h"

#include <ATen/ATen.h>

namespace liteheart {
namespace {

at::Tensor hidden_of(const Head& head, const at::Tensor& pooled) {
  return at::linear(pooled, head.hidden_weight, head.hidden_bias);
}

}  // namespace

at::Tensor logits_of(const Head& head, const at::Tensor& pooled) {
  return at::linear(hidden_of(head, pooled), head.output_weight, head.output_bias);
}

at::Tensor label_embeddings(const Head& head, const at::Tensor& pooled) {
  return hidden_of(head, pooled).unsqueeze(1) * head.output_weight;
}

}  // namespace liteheart
