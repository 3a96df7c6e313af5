#include "eval/report.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

#include "ecg/error.h"
#include "eval/report_format.h"
#include "golden.h"

namespace liteheart {
namespace {

using nlohmann::json;
using test::golden;
using test::kGoldenTolerance;

Report golden_report() {
  return make_report(test::golden_predictions("logit"), test::golden_decision(),
                     test::diagnoses(golden()["report"]["codes"]), test::golden_bootstrap());
}

/// `actual` holds every key of `expected`, null where it is null, else the same numbers.
void expect_same(const json& actual, const json& expected, const std::string& where) {
  if (expected.is_object()) {
    for (const auto& [key, value] : expected.items()) {
      ASSERT_TRUE(actual.contains(key)) << where << "/" << key;
      expect_same(actual[key], value, where + "/" + key);
    }
  } else if (expected.is_array()) {
    ASSERT_EQ(actual.size(), expected.size()) << where;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      expect_same(actual[i], expected[i], where + "/" + std::to_string(i));
    }
  } else if (expected.is_null()) {
    EXPECT_TRUE(actual.is_null()) << where;
  } else {
    ASSERT_TRUE(actual.is_number()) << where;
    EXPECT_NEAR(actual.get<double>(), expected.get<double>(), kGoldenTolerance) << where;
  }
}

TEST(Report, AgreesWithScikitLearnAndBruteForceBootstrap) {
  expect_same(to_json(golden_report()), golden()["report"]["expected"], "");
}

TEST(Report, GapClosedAgreesWithBruteForcePairedBootstrap) {
  const Predictions lcci = test::golden_predictions("logit");
  const Predictions baseline = test::golden_predictions("baseline_logit");
  const Predictions hcci = test::golden_predictions("hcci_logit");
  const Decision d = test::golden_decision();
  const GapClosed gap = gap_closed({lcci, d}, {baseline, d}, {hcci, d}, test::golden_bootstrap());
  expect_same(to_json(gap), golden()["report"]["gap_closed"], "");
}

TEST(Report, GapClosedIsNullWhereHcciDoesNotBeatTheBaseline) {
  const Predictions lcci = test::golden_predictions("logit");
  const Predictions baseline = test::golden_predictions("baseline_logit");
  const Predictions hcci = test::golden_predictions("hcci_logit");
  const Decision d = test::golden_decision();
  const GapClosed gap = gap_closed({lcci, d}, {hcci, d}, {baseline, d}, {.replicates = 20});
  EXPECT_FALSE(gap.macro_auc.closed);
  EXPECT_FALSE(gap.macro_auc.interval);
  EXPECT_TRUE(to_json(gap)["macro_auc"]["gap_closed"].is_null());
}

TEST(Report, GapClosedIsNullWhereNoClassIsEvaluated) {
  const Predictions p{
      .records = 2, .classes = 1, .logit = {0.5F, 1}, .label = {0, 0}, .patient = {0, 1}};
  const Decision d{.threshold = {0.5F}, .slope = {1}, .intercept = {0}};
  const GapClosed gap = gap_closed({p, d}, {p, d}, {p, d}, {.replicates = 20});
  EXPECT_FALSE(gap.macro_f1.hcci);
  EXPECT_FALSE(gap.macro_f1.closed);
}

TEST(Report, GapClosedRefusesSystemsOfOtherRecordings) {
  const Predictions lcci = test::golden_predictions("logit");
  Predictions other = lcci;
  other.patient.back() += 1;
  const Decision d = test::golden_decision();
  EXPECT_THROW(gap_closed({lcci, d}, {lcci, d}, {other, d}, {}), Error);
}

TEST(Report, ModelSelectionNumbersAreThoseOfTheReport) {
  const Predictions p = test::golden_predictions("logit");
  const auto& expected = golden()["report"]["expected"];
  EXPECT_NEAR(macro_auc(p), expected["macro_auc"], kGoldenTolerance);
  EXPECT_NEAR(mean_average_precision(p), expected["mean_average_precision"], kGoldenTolerance);
}

TEST(Report, CoverageIsWhatTheCallerSet) {
  Report r = golden_report();
  EXPECT_EQ(to_json(r)["coverage"], 1.0);
  r.coverage = 0.875;
  EXPECT_EQ(to_json(r)["coverage"], 0.875);
}

TEST(Report, WithoutReplicatesThereAreNoIntervals) {
  BootstrapOptions none;
  none.replicates = 0;
  const Report r = make_report(test::golden_predictions("logit"), test::golden_decision(),
                               test::diagnoses(golden()["report"]["codes"]), none);
  EXPECT_TRUE(r.macro_auc.value);
  EXPECT_FALSE(r.macro_auc.interval);
  EXPECT_FALSE(to_json(r).contains("macro_auc_interval"));
}

TEST(Report, WithoutAnyEvaluatedClassMacroNumbersAreNull) {
  Predictions p{.records = 2, .classes = 1, .logit = {0.5F, 1}, .label = {0, 0}, .patient = {0, 1}};
  const Decision d{.threshold = {0.5F}, .slope = {1}, .intercept = {0}};
  const json r = to_json(make_report(p, d, test::diagnoses({"164889003"}), {}));
  EXPECT_TRUE(r["macro_auc"].is_null());
  EXPECT_TRUE(r["macro_g2"].is_null());
  EXPECT_EQ(r["evaluated_classes"], 0);
  EXPECT_EQ(r["hamming_loss"], 1.0);
}

TEST(Report, RefusesInputThatDoesNotFit) {
  const Predictions good = test::golden_predictions("logit");
  const Decision d = test::golden_decision();
  const auto classes = test::diagnoses(golden()["report"]["codes"]);

  Predictions p = good;
  p.logit[17] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THROW(make_report(p, d, classes, {}), Error);
  EXPECT_THROW(macro_auc(p), Error);
  p = good;
  p.label.pop_back();
  EXPECT_THROW(make_report(p, d, classes, {}), Error);
  p = good;
  p.patient.clear();
  EXPECT_THROW(make_report(p, d, classes, {}), Error);
  Decision short_decision = d;
  short_decision.slope.pop_back();
  EXPECT_THROW(make_report(good, short_decision, classes, {}), Error);
  EXPECT_THROW(make_report(good, d, test::diagnoses({"164889003"}), {}), Error);
  EXPECT_THROW(make_report({}, {}, {}, {}), Error);
}

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

TEST(ReportTable, NamesClassesAndMarksWhatIsUndefined) {
  Report r = golden_report();
  r.classes[0].diagnosis.abbreviation = "NSR";
  r.classes[0].diagnosis.name = "sinus rhythm";
  const auto text = lines(to_table(r));

  const auto starts_with = [&](const std::string& start) -> std::string {
    for (const auto& line : text) {
      if (line.rfind(start, 0) == 0) return line;
    }
    return {};
  };
  EXPECT_NE(starts_with("NSR").find("sinus rhythm"), std::string::npos);
  // Class 5 has no positives.
  EXPECT_NE(starts_with(r.classes[5].diagnosis.code).find(" - "), std::string::npos);
  const std::string left_out = starts_with("No positives or no negatives");
  EXPECT_NE(left_out.find(r.classes[5].diagnosis.code), std::string::npos);
  EXPECT_NE(left_out.find(r.classes[6].diagnosis.code), std::string::npos);
  EXPECT_EQ(left_out.find(r.classes[4].diagnosis.code), std::string::npos);
}

TEST(ReportTable, ColumnsAreAligned) {
  const auto text = lines(to_table(golden_report()));
  const auto head = std::find_if(text.begin(), text.end(), [](const std::string& line) {
    return line.find("positives") != line.npos && line.find("AUC") != line.npos;
  });
  ASSERT_NE(head, text.end());
  const std::size_t end_of_auc = head->find("AUC") + 3;
  const std::string& first_class = *(head + 1);
  EXPECT_EQ(first_class[end_of_auc - 1], ']');
  EXPECT_EQ(first_class[end_of_auc], ' ');
  // The intervals of the four numbers that systems are compared by.
  EXPECT_EQ(std::count(first_class.begin(), first_class.end(), '['), 4);
}

TEST(ReportCsv, HoldsEveryNumberOnceWithItsInterval) {
  Report r = golden_report();
  r.classes[0].diagnosis.abbreviation = "a,\"b\"";
  EvaluationCsv csv;
  csv.system("model");
  csv.add(r);
  const auto rows = lines(csv.text());
  EXPECT_EQ(rows.front(), "system,code,abbreviation,metric,value,low,high");
  EXPECT_EQ(rows.size(), 1 + 16 + r.classes.size() * 12);

  const auto& expected = golden()["report"]["expected"];
  std::vector<std::string> auc;
  std::istringstream cells(rows[3]);
  for (std::string cell; std::getline(cells, cell, ',');) auc.push_back(cell);
  ASSERT_EQ(auc.size(), 7u);
  EXPECT_EQ(auc[3], "macro_auc");
  EXPECT_NEAR(std::stod(auc[4]), expected["macro_auc"], kGoldenTolerance);
  EXPECT_NEAR(std::stod(auc[6]), expected["macro_auc_interval"][1], kGoldenTolerance);
  EXPECT_EQ(rows[17], "model,426783006,\"a,\"\"b\"\"\",positives," +
                          std::to_string(r.classes[0].positives) + ",,");
}

}  // namespace
}  // namespace liteheart
