#include "deploy/fold.h"

namespace liteheart {

Folded fold(const torch::nn::Conv2dImpl& conv) {
  return {conv.weight.detach().to(at::kDouble).squeeze(2), conv.bias.detach().to(at::kDouble)};
}

Folded fold(const torch::nn::Conv2dImpl& conv, const torch::nn::BatchNorm2dImpl& norm) {
  Folded f = fold(conv);
  const at::Tensor scale = norm.weight.detach().to(at::kDouble) *
                           at::rsqrt(norm.running_var.to(at::kDouble) + norm.options.eps());
  f.weight = f.weight * scale.view({-1, 1, 1});
  f.bias =
      (f.bias - norm.running_mean.to(at::kDouble)) * scale + norm.bias.detach().to(at::kDouble);
  return f;
}

Folded fold(const torch::nn::LinearImpl& linear) {
  return {linear.weight.detach().to(at::kDouble).unsqueeze(2),
          linear.bias.detach().to(at::kDouble)};
}

Folded fold(const torch::nn::LayerNormImpl& norm, const torch::nn::LinearImpl& linear) {
  Folded f = fold(linear);
  f.bias = f.bias + f.weight.squeeze(2).mv(norm.bias.detach().to(at::kDouble));
  f.weight = f.weight * norm.weight.detach().to(at::kDouble).view({1, -1, 1});
  return f;
}

Folded chained(const Folded& first, const Folded& second) {
  const at::Tensor last = second.weight.squeeze(2);
  return {last.mm(first.weight.squeeze(2)).unsqueeze(2), last.mv(first.bias) + second.bias};
}

Folded pooled(const Folded& f, int stride) {
  return {f.weight.expand({-1, -1, stride}) / stride, f.bias};
}

Folded upsampled(const Folded& f) {
  constexpr int kFactor = 4;
  const auto out = f.weight.size(0), in = f.weight.size(1), taps = f.weight.size(2);
  const at::Tensor weight = at::zeros({kFactor, out, in, 3}, at::kDouble);
  for (int phase = 0; phase < kFactor; ++phase) {
    for (std::int64_t k = 0; k < taps; ++k) {
      const auto position = phase + k - taps / 2;  // in upsampled samples, from this row's first
      const auto row = (position + kFactor) / kFactor - 1;  // rounded down; -1, 0 or 1
      weight[phase].select(2, row + 1).add_(f.weight.select(2, k));
    }
  }
  return {weight.reshape({kFactor * out, in, 3}), f.bias.repeat({kFactor})};
}

}  // namespace liteheart
