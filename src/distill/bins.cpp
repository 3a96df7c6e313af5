#include "distill/bins.h"

#include <ATen/ATen.h>
#include <torch/autograd.h>

namespace liteheart {
namespace {

/// Means of so many steps each. Written out for its gradient, which lies in memory as activations
/// do, [batch][time][channel]: what else is added to it there takes ten times as long.
struct Means : torch::autograd::Function<Means> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x,
                            std::int64_t bins) {
    context->saved_data["steps"] = x.size(2) / bins;
    context->saved_data["type"] = x.scalar_type();
    return x.transpose(1, 2)
        .unflatten(1, {bins, x.size(2) / bins})
        .mean(2, false, at::kFloat)
        .transpose(1, 2)
        .contiguous();
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    const std::int64_t steps = context->saved_data["steps"].toInt();
    const at::Tensor by_bin = (gradients[0] / static_cast<double>(steps))
                                  .to(context->saved_data["type"].toScalarType())
                                  .transpose(1, 2)
                                  .contiguous();
    return {by_bin.repeat_interleave(steps, 1).transpose(1, 2), at::Tensor()};
  }
};

}  // namespace

at::Tensor in_bins(const at::Tensor& x, std::int64_t bins) {
  const auto steps = x.size(2);
  if (steps == bins) return x.to(at::kFloat);
  if (steps % bins == 0) return Means::apply(x, bins);
  // Copies of a view are several times faster than a pool.
  if (bins % steps == 0) return x.to(at::kFloat).repeat_interleave(bins / steps, 2);
  return at::adaptive_avg_pool1d(x.to(at::kFloat), bins);
}

}  // namespace liteheart
