// `liteheart evaluate`: what a reader, a program and a spreadsheet get.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "cli/study.h"

namespace liteheart::test {
namespace {

class Evaluate : public testing::Test {
 protected:
  /// Teacher, baseline and distilled model side by side, measured once.
  static void SetUpTestSuite() {
    const Study& study = Study::get();
    const ScratchFolder scratch;
    outcome_ = liteheart({"evaluate",
                          "--data",
                          study.data,
                          "--model",
                          study.distilled,
                          "--baseline",
                          study.student,
                          "--teacher",
                          study.teacher,
                          "--bootstrap",
                          "50",
                          "--threads",
                          "1",
                          "--json",
                          scratch / "report.json",
                          "--csv",
                          scratch / "report.csv",
                          "--report",
                          scratch / "page.html",
                          "--figures",
                          scratch / "figures"});
    ASSERT_EQ(outcome_.exit_code, 0) << outcome_.err;
    json_ = nlohmann::json::parse(read_bytes(scratch / "report.json"));
    csv_ = lines(read_bytes(scratch / "report.csv"));
    page_ = read_bytes(scratch / "page.html");
    for (const auto& entry : std::filesystem::directory_iterator(scratch / "figures"))
      figures_.insert(entry.path().filename());
  }

  static inline Outcome outcome_;
  static inline nlohmann::json json_;
  static inline std::vector<std::string> csv_;
  static inline std::string page_;
  static inline std::set<std::string> figures_;
};

TEST_F(Evaluate, PrintsTheNumbersThatItsJsonHolds) {
  for (const auto& [title, key] : {std::pair{"macro AUC  ", "macro_auc"},
                                   std::pair{"mean average precision  ", "mean_average_precision"},
                                   std::pair{"macro F1  ", "macro_f1"}}) {
    const auto said = lines_with(outcome_.out, title);
    ASSERT_GE(said.size(), 1u) << title;
    EXPECT_NE(said[0].find(fmt::format("{:.3f}", json_["model"][key].get<double>())),
              std::string::npos)
        << said[0];
  }
}

TEST_F(Evaluate, GivesIntervals) {
  EXPECT_FALSE(json_["model"]["macro_auc_interval"].is_null());
  const auto said = lines_with(outcome_.out, "macro AUC  ");
  ASSERT_GE(said.size(), 1u);
  EXPECT_NE(said[0].find('['), std::string::npos) << said[0];
}

TEST_F(Evaluate, PutsTeacherBaselineAndModelSideBySideWithTheGapClosed) {
  for (const char* role : {"teacher", "baseline", "model"}) {
    EXPECT_TRUE(json_[role]["macro_auc"].is_number()) << role;
    EXPECT_FALSE(lines_with(outcome_.out, role).empty()) << role;
  }
  EXPECT_EQ(lines_with(outcome_.out, "gap closed").size(), 1u) << outcome_.out;
  const auto& gap = json_["gap_closed"]["macro_auc"];
  EXPECT_EQ(gap["hcci"], json_["teacher"]["macro_auc"]);
  EXPECT_EQ(gap["baseline"], json_["baseline"]["macro_auc"]);
  EXPECT_EQ(gap["lcci"], json_["model"]["macro_auc"]);
}

TEST_F(Evaluate, ReportsRestorationWithTheMeasuredLeadPassedThrough) {
  EXPECT_EQ(json_["restoration"].size(), 12u);
  const auto lead_i = lines_with(outcome_.out, "I         1.000  0.000");
  EXPECT_EQ(lead_i.size(), 1u) << outcome_.out;
}

TEST_F(Evaluate, ReportsAxisIntervalsAndStLevelOfTheRestoredLeadsBesideAConstantAnswer) {
  const auto& measured = json_["restored_measurements"];
  EXPECT_EQ(measured["pass_band_hz"], nlohmann::json({1.0, 47.0}));
  for (const auto& error :
       {measured["qrs_axis_deg"], measured["qrs_ms"], measured["qt_ms"], measured["st_mv"]["V6"]}) {
    EXPECT_GT(error["true_records"], measured["records"].get<int>() / 2) << error;
    EXPECT_GE(error["true_records"], error["records"]) << error;
  }
  for (const char* row : {"QRS axis (degrees)", "QRS duration (ms)", "QT interval (ms)",
                          "ST level V6 (mV)", "band-pass 1-47 Hz", "constant"})
    EXPECT_FALSE(lines_with(outcome_.out, row).empty()) << row << outcome_.out;
}

TEST_F(Evaluate, WritesACsvWithAHeaderAndEvenRows) {
  ASSERT_GT(csv_.size(), 100u);  // some numbers of each of the classes
  EXPECT_EQ(csv_[0], "system,code,abbreviation,metric,value,low,high");
  for (const std::string& row : csv_) EXPECT_EQ(std::ranges::count(row, ','), 6) << row;
}

TEST_F(Evaluate, WritesEverySystemAndTheGapAndTheRestoredLeadsIntoTheCsv) {
  const auto value = [](const std::string& system, const std::string& metric) -> nlohmann::json {
    const std::string row = system + ",,," + metric + ",";
    for (const std::string& line : csv_) {
      if (!line.starts_with(row)) continue;
      const std::string number = line.substr(row.size(), line.find(',', row.size()) - row.size());
      return number.empty() ? nlohmann::json() : nlohmann::json(std::stod(number));
    }
    return "no row " + row;
  };
  for (const char* role : {"teacher", "baseline", "model"})
    EXPECT_EQ(value(role, "macro_auc"), json_[role]["macro_auc"]) << role;
  EXPECT_EQ(value("model", "gap_closed_macro_auc"), json_["gap_closed"]["macro_auc"]["gap_closed"]);
  EXPECT_EQ(value("model", "restored_V6_pearson"), json_["restoration"]["V6"]["pearson"]);
  EXPECT_EQ(value("model", "restored_qt_ms_error_bias"),
            json_["restored_measurements"]["qt_ms"]["bias"]);
}

TEST_F(Evaluate, WritesAPageWithEverySection) {
  for (const char* section :
       {"Systems side by side", "ROC and precision-recall curves", "Classes", "Calibration",
        "Confusion", "Restored leads", "Embeddings", "Training", "Where the models come from"})
    EXPECT_NE(page_.find(std::string("<h2>") + section + "</h2>"), std::string::npos) << section;
  EXPECT_NE(page_.find(kNotAMedicalDevice), std::string::npos);
  const std::string number = fmt::format("{:.3f}", json_["model"]["macro_auc"].get<double>());
  EXPECT_NE(page_.find(number), std::string::npos) << number;
  EXPECT_NE(page_.find("Best: "), std::string::npos);  // of the restored recordings
}

TEST_F(Evaluate, WritesEachFigureAsSvg) {
  EXPECT_EQ(figures_, (std::set<std::string>{
                          "calibration.svg", "confusion.svg", "embeddings.svg", "forest.svg",
                          "found_instead.svg", "precision_recall.svg", "restoration_model.svg",
                          "roc.svg", "systems.svg", "training.svg", "violin.svg"}));
}

TEST_F(Evaluate, WritesTheFiguresOfOneModelAsPdf) {
  const ScratchFolder scratch;
  const Outcome outcome =
      liteheart({"evaluate", "--data", Study::get().data, "--model", Study::get().student,
                 "--bootstrap", "0", "--threads", "1", "--report", scratch / "figures.pdf"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_TRUE(read_bytes(scratch / "figures.pdf").starts_with("%PDF"));
}

TEST_F(Evaluate, TellsWhatItCannotWriteBeforeItBegins) {
  const ScratchFolder scratch;
  write_bytes(scratch.path() / "file", "");
  for (const auto& [option, place] :
       {std::pair{"--report", scratch / "none/page.html"},
        std::pair{"--report", scratch / "page.txt"},
        std::pair{"--json", scratch / "none/report.json"}, std::pair{"--csv", scratch / "."},
        std::pair{"--figures", scratch / "file"}}) {
    // Nor is the data looked at.
    const Outcome outcome = liteheart(
        {"evaluate", "--data", scratch / "nowhere", "--model", scratch / "nothing", option, place});
    EXPECT_TRUE(fails_clearly(outcome, {place})) << option;
  }
}

TEST_F(Evaluate, SaysThatItIsNoMedicalDevice) {
  EXPECT_FALSE(lines_with(outcome_.out, kNotAMedicalDevice).empty());
  EXPECT_NE(json_["disclaimer"].get<std::string>().find(kNotAMedicalDevice), std::string::npos);
}

TEST_F(Evaluate, OfAModelForOtherConditioningIsRefused) {
  const ScratchFolder scratch;
  const Study& study = Study::get();
  ASSERT_EQ(liteheart({"prepare", study.recordings, "--out", scratch / "data", "--normalization",
                       "z-score", "--min-positives", "3", "--split", "patient", "--quiet"})
                .exit_code,
            0);
  const Outcome outcome =
      liteheart({"evaluate", "--data", scratch / "data", "--model", study.student});
  EXPECT_TRUE(fails_clearly(outcome, {study.student, "condition"}));
}

}  // namespace
}  // namespace liteheart::test
