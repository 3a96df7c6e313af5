#include "distill/region.h"

#include <ATen/ATen.h>

#include <string>

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

at::Tensor region_agreement(const at::Tensor& student_cam, const at::Tensor& map) {
  return 1 - at::cosine_similarity(student_cam, map.mean(1), 1, 1e-6).mean();
}

}  // namespace liteheart
