// Shapes of the networks and their presets. No libtorch here.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "edge/condition.h"

namespace liteheart {

/// Taps of every convolution that is no shortcut, and the slope of every leaky ReLU below 0.
inline constexpr int kConvolutionTaps = 9;
inline constexpr double kLeakySlope = 0.01;

/// The backbone of teacher and student: convolutional encoder, transformer, max-pool, two linear
/// layers.
struct BackboneShape {
  int leads = 12;  // input channels
  int width = 64, layers = 1, heads = 16;
  int classes = 0;
  std::array<int, 3> strides = {2, 2, 4};
  bool causal = false;  // attention sees the past only, as in the imported CODE checkpoint
};

/// The restoration net: a 1-D U-Net, measured leads -> 12 leads.
struct RestorationShape {
  std::vector<int> measured = {0};  // indices into kLeadNames, ascending
  int width = 32;                   // channels at T/4; twice that below
  /// In mV the limb leads III, aVR, aVL and aVF follow from I and II: predict 8, derive 4. Per-lead
  /// z-scores lose that relation: predict all 12.
  bool derive_limb_leads = true;
};

/// Boosted trees that judge what is measured on the leads; the logit is a mean of the network's and
/// theirs.
struct TreesShape {
  int measured = 0;     // the version of the list of measurements: kMeasurementsVersion
  double share = 0.75;  // of the trees in the logit
};

/// Names: student-tiny, student-small, student-base, teacher-base, teacher-medium, teacher-large.
/// Leads, classes, strides stay as given. Throws Error listing the names.
BackboneShape backbone_preset(std::string_view name);
/// Names: tiny, small, base. Throws Error listing the names.
RestorationShape restoration_preset(std::string_view name);

/// Encoder strides of a conditioning preset: 2-2-4 at compact-100, 4-4-4 at paper-500.
std::array<int, 3> preset_strides(const edge::Conditioning& c);

/// "I", "II,V1" or "all" -> ascending lead indices. Throws Error naming the lead that is not one of
/// the 12.
std::vector<int> parse_leads(std::string_view text);
/// The inverse: "I", "I,V1", "all".
std::string lead_text(const std::vector<int>& leads);

}  // namespace liteheart
