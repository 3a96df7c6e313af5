#include "explain/regions.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "ecg/leads.h"

namespace liteheart {
namespace {

constexpr float kMaximum = 7;         // of a saliency map, as saliency.cpp's
constexpr double kWellAboveMean = 2;  // where a region begins

float mean(const std::vector<float>& map) {
  return std::accumulate(map.begin(), map.end(), 0.0F) / static_cast<float>(map.size());
}

void make_mean_one(std::vector<float>& map) {
  const float m = mean(map);
  for (float& x : map) x = m > 1e-12F ? x / m : 1;
}

std::vector<float> layer_cam(const TracedActivation& features) {
  std::vector<float> cam(features.time);
  for (std::size_t t = 0; t < features.time; ++t) {
    for (std::size_t i = t * features.channels; i < (t + 1) * features.channels; ++i)
      cam[t] += std::max(features.gradient[i] * features.values[i], 0.0F);
  }
  make_mean_one(cam);
  return cam;
}

/// |x * gradient| in bins, smoothed over three: [lead, bin].
std::vector<float> lead_saliency(const TracedActivation& x, std::size_t bins) {
  const std::size_t per_bin = x.time / bins;
  std::vector<float> pooled(x.channels * bins), smooth(x.channels * bins);
  for (std::size_t t = 0; t < x.time; ++t) {
    for (std::size_t lead = 0; lead < x.channels; ++lead) {
      const std::size_t at = t * x.channels + lead;
      pooled[lead * bins + t / per_bin] +=
          std::fabs(x.values[at] * x.gradient[at]) / static_cast<float>(per_bin);
    }
  }
  for (std::size_t lead = 0; lead < x.channels; ++lead) {
    const float* row = pooled.data() + lead * bins;
    for (std::size_t k = 0; k < bins; ++k) {
      const std::size_t from = k > 0 ? k - 1 : 0, to = std::min(k + 2, bins);
      smooth[lead * bins + k] =
          std::accumulate(row + from, row + to, 0.0F) / static_cast<float>(to - from);
    }
  }
  make_mean_one(smooth);
  return smooth;
}

SaliencyMap map_of(const TracedActivation& features, const TracedActivation& input) {
  SaliencyMap map{input.channels, features.time, lead_saliency(input, features.time),
                  layer_cam(features)};
  std::vector<float>& weight = map.lead_weight;
  for (std::size_t i = 0; i < weight.size(); ++i) weight[i] *= map.time_weight[i % map.bins];
  make_mean_one(weight);
  for (float& w : weight) w = std::min(w, kMaximum);
  const float cut_off = 1 - mean(weight);
  for (float& w : weight) w += cut_off;
  return map;
}

}  // namespace

Explainer::Explainer(std::span<const std::uint8_t> bytes, const std::string& name)
    : network_(bytes, name), leads_(network_.given()) {
  if (!network_.restores()) return;
  leads_.resize(kLeads);
  std::iota(leads_.begin(), leads_.end(), 0);
}

std::vector<SaliencyMap> Explainer::explain(std::span<const float> window,
                                            std::span<const std::size_t> classes) const {
  std::vector<SaliencyMap> maps;
  auto pass = network_.run(window);
  for (const std::size_t c : classes) {
    network_.trace(pass, c);
    maps.push_back(map_of(network_.features(pass), network_.student_input(pass)));
  }
  return maps;
}

std::vector<Region> regions_of(const SaliencyMap& map, std::span<const int> leads,
                               const MapTime& time, std::size_t most) {
  const double recorded = std::clamp(std::ceil(time.recorded_s / time.seconds_per_bin), 0.0,
                                     static_cast<double>(map.bins));
  const auto bins = static_cast<std::size_t>(recorded);
  const auto weight = [&](std::size_t lead, std::size_t k) {
    return static_cast<double>(map.lead_weight[lead * map.bins + k]);
  };
  double sum = 0;
  for (std::size_t lead = 0; lead < map.leads; ++lead) {
    for (std::size_t k = 0; k < bins; ++k) sum += weight(lead, k);
  }
  const double least = kWellAboveMean * sum / static_cast<double>(map.leads * bins);
  std::vector<Region> regions;
  for (std::size_t lead = 0; lead < map.leads; ++lead) {
    for (std::size_t k = 0; k < bins;) {
      const std::size_t from = k;
      double in_it = 0;
      for (; k < bins && weight(lead, k) >= least; ++k) in_it += weight(lead, k);
      if (k++ == from) continue;
      const double to_s =
          std::min(static_cast<double>(k - 1) * time.seconds_per_bin, time.recorded_s);
      regions.push_back({leads[lead],
                         time.start_s + static_cast<double>(from) * time.seconds_per_bin,
                         time.start_s + to_s, in_it / sum});
    }
  }
  std::stable_sort(regions.begin(), regions.end(),
                   [](const Region& a, const Region& b) { return a.weight > b.weight; });
  if (regions.size() > most) regions.resize(most);
  return regions;
}

}  // namespace liteheart
