// In which unit a wearable's samples are, where its format leaves two.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "ecg/recording.h"
#include "formats/read_options.h"

namespace liteheart {

/// The largest magnitude among the samples that are numbers.
double largest(std::span<const float> samples);

/// Withings: uV from a watch, mV from a blood-pressure monitor, told by where it is worn (0, 1: a
/// wrist; 2, 3: an arm). Off the wrist, a unit that makes the samples impossible (more than 100 mV,
/// or nothing beyond 0.02 mV) is not meant. nullopt where the place is not told and both may be.
std::optional<double> withings_millivolts(std::string_view wear_position,
                                          std::span<const float> samples);

/// Samsung: mV where samples are fractions that no other unit allows; nullopt else.
std::optional<double> samsung_millivolts(std::span<const float> samples);

/// `known`, or what the options say. Throws Error where neither tells it.
double unit_or_ask(std::optional<double> known, const ReadOptions& options,
                   const std::string& place);

/// Fills mv, samples and the one lead. Throws Error where no sample is a number.
void take_samples(std::span<const float> samples, double millivolts, std::string_view lead,
                  const std::string& place, Recording& recording);

}  // namespace liteheart
