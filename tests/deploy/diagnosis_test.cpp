// From a network's logits to what is said of a recording.
#include "deploy/diagnosis.h"

#include <gtest/gtest.h>

#include <cmath>

namespace liteheart {
namespace {

double sigmoid(double z) { return 1 / (1 + std::exp(-z)); }

/// A model of three classes, of which the second cannot be judged. Its logits are 1, 3 and -2.
class ThreeClasses : public Engine {
 public:
  ThreeClasses() {
    card_.classes = {{"11", "A", "first", true, {}},
                     {"22", "B", "second", true, {}},
                     {"33", "C", "third", true, {}}};
    card_.decision = {{0.5F, 0.5F, 0.1F}, {1, 0.5F, 1}, {0, -1, 0}};
    card_.not_judged = {"22"};
  }
  Output run(std::span<const float> windows, bool) override {
    Output out;
    for (std::size_t w = 0; w < windows.size() / window_floats(); ++w)
      out.logits.insert(out.logits.end(), {1, 3, -2});
    return out;
  }
  std::vector<std::uint8_t> edge_model() const override { return {}; }
};

RecordingDiagnosis diagnosis() {
  ThreeClasses engine;
  ConditionedRecording recording;
  recording.about.name = "r1";
  recording.about.leads = "I";
  recording.about.windows = recording.about.windows_read = 1;
  recording.about.grade = edge::Grade::kGood;
  recording.starts = {0};
  recording.hidden = {0};
  recording.windows.resize(engine.window_floats());
  return diagnose(engine, {recording}, false).at(0);
}

TEST(Diagnosis, never_finds_what_its_lead_cannot_judge) {
  const RecordingDiagnosis d = diagnosis();
  ASSERT_EQ(d.findings.size(), 2u);
  EXPECT_EQ(d.findings[0].diagnosis.code, "11");
  EXPECT_TRUE(d.findings[0].present);
  EXPECT_NEAR(d.findings[0].probability, sigmoid(1), 1e-6);
  EXPECT_EQ(d.findings[1].diagnosis.code, "33");
  EXPECT_TRUE(d.findings[1].present) << "a low threshold";
  EXPECT_TRUE(d.findings[0].likely());
  EXPECT_TRUE(d.findings[1].possible()) << "below even odds";
  EXPECT_EQ(to_json(d)["findings"][0]["likely"], true);
  EXPECT_EQ(to_json(d)["findings"][1]["likely"], false);
  ASSERT_EQ(d.not_judged.size(), 1u);
  EXPECT_EQ(d.not_judged[0].diagnosis.code, "22");
  EXPECT_GT(d.not_judged[0].probability, d.not_judged[0].threshold);
  EXPECT_FALSE(d.not_judged[0].present);

  EXPECT_NE(to_text(d).find("lead I cannot judge: B\n"), std::string::npos) << to_text(d);
  EXPECT_EQ(to_json(d)["not_judged"],
            (nlohmann::json{{{"code", "22"}, {"abbreviation", "B"}, {"name", "second"}}}));
}

TEST(Diagnosis, that_judges_nothing_says_so) {
  RecordingDiagnosis d = diagnosis();
  d.findings.clear();
  EXPECT_NE(to_text(d).find("nothing is judged"), std::string::npos) << to_text(d);
  EXPECT_EQ(to_text(d).find("nothing above its threshold"), std::string::npos) << to_text(d);
}

// sigmoid(1), sigmoid(-2), sigmoid(0.5 * 3 - 1)
TEST(Diagnosis, lists_every_class_in_the_challenges_file) {
  EXPECT_EQ(to_challenge(diagnosis()), "#r1\n11,33,22\n1,1,0\n0.731059,0.119203,0.622459\n");
}

}  // namespace
}  // namespace liteheart
