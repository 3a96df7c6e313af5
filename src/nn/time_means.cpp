#include "nn/time_means.h"

#include <torch/autograd.h>

#include <algorithm>
#include <vector>

#include "nn/activations.h"
#include "nn/row_blocks.h"
#include "nn/training_kernels.h"

namespace liteheart {
namespace {

/// x: [row][sample][channel] -> [row][channel].
LITEHEART_FOR_EACH_PROCESSOR
void means(const float* __restrict x, std::size_t rows, std::size_t samples, std::size_t channels,
           float* __restrict to) {
  const float share = 1.0F / static_cast<float>(samples);
  for (std::size_t r = 0; r < rows; ++r) {
    float* sum = to + r * channels;
    std::fill_n(sum, channels, 0.0F);
    for (std::size_t s = 0; s < samples; ++s) {
      const float* from = x + (r * samples + s) * channels;
      for (std::size_t c = 0; c < channels; ++c) sum[c] += from[c] * share;
    }
  }
}

/// The other way: a row's share to each of its samples.
LITEHEART_FOR_EACH_PROCESSOR
void shares(const float* __restrict x, std::size_t rows, std::size_t samples, std::size_t channels,
            float* __restrict to) {
  const float share = 1.0F / static_cast<float>(samples);
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t s = 0; s < samples; ++s) {
      const float* from = x + r * channels;
      float* at = to + (r * samples + s) * channels;
      for (std::size_t c = 0; c < channels; ++c) at[c] = from[c] * share;
    }
  }
}

struct TimeMeans : torch::autograd::Function<TimeMeans> {
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& x,
                               std::int64_t samples) {
    context->saved_data["samples"] = samples;
    torch::Tensor y = rows_like(x, x.size(1), x.size(3) / samples);
    run(x, y, samples, means);
    return y;
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    TORCH_CHECK(!torch::GradMode::is_enabled(), "time_means has no second derivative");
    const std::int64_t samples = context->saved_data.at("samples").toInt();
    const torch::Tensor by_output = in_rows(gradients[0]);
    torch::Tensor by_input = rows_like(by_output, by_output.size(1), by_output.size(3) * samples);
    run(by_output, by_input, samples, shares);
    return {by_input, torch::Tensor()};
  }

 private:
  /// `loop` from the rows of one to those of the other, one of which has `samples` times as many.
  template <class Loop>
  static void run(const torch::Tensor& from, const torch::Tensor& to, std::int64_t samples,
                  const Loop& loop) {
    const Activations in(from), out(to);
    const auto channels = static_cast<std::size_t>(from.size(1));
    const std::size_t rows =
                          static_cast<std::size_t>(std::min(from.numel(), to.numel())) / channels,
                      in_width = static_cast<std::size_t>(from.numel()) / rows,
                      out_width = static_cast<std::size_t>(to.numel()) / rows;
    for_each_block(rows, std::max(in_width, out_width), thread_shares(),
                   [&](std::size_t, std::size_t row, std::size_t count) {
                     std::vector<float> read(count * in_width), made(count * out_width);
                     in.read(row * in_width, read.size(), read.data());
                     loop(read.data(), count, static_cast<std::size_t>(samples), channels,
                          made.data());
                     out.write(row * out_width, made.size(), made.data());
                   });
  }
};

}  // namespace

torch::Tensor time_means(const torch::Tensor& x, std::int64_t samples) {
  if (samples == 1) return x;
  if (TrainingKernels::asked() && x.is_cpu() && x.dim() == 4 && x.size(2) == 1 && x.numel() > 0 &&
      x.size(3) % samples == 0 && floats_or_bf16(x))
    return TimeMeans::apply(in_rows(x), samples);
  // A mean is several times faster than avg_pool2d in bf16.
  return x.unflatten(3, {x.size(3) / samples, samples}).mean(4);
}

}  // namespace liteheart
