#include "report/curve_figures.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>

#include "report/axes.h"
#include "report/golden_study.h"

namespace liteheart {
namespace {

/// Area under the first drawn line of `role`, of a plot whose axes are those of `frame`.
double drawn_area(const Drawing& panel, const std::string& role) {
  const auto frame = std::get<Lines>(test::parts(panel, "axes").at(0).mark).lines.at(0);
  const Point top = frame[0], corner = frame[1], right = frame[2];
  const auto line = std::get<Lines>(test::parts(panel, role).at(0).mark).lines.at(0);
  double sum = 0;
  for (std::size_t i = 1; i < line.size(); ++i)
    sum += (line[i].x - line[i - 1].x) * (corner.y - (line[i].y + line[i - 1].y) / 2);
  return sum / ((right.x - corner.x) * (corner.y - top.y));
}

TEST(CurveFigures, DrawAPanelASystemWithALineAClassAndTheMean) {
  const EvaluationStudy study = test::golden_study();
  for (const PanelFigure& f : {roc_figure(study.systems), precision_recall_figure(study.systems)}) {
    ASSERT_EQ(f.panels.size(), 3u);
    for (std::size_t s = 0; s < 3; ++s) {
      const Report& r = study.systems[s].evaluation.report;
      const Drawing& panel = f.panels[s].drawing;
      EXPECT_EQ(test::parts(panel, "class").size(), r.evaluated_classes());
      const double expected =
          (f.name == "roc" ? r.macro_auc : r.mean_average_precision).value.value();
      // The drawing leaves out what is finer than a twentieth of a millimetre.
      EXPECT_NEAR(drawn_area(panel, "mean"), expected, 2e-3) << f.name << s;
      EXPECT_NE(f.panels[s].alternative.find(fmt::format("{:.3f}", expected)), std::string::npos);
    }
  }
}

TEST(CurveFigures, ReliabilityIsDrawnWhereItIs) {
  // One class, calibrated: probabilities 0.1 (of which one of four is true) and 0.9 (all true).
  EvaluatedSystem s = test::golden_system("model", "logit");
  Evaluation& e = s.evaluation;
  const auto logit = [](double p) { return static_cast<float>(std::log(p / (1 - p))); };
  e.predictions = {6,
                   1,
                   {logit(0.1), logit(0.1), logit(0.1), logit(0.1), logit(0.9), logit(0.9)},
                   {0, 1, 0, 0, 1, 1},
                   {0, 1, 2, 3, 4, 5}};
  e.decision = {{0.5F}, {1}, {0}};
  const PanelFigure f = calibration_figure(std::span(&s, 1));
  ASSERT_EQ(f.panels.size(), 1u);
  const Drawing& panel = f.panels[0].drawing;
  const auto frame = std::get<Lines>(test::parts(panel, "axes").at(0).mark).lines.at(0);
  const auto dots = std::get<Dots>(test::parts(panel, "reliability").at(1).mark).centres;
  ASSERT_EQ(dots.size(), 2u);
  const auto x = [&](const Point& p) { return (p.x - frame[1].x) / (frame[2].x - frame[1].x); };
  const auto y = [&](const Point& p) { return (frame[1].y - p.y) / (frame[1].y - frame[0].y); };
  EXPECT_NEAR(x(dots[0]), 0.1, 1e-6);
  EXPECT_NEAR(y(dots[0]), 0.25, 1e-6);
  EXPECT_NEAR(x(dots[1]), 0.9, 1e-6);
  EXPECT_NEAR(y(dots[1]), 1, 1e-6);
  EXPECT_EQ(test::parts(panel, "count").size(), 2u);
  // (4 * 0.15 + 2 * 0.1) / 6
  EXPECT_NE(f.panels[0].alternative.find("0.1333"), std::string::npos) << f.panels[0].alternative;
}

}  // namespace
}  // namespace liteheart
