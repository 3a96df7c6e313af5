#include "formats/wearable_unit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "ecg/error.h"
#include "ecg/units.h"

namespace liteheart {
namespace {

constexpr double kMicrovolt = 1e-3, kMillivolt = 1;

bool possible(double largest_sample, double millivolts) {
  constexpr double kMost = 100, kLeast = 0.02;
  return largest_sample * millivolts <= kMost && largest_sample * millivolts >= kLeast;
}

}  // namespace

double largest(std::span<const float> samples) {
  double most = 0;
  for (const float sample : samples)
    if (std::isfinite(sample)) most = std::max(most, std::abs(static_cast<double>(sample)));
  return most;
}

std::optional<double> withings_millivolts(std::string_view wear_position,
                                          std::span<const float> samples) {
  if (wear_position == "0" || wear_position == "1") return kMicrovolt;
  const double most = largest(samples);
  const bool micro = possible(most, kMicrovolt), milli = possible(most, kMillivolt);
  if (micro != milli) return micro ? kMicrovolt : kMillivolt;
  if (wear_position == "2" || wear_position == "3") return kMillivolt;
  return std::nullopt;
}

std::optional<double> samsung_millivolts(std::span<const float> samples) {
  constexpr double kLargestMillivolts = 15;
  const bool fractions = std::any_of(samples.begin(), samples.end(), [](float sample) {
    return std::isfinite(sample) && sample != std::round(sample);
  });
  const double most = largest(samples);
  if (fractions && most < kLargestMillivolts && possible(most, kMillivolt)) return kMillivolt;
  return std::nullopt;
}

double unit_or_ask(std::optional<double> known, const ReadOptions& options,
                   const std::string& place) {
  if (!known) known = millivolts_in(options.unit);
  if (known) return *known;
  throw Error(place, "the file does not say in which unit its samples are",
              "say so with --unit mV or --unit uV");
}

void take_samples(std::span<const float> samples, double millivolts, std::string_view lead,
                  const std::string& place, Recording& recording) {
  recording.leads = {std::string(lead)};
  recording.samples = samples.size();
  recording.mv.assign(samples.begin(), samples.end());
  bool any = false;
  for (float& value : recording.mv) {
    value = static_cast<float>(value * millivolts);
    if (std::isinf(value)) value = std::numeric_limits<float>::quiet_NaN();
    any |= !std::isnan(value);
  }
  if (!any) throw Error(place, "no sample is a number", "export a reading with its waveform");
}

}  // namespace liteheart
