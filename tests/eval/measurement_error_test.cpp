#include "eval/measurement_error.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "drawn_ecg.h"

namespace liteheart {
namespace {

using test::DrawnEcg;

constexpr std::size_t kV2 = 7;

struct Pair {
  DrawnEcg restored, truth;
};

MeasurementErrors compare(const std::vector<Pair>& pairs, bool in_mv = true) {
  MeasurementComparison comparison(100, in_mv);
  for (const auto& [restored, truth] : pairs)
    comparison.add(restored.leads(), truth.leads(), truth.samples(), truth.samples());
  return comparison.errors();
}

std::vector<const MeasurementError*> all(const MeasurementErrors& e) {
  std::vector<const MeasurementError*> out = {&e.qrs_axis_deg, &e.qrs_ms, &e.qt_ms};
  for (const MeasurementError& st : e.st_mv) out.push_back(&st);
  return out;
}

TEST(MeasurementErrors, OfIdenticalLeadsAreExactlyZero) {
  const DrawnEcg a{.axis_deg = 170}, b{.axis_deg = -45, .qrs_s = 0.15, .v2_st_mv = 0.2};
  const auto errors = compare({{a, a}, {b, b}});
  for (const MeasurementError* e : all(errors)) {
    EXPECT_EQ(e->records, 2u);
    EXPECT_EQ(e->median, 0.0);
    EXPECT_EQ(e->percentile_90, 0.0);
    EXPECT_EQ(e->bias, 0.0);
  }
}

TEST(MeasurementErrors, OfTheAxisGoTheShortWayRound) {
  const auto errors = compare({{{.axis_deg = -170}, {.axis_deg = 175}}});
  EXPECT_NEAR(errors.qrs_axis_deg.median.value(), 15, 1);
  EXPECT_NEAR(errors.qrs_axis_deg.bias.value(), 15, 1);
}

TEST(MeasurementErrors, AreOfWhatChanged) {
  const auto wider = compare({{{.qrs_s = 0.14}, {.qrs_s = 0.1}}});
  EXPECT_NEAR(wider.qrs_ms.bias.value(), 40, 8);
  EXPECT_NEAR(wider.qt_ms.bias.value(), 0, 8);
  EXPECT_NEAR(wider.qrs_axis_deg.bias.value(), 0, 1);
  const auto later = compare({{{.qt_s = 0.37}, {.qt_s = 0.42}}});
  EXPECT_NEAR(later.qt_ms.bias.value(), -50, 8);
  EXPECT_NEAR(later.qrs_ms.bias.value(), 0, 8);
  const auto elevated = compare({{{.v2_st_mv = 0.15}, {}}});
  for (std::size_t lead = 0; lead < kLeads; ++lead)
    EXPECT_NEAR(elevated.st_mv[lead].bias.value(), lead == kV2 ? 0.15 : 0, 0.02) << lead;
}

TEST(MeasurementErrors, ArePercentilesOfTheirSizeAndAMeanWithSign) {
  std::vector<Pair> pairs;
  for (const double turn : {-10.0, 0.0, 20.0, 30.0, 40.0})
    pairs.push_back({{.axis_deg = 20 + turn}, {.axis_deg = 20}});
  const auto axis = compare(pairs).qrs_axis_deg;
  EXPECT_NEAR(axis.median.value(), 20, 1);
  EXPECT_NEAR(axis.percentile_90.value(), 36, 1);
  EXPECT_NEAR(axis.bias.value(), 16, 1);
}

TEST(MeasurementErrors, StandBesideThoseOfAlwaysAnsweringTheMedian) {
  std::vector<Pair> pairs;
  for (const double axis : {160.0, 170.0, 180.0, -150.0, -140.0})  // median 180
    pairs.push_back({{.axis_deg = axis}, {.axis_deg = axis, .qrs_s = 0.09}});
  const auto errors = compare(pairs);
  EXPECT_NEAR(errors.qrs_axis_deg.constant_median.value(), 20, 1);
  EXPECT_NEAR(errors.qrs_ms.constant_median.value(), 0, 4);
}

TEST(MeasurementErrors, CountOnlyWhereBothAreMeasurable) {
  const DrawnEcg ecg;
  const std::vector<float> flat(kLeads * ecg.samples());
  MeasurementComparison comparison(100, true);
  comparison.add(ecg.leads(), ecg.leads(), ecg.samples(), ecg.samples());
  comparison.add(flat, ecg.leads(), ecg.samples(), ecg.samples());
  comparison.add(ecg.leads(), flat, ecg.samples(), ecg.samples());
  const auto errors = comparison.errors();
  EXPECT_EQ(errors.records, 3u);
  for (const MeasurementError* e : all(errors)) {
    EXPECT_EQ(e->records, 1u);
    EXPECT_EQ(e->true_records, 2u);
  }
}

TEST(MeasurementErrors, OfLeadsThatAreNotInMvAreIntervalsOnly) {
  const auto errors = compare({{{}, {}}}, false);
  EXPECT_EQ(errors.qrs_ms.median, 0.0);
  EXPECT_EQ(errors.qt_ms.median, 0.0);
  EXPECT_FALSE(errors.qrs_axis_deg.median);
  EXPECT_EQ(errors.st_mv[kV2].true_records, 0u);
  const std::string table = to_table(errors);
  EXPECT_NE(table.find("QRS axis (degrees)    not measured"), std::string::npos) << table;
}

TEST(MeasurementErrors, OfNoRecordingsAreUndefined) {
  const auto json = to_json(MeasurementComparison(100, true).errors());
  EXPECT_EQ(json["records"], 0);
  EXPECT_TRUE(json["qt_ms"]["median"].is_null());
  EXPECT_TRUE(json["st_mv"]["V2"]["bias"].is_null());
}

TEST(MeasurementErrors, SayThatStIsOfBandPassedSignals) {
  EXPECT_NE(to_table(compare({})).find("band-passed"), std::string::npos);
}

}  // namespace
}  // namespace liteheart
