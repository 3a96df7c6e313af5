// Recordings in text for tests: a signal by a formula, read from memory through the one door.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "formats/registry.h"
#include "scratch.h"

namespace liteheart::test {

/// uV, in steps of 0.001: a spike each 100 samples on a slow wave.
inline double microvolts(int i) {
  const double spike = std::exp(-0.05 * (i % 100 - 50) * (i % 100 - 50));
  return std::round(1000 * (900 * spike + 60 * std::sin(i * 0.05) - 20)) / 1000;
}

inline Recording read_text(std::string_view text, const ReadOptions& options = {}) {
  return read_recording({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()},
                        "file.csv", options);
}

inline std::string error_of_text(std::string_view text, const ReadOptions& options = {}) {
  return error_of([&] { read_text(text, options); });
}

/// Whether all samples are the formula's, in mV within rounding; `factor` scales the formula.
inline void expect_formula(const Recording& recording, std::size_t samples, std::size_t lead = 0,
                           double factor = 1) {
  ASSERT_EQ(recording.samples, samples);
  for (std::size_t i = 0; i < samples; ++i) {
    ASSERT_NEAR(recording.lead(lead)[i], factor * microvolts(static_cast<int>(i)) / 1000,
                2e-6 * factor)
        << i;
  }
}

inline bool warns_of(const Recording& recording, std::string_view words) {
  for (const std::string& warning : recording.warnings)
    if (warning.find(words) != warning.npos) return true;
  return false;
}

/// Every "from" as "to".
inline std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string all;
  for (std::size_t at = text.find(from); at != text.npos; at = text.find(from)) {
    all.append(text.substr(0, at)).append(to);
    text.remove_prefix(at + from.size());
  }
  return all.append(text);
}

}  // namespace liteheart::test
