// What tests of readers expect of texts, warnings and samples, with what was found if it is not so.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

namespace liteheart::test {

using Strings = std::vector<std::string>;

inline testing::AssertionResult has(const std::string& text, std::string_view part) {
  if (text.find(part) != std::string::npos) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "'" << text << "' has no '" << part << "'";
}

/// Whether there is one text and it has `part`.
inline testing::AssertionResult only(const Strings& texts, std::string_view part) {
  if (texts.size() == 1) return has(texts[0], part);
  testing::AssertionResult result = testing::AssertionFailure();
  result << texts.size() << " instead of one with '" << part << "':";
  for (const std::string& text : texts) result << "\n  " << text;
  return result;
}

/// That this program has worked so far, whatever else runs beside it.
inline double processor_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

/// Whether samples are the same, NaN where NaN is expected, within `tolerance`.
inline testing::AssertionResult same_samples(const std::vector<float>& found,
                                             const std::vector<float>& expected,
                                             double tolerance = 1e-6) {
  if (found.size() != expected.size())
    return testing::AssertionFailure() << found.size() << " instead of " << expected.size();
  for (std::size_t i = 0; i < found.size(); ++i) {
    const bool same = std::isnan(expected[i])
                          ? std::isnan(found[i])
                          : std::abs(double{found[i]} - double{expected[i]}) <= tolerance;
    if (!same)
      return testing::AssertionFailure()
             << "sample " << i << ": " << found[i] << " instead of " << expected[i];
  }
  return testing::AssertionSuccess();
}

}  // namespace liteheart::test
