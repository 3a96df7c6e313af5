#include "deploy/fold.h"

#include <utility>

#include "ecg/error.h"
#include "measured/measurements.h"

namespace liteheart {

void require_trees_for_devices(const Model& model, const std::string& place) {
  if (!model.trees || model.trees->shares() == 1) return;
  throw Error(place, "is a teacher that measures: no device holds its trees",
              "train it with --measured_share 0");
}

Model network_alone(const Model& model) {
  Model network = model;
  if (!model.trees) return network;
  network.trees = nullptr;
  network.card.trees.reset();
  network.card.decision = std::exchange(network.card.network_decision, {});
  return network;
}

void add_trees(const Model& model, std::span<const float> windows, std::span<float> logits) {
  if (!model.trees) return;
  const ModelCard& card = model.card;
  const std::vector<std::uint8_t> which(card.leads.begin(), card.leads.end());
  const std::size_t floats = which.size() * static_cast<std::size_t>(card.conditioning.window),
                    classes = card.classes.size();
  for (std::size_t i = 0; i < windows.size() / floats; ++i) {
    model.add_trees(
        logits.subspan(i * classes, classes),
        measure_window(windows.subspan(i * floats, floats), which, card.conditioning.rate_hz));
  }
}

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
