#include "nn/leaky_norm.h"

#include <torch/autograd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "nn/activations.h"
#include "nn/row_blocks.h"
#include "nn/training_kernels.h"

namespace liteheart {
namespace {

using Floats = std::vector<float>;
using Doubles = std::vector<double>;

// The loops over a block of rows, [row][channel].

LITEHEART_FOR_EACH_PROCESSOR
void add_moments(const float* __restrict x, std::size_t rows, std::size_t channels,
                 const float* __restrict shift, float* __restrict sum, float* __restrict squares) {
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < channels; ++c) {
      const float d = x[r * channels + c] - shift[c];
      sum[c] += d;
      squares[c] += d * d;
    }
  }
}

LITEHEART_FOR_EACH_PROCESSOR
void scale_leaky(float* __restrict x, std::size_t rows, std::size_t channels,
                 const float* __restrict scale, const float* __restrict offset, float slope) {
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < channels; ++c) {
      const float z = scale[c] * x[r * channels + c] + offset[c];
      x[r * channels + c] = std::max(z, slope * z);
    }
  }
}

LITEHEART_FOR_EACH_PROCESSOR
void add(float* __restrict x, const float* __restrict y, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) x[i] += y[i];
}

/// The gradient of the leaky ReLU's input, in place.
LITEHEART_FOR_EACH_PROCESSOR
void through_leaky(float* __restrict gradient, const float* __restrict x, std::size_t rows,
                   std::size_t channels, const float* __restrict scale,
                   const float* __restrict offset, float slope) {
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < channels; ++c) {
      const std::size_t i = r * channels + c;
      const float z = scale[c] * x[i] + offset[c];
      const float factor = z > 0 ? 1.0F : slope;
      gradient[i] *= factor;
    }
  }
}

LITEHEART_FOR_EACH_PROCESSOR
void add_products(const float* __restrict gradient, const float* __restrict x, std::size_t rows,
                  std::size_t channels, const float* __restrict mean, float* __restrict sum,
                  float* __restrict products) {
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < channels; ++c) {
      const std::size_t i = r * channels + c;
      sum[c] += gradient[i];
      products[c] += gradient[i] * (x[i] - mean[c]);
    }
  }
}

/// gradient * scale - x * per_x + constant, in place.
LITEHEART_FOR_EACH_PROCESSOR
void combine(float* __restrict gradient, const float* __restrict x, std::size_t rows,
             std::size_t channels, const float* __restrict scale, const float* __restrict per_x,
             const float* __restrict constant) {
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < channels; ++c) {
      const std::size_t i = r * channels + c;
      gradient[i] = scale[c] * gradient[i] - per_x[c] * x[i] + constant[c];
    }
  }
}

/// The rows of a tensor, a row being its channels at one time.
struct Rows {
  explicit Rows(const torch::Tensor& x)
      : channels(static_cast<std::size_t>(x.size(1))),
        count(static_cast<std::size_t>(x.numel()) / channels),
        values(x) {}
  void read(std::size_t row, std::size_t rows, float* to) const {
    values.read(row * channels, rows * channels, to);
  }
  void write(std::size_t row, std::size_t rows, const float* from) const {
    values.write(row * channels, rows * channels, from);
  }

  std::size_t channels, count;
  Activations values;
};

/// Of each channel two sums over all rows: of_block(row, rows, sum, other) adds a block's to them.
template <class OfBlock>
std::array<Doubles, 2> two_sums(const Rows& x, const OfBlock& of_block) {
  const std::size_t shares = thread_shares(), width = x.channels;
  std::vector<Doubles> parts(shares, Doubles(2 * width));
  for_each_block(x.count, width, shares, [&](std::size_t share, std::size_t row, std::size_t rows) {
    Floats sums(2 * width);
    of_block(row, rows, sums.data(), sums.data() + width);
    for (std::size_t c = 0; c < 2 * width; ++c) parts[share][c] += sums[c];
  });
  std::array<Doubles, 2> sums{Doubles(width), Doubles(width)};
  for (const Doubles& part : parts) {
    for (std::size_t c = 0; c < width; ++c) {
      sums[0][c] += part[c];
      sums[1][c] += part[width + c];
    }
  }
  return sums;
}

/// z = scale * x + offset is what the leaky ReLU takes.
struct Affine {
  Affine(const torch::Tensor& weight, const torch::Tensor& bias, const torch::Tensor& mean,
         const torch::Tensor& inverse_deviation)
      : scale(weight * inverse_deviation), offset(bias - mean * scale) {}
  torch::Tensor scale, offset;  // [channel]
};

struct LeakyNorm : torch::autograd::Function<LeakyNorm> {
  /// x, beside: in rows. Moments go to `mean` and `variance`: [channel], the variance biased.
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& x,
                               const torch::Tensor& weight, const torch::Tensor& bias,
                               const c10::optional<torch::Tensor>& beside,
                               const torch::Tensor& mean, const torch::Tensor& variance,
                               double epsilon, double slope) {
    const Rows in(x);
    moments(in, mean.data_ptr<float>(), variance.data_ptr<float>());
    const torch::Tensor inverse_deviation = (variance + epsilon).rsqrt();
    const Affine affine(weight, bias, mean, inverse_deviation);
    torch::Tensor y = torch::empty_like(x);
    const Rows out(y);
    std::optional<Rows> other;
    if (beside) other.emplace(*beside);
    for_each_block(in.count, in.channels, thread_shares(),
                   [&](std::size_t, std::size_t row, std::size_t rows) {
                     Floats block(rows * in.channels), added(other ? block.size() : 0);
                     in.read(row, rows, block.data());
                     scale_leaky(block.data(), rows, in.channels, affine.scale.data_ptr<float>(),
                                 affine.offset.data_ptr<float>(), static_cast<float>(slope));
                     if (other) {
                       other->read(row, rows, added.data());
                       add(block.data(), added.data(), block.size());
                     }
                     out.write(row, rows, block.data());
                   });
    context->save_for_backward({x, weight, bias, mean, inverse_deviation});
    context->saved_data["slope"] = slope;
    context->saved_data["beside"] = beside.has_value();
    return y;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    TORCH_CHECK(!torch::GradMode::is_enabled(), "leaky_norm has no second derivative");
    const auto saved = context->get_saved_variables();
    const torch::Tensor &x = saved[0], &mean = saved[3], &inverse_deviation = saved[4],
                        gradient = in_rows(gradients[0]).to(x.scalar_type());
    const Affine affine(saved[1], saved[2], mean, inverse_deviation);
    const Rows in(x), by_output(gradient);
    const auto slope = static_cast<float>(context->saved_data.at("slope").toDouble());
    // The input and the gradient of the leaky ReLU's input, of a block.
    struct Block {
      Floats x, gradient;
    };
    const auto block_at = [&](std::size_t row, std::size_t rows) {
      Block b{Floats(rows * in.channels), Floats(rows * in.channels)};
      in.read(row, rows, b.x.data());
      by_output.read(row, rows, b.gradient.data());
      through_leaky(b.gradient.data(), b.x.data(), rows, in.channels,
                    affine.scale.data_ptr<float>(), affine.offset.data_ptr<float>(), slope);
      return b;
    };
    const auto [sum, products] =
        two_sums(in, [&](std::size_t row, std::size_t rows, float* sums, float* by_x) {
          const Block b = block_at(row, rows);
          add_products(b.gradient.data(), b.x.data(), rows, in.channels, mean.data_ptr<float>(),
                       sums, by_x);
        });
    const torch::Tensor by_bias = torch::empty_like(mean), by_weight = torch::empty_like(mean),
                        per_x = torch::empty_like(mean), constant = torch::empty_like(mean);
    for (std::size_t c = 0; c < in.channels; ++c) {
      const double inverse = inverse_deviation.data_ptr<float>()[c],
                   scale = affine.scale.data_ptr<float>()[c], rows = static_cast<double>(in.count),
                   by_variance = products[c] / rows * inverse * inverse;
      by_bias.data_ptr<float>()[c] = static_cast<float>(sum[c]);
      by_weight.data_ptr<float>()[c] = static_cast<float>(products[c] * inverse);
      per_x.data_ptr<float>()[c] = static_cast<float>(scale * by_variance);
      constant.data_ptr<float>()[c] =
          static_cast<float>(scale * (mean.data_ptr<float>()[c] * by_variance - sum[c] / rows));
    }
    torch::Tensor by_input;
    if (context->needs_input_grad(0)) {
      by_input = torch::empty_like(x);
      const Rows out(by_input);
      for_each_block(in.count, in.channels, thread_shares(),
                     [&](std::size_t, std::size_t row, std::size_t rows) {
                       Block b = block_at(row, rows);
                       combine(b.gradient.data(), b.x.data(), rows, in.channels,
                               affine.scale.data_ptr<float>(), per_x.data_ptr<float>(),
                               constant.data_ptr<float>());
                       out.write(row, rows, b.gradient.data());
                     });
    }
    const torch::Tensor none;
    const bool beside = context->saved_data.at("beside").toBool();
    return {by_input, by_weight, by_bias, beside ? gradients[0] : none, none, none, none, none};
  }

 private:
  static void moments(const Rows& in, float* mean, float* variance) {
    // Differences to a row of its own, so that a mean far from zero costs no digits.
    Floats shift(in.channels);
    in.read(0, 1, shift.data());
    const auto [sum, squares] =
        two_sums(in, [&](std::size_t row, std::size_t rows, float* sums, float* squares_of) {
          Floats block(rows * in.channels);
          in.read(row, rows, block.data());
          add_moments(block.data(), rows, in.channels, shift.data(), sums, squares_of);
        });
    const auto rows = static_cast<double>(in.count);
    for (std::size_t c = 0; c < in.channels; ++c) {
      const double off = sum[c] / rows;
      mean[c] = static_cast<float>(shift[c] + off);
      const double spread = squares[c] / rows - off * off;
      variance[c] = static_cast<float>(spread < 0 ? 0 : spread);  // no number stays none
    }
  }
};

/// Whether x and the norm are what the loops above take. What they do not is libtorch's, its errors
/// too.
bool for_loops(const torch::Tensor& x, const torch::nn::BatchNorm2dImpl& norm,
               const torch::Tensor& beside) {
  return TrainingKernels::asked() && norm.is_training() && x.is_cpu() && x.dim() == 4 &&
         x.size(1) == norm.options.num_features() && x.size(2) == 1 && x.numel() > x.size(1) &&
         floats_or_bf16(x) && norm.weight.defined() && norm.weight.scalar_type() == torch::kFloat &&
         norm.running_mean.defined() && norm.options.momentum() &&
         (!beside.defined() || beside.sizes() == x.sizes());
}

}  // namespace

torch::Tensor leaky_norm(const torch::Tensor& x, torch::nn::BatchNorm2dImpl& norm, double slope,
                         const torch::Tensor& beside) {
  if (!for_loops(x, norm, beside)) {
    const torch::Tensor y = torch::leaky_relu(norm.forward(x), slope);
    return beside.defined() ? y + beside : y;
  }
  const torch::Tensor mean = torch::empty_like(norm.running_mean),
                      variance = torch::empty_like(norm.running_var);
  c10::optional<torch::Tensor> added;
  if (beside.defined()) added = in_rows(beside.to(x.scalar_type()));
  torch::Tensor y = LeakyNorm::apply(in_rows(x), norm.weight, norm.bias, added, mean, variance,
                                     norm.options.eps(), slope);
  const torch::NoGradGuard no_gradient;
  const double rate = norm.options.momentum().value(), rows = static_cast<double>(Rows(x).count);
  norm.running_mean.lerp_(mean, rate);
  norm.running_var.lerp_(variance * (rows / (rows - 1)), rate);
  norm.num_batches_tracked += 1;
  return y;
}

}  // namespace liteheart
