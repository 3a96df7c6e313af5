#include "distill/bins.h"

#include <ATen/ATen.h>

namespace liteheart {

at::Tensor in_bins(const at::Tensor& x, std::int64_t bins) {
  const auto steps = x.size(2);
  // A mean over a view, and copies of a view, are several times faster than a pool.
  if (steps % bins == 0) return steps == bins ? x : x.unflatten(2, {bins, steps / bins}).mean(3);
  if (bins % steps == 0) return x.repeat_interleave(bins / steps, 2);
  return at::adaptive_avg_pool1d(x, bins);
}

}  // namespace liteheart
