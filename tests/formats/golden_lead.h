// A lead of a real file as a script beside the tests decodes it from the raw bytes.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "ecg/recording.h"

namespace liteheart::test {

struct GoldenLead {
  const char* file;  // relative to the shared folder's formats/
  const char* lead;
  int unit_nv;
  std::size_t samples;
  std::uint64_t hash;  // FNV-1a of the samples as int32, little endian
  int first, last, least, most;
};

/// Expects every sample of the lead.
inline void expect_golden(const GoldenLead& golden, const Recording& recording) {
  const auto found = std::find(recording.leads.begin(), recording.leads.end(), golden.lead);
  ASSERT_NE(found, recording.leads.end()) << golden.file << " lead " << golden.lead;
  ASSERT_EQ(recording.samples, golden.samples) << golden.file;
  std::vector<int> units;
  for (const float mv : recording.lead(static_cast<std::size_t>(found - recording.leads.begin()))) {
    const double unit = mv * 1e6 / golden.unit_nv;
    ASSERT_NEAR(unit, std::round(unit), 0.01) << golden.file << " lead " << golden.lead;
    units.push_back(static_cast<int>(std::lround(unit)));
  }
  EXPECT_EQ(units.front(), golden.first) << golden.file << " lead " << golden.lead;
  EXPECT_EQ(units.back(), golden.last) << golden.file << " lead " << golden.lead;
  EXPECT_EQ(*std::min_element(units.begin(), units.end()), golden.least) << golden.file;
  EXPECT_EQ(*std::max_element(units.begin(), units.end()), golden.most) << golden.file;
  std::uint64_t hash = 0xCBF29CE484222325;
  for (const int unit : units)
    for (int byte = 0; byte < 4; ++byte)
      hash = (hash ^ (static_cast<std::uint32_t>(unit) >> 8 * byte & 0xFFU)) * 0x100000001B3;
  EXPECT_EQ(hash, golden.hash) << golden.file << " lead " << golden.lead;
}

}  // namespace liteheart::test
