// Where a diagnosis comes from: maps of a network's attention over leads and time, and the
// stretches that stand out. Of .lhm models, without libtorch; the formulas are those of saliency.h.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "explain/network_gradient.h"

namespace liteheart {

/// Where a network looks in one window for one diagnosis. Bins share the window evenly.
struct SaliencyMap {
  std::size_t leads = 0, bins = 0;
  std::vector<float> lead_weight;  // [lead, bin], >= 0, mean 1: saliency.h's saliency_map
  std::vector<float> time_weight;  // [bin], >= 0, mean 1: saliency.h's layer_cam; 1 where it is 0
};

/// Of one model; may be asked from several threads at once.
class Explainer {
 public:
  /// Of an .lhm file's bytes, which may go afterwards. Throws Error (`name`) as NetworkGradient.
  Explainer(std::span<const std::uint8_t> bytes, const std::string& name);

  /// Leads of the maps, indices into kLeadNames: all 12 where the model restores them, else those
  /// that it is given.
  const std::vector<int>& leads() const { return leads_; }
  /// Samples of a window, for each lead that the model is given.
  std::size_t window() const { return network_.window(); }

  /// window: [lead, time], as the model is given it. classes: of the model's diagnoses. One map for
  /// each of them.
  std::vector<SaliencyMap> explain(std::span<const float> window,
                                   std::span<const std::size_t> classes) const;

 private:
  NetworkGradient network_;
  std::vector<int> leads_;
};

/// A stretch of one lead that a diagnosis leans on.
struct Region {
  int lead;             // index into kLeadNames
  double from_s, to_s;  // from the recording's start
  double weight;        // share of the map that lies in it, 0..1
};

/// When a map's window was recorded.
struct MapTime {
  double seconds_per_bin;
  double start_s;     // of the window, from the recording's start
  double recorded_s;  // of it that hold signal; what lies behind is no part of the map
};

/// The stretches of bins where a lead's weight is at least twice the map's mean, heaviest first, at
/// most `most`; none where the map is even. leads: of the map's rows, indices into kLeadNames.
std::vector<Region> regions_of(const SaliencyMap& map, std::span<const int> leads,
                               const MapTime& time, std::size_t most);

}  // namespace liteheart
