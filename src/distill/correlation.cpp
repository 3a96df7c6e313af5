#include "distill/correlation.h"

namespace liteheart {

at::Tensor lack_of_correlation(const at::Tensor& a, const at::Tensor& b, std::int64_t along) {
  return 1 - at::cosine_similarity(a - a.mean(along, true), b - b.mean(along, true), along, 1e-8)
                 .mean();
}

CorrelationLoss correlation_loss(const at::Tensor& student, const at::Tensor& teacher) {
  return {lack_of_correlation(student, teacher, 1), lack_of_correlation(student, teacher, 0)};
}

}  // namespace liteheart
