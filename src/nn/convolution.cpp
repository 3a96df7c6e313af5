#include "nn/convolution.h"

#include <ATen/Parallel.h>
#include <torch/autograd.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "edge/kernels.h"
#include "nn/activations.h"
#include "nn/products.h"
#include "nn/runtime.h"
#include "nn/time_means.h"
#include "nn/training_kernels.h"

namespace liteheart {
namespace {

using Floats = std::vector<float>;

/// Asked for once: to ask a virtual machine's processor what it can do takes long.
const edge::Kernels& kernels() {
  static const edge::Kernels& best = edge::best_kernels();
  return best;
}

std::size_t extent(const torch::Tensor& x, std::int64_t axis) {
  return static_cast<std::size_t>(x.size(axis));
}

std::size_t sample_size(const torch::Tensor& x) {
  return static_cast<std::size_t>(x.numel() / x.size(0));
}

/// A convolution by the kernels, with what it multiplies by prepared for them.
class Product {
 public:
  /// weight: [tap x channel][column], columns a multiple of edge::kColumnMultiple.
  Product(Floats weight, const Taps& taps, std::size_t columns)
      : taps_(taps), columns_(columns), toom_cook_(toom_cook_saves(taps)) {
    if (toom_cook_) weight = toom_cook_weights(std::move(weight), taps, columns);
    weight_ = in_panels(weight, columns,
                        toom_cook_ ? toom_cook_depths(taps) : std::vector<std::size_t>{});
  }

  /// bias: [column]; to: a sample holds `rows` times the first columns of the product's rows.
  void run(const torch::Tensor& from, const float* bias, const torch::Tensor& to,
           std::size_t rows) const {
    const Activations in(from), out(to);
    const std::size_t in_size = sample_size(from), out_size = sample_size(to);
    const std::size_t groups = edge::toom_cook_groups(taps_.taps, taps_.stride),
                      in_step = taps_.stride * taps_.channels, step = out_size / rows,
                      read = toom_cook_ ? edge::toom_cook_rows(rows, groups) * taps_.stride
                                        : (rows - 1) * taps_.stride + taps_.taps;
    at::parallel_for(0, from.size(0), 1, [&](std::int64_t first, std::int64_t last) {
      // Zeros before and behind, as padding and as what Toom-Cook reads besides.
      Floats padded(std::max(read, taps_.padding + extent(from, 3)) * taps_.channels);
      Floats scratch(toom_cook_ ? edge::toom_cook_scratch(columns_, in_step, groups) : 0);
      // Where what is made does not lie as the output does.
      const bool direct = step == columns_ && out.floats() != nullptr;
      Floats rounded_up(direct ? 0 : rows * columns_);
      for (auto n = static_cast<std::size_t>(first); n < static_cast<std::size_t>(last); ++n) {
        in.read(n * in_size, in_size, padded.data() + taps_.padding * taps_.channels);
        float* made = direct ? out.floats() + n * out_size : rounded_up.data();
        if (toom_cook_) {
          kernels().toom_cook({padded.data(), weight_.data(), bias, nullptr, made, scratch.data(),
                               rows, columns_, in_step, groups,
                               edge::toom_cook_thirds(taps_.taps, taps_.stride) * taps_.channels,
                               false});
        } else {
          kernels().gemm({padded.data(), weight_.data(), bias, nullptr, made, rows, columns_,
                          taps_.taps * taps_.channels, in_step, false});
        }
        if (direct) continue;
        if (step == columns_) {
          out.write(n * out_size, out_size, made);
          continue;
        }
        for (std::size_t r = 0; r < rows; ++r)
          out.write(n * out_size + r * step, step, made + r * columns_);
      }
    });
  }

 private:
  Taps taps_;
  std::size_t columns_;
  bool toom_cook_;
  Floats weight_;
};

/// weight: [column, channel, 1, tap], bias: [column] -> [batch, column, 1, time / stride].
torch::Tensor convolve(const torch::Tensor& x, const torch::Tensor& weight,
                       const torch::Tensor& bias, const Taps& taps) {
  const std::size_t columns = extent(weight, 0), rows = extent(x, 3) / taps.stride;
  const torch::Tensor by_tap = weight.squeeze(2).permute({2, 1, 0}).contiguous();
  const auto* w = by_tap.data_ptr<float>();
  torch::Tensor y = rows_like(x, weight.size(0), static_cast<std::int64_t>(rows));
  Product(Floats(w, w + by_tap.numel()), taps, columns).run(x, bias.data_ptr<float>(), y, rows);
  return y;
}

/// The gradient of the input: [batch, channel, 1, time].
torch::Tensor by_input(const torch::Tensor& by_output, const torch::Tensor& weight,
                       const Taps& taps) {
  const std::size_t columns = extent(weight, 0), rows = extent(by_output, 3),
                    time = rows * taps.stride;
  const Transpose t(taps, time, columns);
  const torch::Tensor by_tap = weight.squeeze(2).permute({2, 1, 0}).contiguous();
  const auto* w = by_tap.data_ptr<float>();
  const Taps back{t.taps, 1, static_cast<std::size_t>(-t.first), columns};
  const Floats no_bias(t.columns);
  torch::Tensor y = rows_like(by_output, weight.size(1), static_cast<std::int64_t>(time));
  Product(t.turned([&](std::size_t k, std::size_t column) { return w[k * columns + column]; }),
          back, t.columns)
      .run(by_output, no_bias.data(), y, rows);
  return y;
}

/// The gradient of the weights, some samples' share: for each tap the product of the input, turned
/// to [channel][time], and the output's gradient.
class WeightGradient {
 public:
  WeightGradient(const torch::Tensor& x, const torch::Tensor& by_output, const Taps& taps)
      : in_(x),
        out_(by_output),
        taps_(taps),
        columns_(extent(by_output, 1)),
        rows_(extent(by_output, 3)),
        time_(extent(x, 3)),
        phase_(rows_ + (taps.taps - 1) / taps.stride),
        turned_(taps.stride * taps.channels * phase_),
        input_(sample_size(x)),
        gradient_(sample_size(by_output)),
        panels_(kRows * columns_),
        no_bias_(columns_),
        sum_(taps.taps * taps.channels * columns_) {}

  /// [tap][channel][column].
  Floats& sum() { return sum_; }

  void add(std::size_t sample) {
    turn(sample);
    out_.read(sample * gradient_.size(), gradient_.size(), gradient_.data());
    // So many rows at a time as the nearest cache holds.
    for (std::size_t first = 0; first < rows_; first += kRows) {
      const std::size_t depth = std::min(kRows, rows_ - first);
      const float* block = gradient_.data() + first * columns_;
      if (columns_ > edge::kPanel) block = panels_of(block, depth);
      for (std::size_t tap = 0; tap < taps_.taps; ++tap) {
        const float* in = turned_.data() + tap % taps_.stride * taps_.channels * phase_ +
                          tap / taps_.stride + first;
        float* to = sum_.data() + tap * taps_.channels * columns_;
        kernels().gemm(
            {in, block, no_bias_.data(), to, to, taps_.channels, columns_, depth, phase_, false});
      }
    }
  }

 private:
  static constexpr std::size_t kRows = 128;

  /// Row t of the input, behind its padding row q * stride + p, to column q of phase p; 16 rows at
  /// a time, so that what is read and written is near.
  void turn(std::size_t sample) {
    constexpr std::size_t kTogether = 16;
    in_.read(sample * input_.size(), input_.size(), input_.data());
    const std::size_t stride = taps_.stride, channels = taps_.channels;
    for (std::size_t p = 0; p < stride; ++p) {
      const std::size_t begin = taps_.padding > p ? (taps_.padding - p + stride - 1) / stride : 0,
                        end = std::min(phase_, (time_ + taps_.padding - p + stride - 1) / stride);
      for (std::size_t q = begin; q < end; q += kTogether) {
        const std::size_t count = std::min(kTogether, end - q);
        const float* from = input_.data() + (q * stride + p - taps_.padding) * channels;
        float* to = turned_.data() + p * channels * phase_ + q;
        for (std::size_t c = 0; c < channels; ++c) {
          for (std::size_t j = 0; j < count; ++j)
            to[c * phase_ + j] = from[j * stride * channels + c];
        }
      }
    }
  }
  const float* panels_of(const float* block, std::size_t depth) {
    for (std::size_t t = 0; t < depth; ++t) {
      for (std::size_t c = 0; c < columns_; c += edge::kPanel) {
        std::memcpy(panels_.data() + edge::weight_at(depth, columns_, t, c),
                    block + t * columns_ + c, std::min(edge::kPanel, columns_ - c) * sizeof(float));
      }
    }
    return panels_.data();
  }

  Activations in_, out_;
  Taps taps_;
  std::size_t columns_, rows_, time_, phase_;
  Floats turned_, input_, gradient_, panels_, no_bias_, sum_;
};

/// The gradient of the weights: [column, channel, 1, tap].
torch::Tensor by_weight(const torch::Tensor& x, const torch::Tensor& by_output, const Taps& taps) {
  // A share for each thread, added in their order: as many threads give the same sum.
  const std::int64_t batch = x.size(0), threads = at::get_num_threads(),
                     shares = std::min(batch, threads);
  std::vector<WeightGradient> parts;
  for (std::int64_t s = 0; s < shares; ++s) parts.emplace_back(x, by_output, taps);
  at::parallel_for(0, shares, 1, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t s = first; s < last; ++s) {
      for (std::int64_t n = s * batch / shares; n < (s + 1) * batch / shares; ++n)
        parts[static_cast<std::size_t>(s)].add(static_cast<std::size_t>(n));
    }
  });
  Floats& sum = parts.front().sum();
  for (std::size_t s = 1; s < parts.size(); ++s) {
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += parts[s].sum()[i];
  }
  return torch::from_blob(sum.data(),
                          {static_cast<std::int64_t>(taps.taps), x.size(1), by_output.size(1), 1})
      .permute({2, 1, 3, 0})
      .clone(torch::MemoryFormat::Contiguous);
}

struct TimeConvolution : torch::autograd::Function<TimeConvolution> {
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& x,
                               const torch::Tensor& weight, const torch::Tensor& bias,
                               std::int64_t stride, std::int64_t padding) {
    const torch::Tensor rows = in_rows(x);
    context->save_for_backward({rows, weight});
    context->saved_data["stride"] = stride;
    context->saved_data["padding"] = padding;
    return convolve(rows, weight, bias, taps(*context, weight));
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    TORCH_CHECK(!torch::GradMode::is_enabled(),
                "the kernels' convolution has no second derivative");
    const auto saved = context->get_saved_variables();
    const torch::Tensor &x = saved[0], &weight = saved[1], gradient = in_rows(gradients[0]);
    const Taps t = taps(*context, weight);
    const torch::Tensor none;
    return {context->needs_input_grad(0) ? by_input(gradient, weight, t) : none,
            context->needs_input_grad(1) ? by_weight(x, gradient, t) : none,
            context->needs_input_grad(2) ? gradient.sum({0, 2, 3}, false, torch::kFloat) : none,
            none, none};
  }

 private:
  static Taps taps(const torch::autograd::AutogradContext& context, const torch::Tensor& weight) {
    const auto saved = [&](const char* name) {
      return static_cast<std::size_t>(context.saved_data.at(name).toInt());
    };
    return {extent(weight, 3), saved("stride"), saved("padding"), extent(weight, 1)};
  }
};

/// Whether the kernels compute the convolution of x by `weight`, in steps of `stride`. What they do
/// not take is libtorch's, its errors too.
bool for_kernels(const torch::Tensor& x, const torch::Tensor& weight, std::int64_t stride) {
  return TrainingKernels::asked() && x.is_cpu() && x.dim() == 4 && x.size(1) == weight.size(1) &&
         x.size(2) == 1 && x.numel() > 0 && x.size(3) % stride == 0 &&
         weight.size(0) % static_cast<std::int64_t>(edge::kColumnMultiple) == 0 &&
         weight.scalar_type() == torch::kFloat &&
         (autocasts() ? !multiplies_bf16_fast() : x.scalar_type() == torch::kFloat);
}

torch::Tensor by_kernels(const torch::Tensor& x, const torch::Tensor& weight,
                         const torch::Tensor& bias, std::int64_t stride, std::int64_t padding) {
  return TimeConvolution::apply(autocasts() ? x.to(torch::kBFloat16) : x, weight, bias, stride,
                                padding);
}

}  // namespace

ConvolutionImpl::ConvolutionImpl(std::int64_t in, std::int64_t out, std::int64_t kernel,
                                 std::int64_t stride)
    : Conv2dImpl(torch::nn::Conv2dOptions(in, out, {1, kernel})
                     .stride({1, stride})
                     .padding({0, kernel / 2})) {}

torch::Tensor ConvolutionImpl::forward(const torch::Tensor& x) {
  const std::int64_t stride = options.stride()->at(1);
  if (!for_kernels(x, weight, stride)) return Conv2dImpl::forward(x);
  return by_kernels(x, weight, bias, stride, weight.size(3) / 2);
}

torch::Tensor ConvolutionImpl::of_means(const torch::Tensor& x, std::int64_t samples) {
  TORCH_CHECK(weight.size(3) == 1, "of_means is for a kernel of 1");
  if (!for_kernels(x, weight, samples)) return Conv2dImpl::forward(time_means(x, samples));
  const torch::Tensor taps = (weight / static_cast<double>(samples)).expand({-1, -1, 1, samples});
  return by_kernels(x, taps, bias, samples, 0);
}

}  // namespace liteheart
