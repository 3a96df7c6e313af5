#include "explain/regions.h"

#include <gtest/gtest.h>

namespace liteheart {
namespace {

constexpr int kTwoLeads[] = {0, 6};

/// Two leads of ten bins, of mean 1: lead 0 stands out in bins 2 and 3, lead 6 in bins 5 and 9.
SaliencyMap planted() {
  SaliencyMap map{2, 10, std::vector<float>(20, 0.25F), std::vector<float>(10, 1.0F)};
  map.lead_weight[2] = map.lead_weight[3] = 4;
  map.lead_weight[10 + 5] = 3;
  map.lead_weight[10 + 9] = 5;
  return map;
}

void expect_region(const Region& r, int lead, double from_s, double to_s, double weight) {
  EXPECT_EQ(r.lead, lead);
  EXPECT_DOUBLE_EQ(r.from_s, from_s);
  EXPECT_DOUBLE_EQ(r.to_s, to_s);
  EXPECT_NEAR(r.weight, weight, 1e-6);
}

TEST(Regions, are_the_stretches_above_twice_the_mean_heaviest_first) {
  const auto regions =
      regions_of(planted(), kTwoLeads, {.seconds_per_bin = 0.5, .start_s = 20, .recorded_s = 5}, 9);
  ASSERT_EQ(regions.size(), 3u);
  expect_region(regions[0], 0, 21, 22, 8 / 20.0);
  expect_region(regions[1], 6, 24.5, 25, 5 / 20.0);
  expect_region(regions[2], 6, 22.5, 23, 3 / 20.0);
}

TEST(Regions, are_no_more_than_asked_for) {
  const MapTime time = {.seconds_per_bin = 0.5, .start_s = 0, .recorded_s = 5};
  EXPECT_EQ(regions_of(planted(), kTwoLeads, time, 2).size(), 2u);
  EXPECT_TRUE(regions_of(planted(), kTwoLeads, time, 0).empty());
}

TEST(Regions, leave_out_what_lies_behind_the_recording_and_end_where_it_ends) {
  // The last bin holds no signal; that of lead 6 at 2.5 s holds a fifth of one.
  auto regions = regions_of(planted(), kTwoLeads,
                            {.seconds_per_bin = 0.5, .start_s = 0, .recorded_s = 4.5}, 9);
  ASSERT_EQ(regions.size(), 2u);
  expect_region(regions[0], 0, 1, 2, 8 / 14.75);
  regions = regions_of(planted(), kTwoLeads,
                       {.seconds_per_bin = 0.5, .start_s = 0, .recorded_s = 2.6}, 9);
  ASSERT_EQ(regions.size(), 2u);
  expect_region(regions[1], 6, 2.5, 2.6, 3 / 13.25);
}

TEST(Regions, of_an_even_map_or_of_no_signal_are_none) {
  const SaliencyMap even{2, 10, std::vector<float>(20, 1.0F), std::vector<float>(10, 1.0F)};
  EXPECT_TRUE(regions_of(even, kTwoLeads, {0.5, 0, 5}, 9).empty());
  EXPECT_TRUE(regions_of(planted(), kTwoLeads, {0.5, 0, 0}, 9).empty());
}

}  // namespace
}  // namespace liteheart
