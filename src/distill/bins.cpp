#include "distill/bins.h"

#include <ATen/ATen.h>

namespace liteheart {

at::Tensor in_bins(const at::Tensor& x, std::int64_t bins) {
  return x.size(2) == bins ? x : at::adaptive_avg_pool1d(x, bins);
}

}  // namespace liteheart
