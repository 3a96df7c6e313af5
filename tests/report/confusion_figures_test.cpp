#include "report/confusion_figures.h"

#include <gtest/gtest.h>

#include "report/golden_study.h"

namespace liteheart {
namespace {

std::vector<std::string> texts(const Drawing& drawing, const std::string& role) {
  std::vector<std::string> all;
  for (const Part& p : test::parts(drawing, role))
    if (const Text* const text = std::get_if<Text>(&p.mark)) all.push_back(text->text);
  return all;
}

/// Two classes, five recordings; everything above probability 0.5 is found.
EvaluatedSystem small_system() {
  EvaluatedSystem s = test::golden_system("model", "logit");
  Evaluation& e = s.evaluation;
  e.predictions = {
      5, 2, {2, -2, 2, 2, -2, -2, 2, -2, -2, 2}, {1, 0, 1, 0, 1, 0, 0, 1, 0, 1}, {0, 1, 2, 3, 4}};
  e.decision = {{0.5F, 0.5F}, {1, 1}, {0, 0}};
  std::vector<Diagnosis> classes(2);
  classes[0].abbreviation = "A";
  classes[1].abbreviation = "B";
  e.report = make_report(e.predictions, e.decision, classes, {.replicates = 0});
  return s;
}

TEST(ConfusionFigure, CountsTrueAndFalsePositivesAndNegatives) {
  const EvaluatedSystem s = small_system();
  const PanelFigure f = confusion_figure(std::span(&s, 1));
  const Drawing& panel = f.panels.at(0).drawing;
  // A: found in recordings 0, 1, 3; true in 0, 1, 2. B: found in 1, 4; true in 3, 4.
  EXPECT_EQ(texts(panel, "count"),
            (std::vector<std::string>{"2", "1", "1", "1", "1", "1", "1", "2"}));
  EXPECT_EQ(texts(panel, "rate"), (std::vector<std::string>{"67 %", "50 %", "67 %", "50 %", "50 %",
                                                            "67 %", "50 %", "67 %"}));
}

TEST(FoundInsteadFigure, ShowsSharesOfTheTrueClassesRecordings) {
  const EvaluatedSystem s = small_system();
  const PanelFigure f = found_instead_figure(std::span(&s, 1));
  const Drawing& panel = f.panels.at(0).drawing;
  EXPECT_EQ(texts(panel, "true"), (std::vector<std::string>{"A (3)", "B (2)"}));
  // A is found in two of its three, B instead of A in one of three; A instead of B in one of two.
  EXPECT_EQ(texts(panel, "share"), (std::vector<std::string>{"67", "33", "50", "50"}));
}

}  // namespace
}  // namespace liteheart
