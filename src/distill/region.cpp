#include "distill/region.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <string>

#include "distill/bins.h"
#include "distill/correlation.h"
#include "ecg/error.h"

namespace liteheart {

RegionMap region_map(std::string_view name) {
  if (name == "saliency") return RegionMap::kSaliency;
  if (name == "time") return RegionMap::kTime;
  if (name == "uniform") return RegionMap::kUniform;
  throw Error("region_map", "no map is called '" + std::string(name) + "'",
              "choose one of saliency, time, uniform");
}

at::Tensor map_of_kind(const at::Tensor& saliency, RegionMap kind) {
  if (kind == RegionMap::kUniform) return at::ones_like(saliency);
  if (kind == RegionMap::kTime) return saliency.mean(1, /*keepdim=*/true).expand_as(saliency);
  return saliency;
}

at::Tensor region_restoration(const at::Tensor& restored, const at::Tensor& target,
                              const at::Tensor& map, double focus) {
  const auto bins = map.size(2);
  const at::Tensor error =
      (restored - target).abs().unflatten(2, {bins, target.size(2) / bins}).mean(3);
  return (error * (1 + focus * map)).mean() / (1 + focus);
}

at::Tensor region_features(const at::Tensor& projected, const at::Tensor& teacher,
                           const at::Tensor& map) {
  const at::Tensor distance = (projected - teacher).square().mean(1);
  return (distance * map.mean(1)).mean();
}

at::Tensor region_agreement(const at::Tensor& student, const at::Tensor& teacher) {
  const auto steps = std::min(student.size(2), teacher.size(2));
  const auto by_class = [&](const at::Tensor& maps) {
    return in_bins(maps, steps).transpose(1, 2).flatten(0, 1);  // [batch x step, class]
  };
  return lack_of_correlation(by_class(student), by_class(teacher), 0);
}

}  // namespace liteheart
