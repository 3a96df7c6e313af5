#include "report/class_figures.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "report/golden_study.h"

namespace liteheart {
namespace {

TEST(Violin, StaysBetweenTheLowestAndTheHighestClass) {
  const EvaluationStudy study = test::golden_study();
  const PanelFigure f = violin_figure(study.systems);
  for (const Panel& p : f.panels) {
    const auto violins = test::parts(p.drawing, "violin"), dots = test::parts(p.drawing, "class");
    ASSERT_EQ(violins.size(), 3u);
    ASSERT_EQ(dots.size(), 3u);
    for (std::size_t s = 0; s < 3; ++s) {
      const auto outline = std::get<Area>(violins[s].mark).outlines.at(0);
      const auto centres = std::get<Dots>(dots[s].mark).centres;
      const auto by_y = [](const Point& a, const Point& b) { return a.y < b.y; };
      const auto [low, high] = std::minmax_element(outline.begin(), outline.end(), by_y);
      const auto [least, most] = std::minmax_element(centres.begin(), centres.end(), by_y);
      EXPECT_NEAR(low->y, least->y, 1e-9);
      EXPECT_NEAR(high->y, most->y, 1e-9);
      EXPECT_EQ(centres.size(), study.systems[s].evaluation.report.evaluated_classes());
      // Each dot lies within its violin's width.
      const auto by_x = [](const Point& a, const Point& b) { return a.x < b.x; };
      const auto [left, right] = std::minmax_element(outline.begin(), outline.end(), by_x);
      for (const Point& c : centres) {
        EXPECT_GT(c.x, left->x - 1e-9);
        EXPECT_LT(c.x, right->x + 1e-9);
      }
    }
  }
}

TEST(Violin, DensityIsHighestWhereTheValuesAreAndOneThere) {
  const std::vector<double> values = {0.2, 0.8, 0.81, 0.82, 0.83}, places = {0.2, 0.5, 0.82};
  const auto density = kernel_density(values, places);
  EXPECT_DOUBLE_EQ(density[2], 1);
  EXPECT_LT(density[1], density[0]);
  EXPECT_LT(density[0], 1);
  EXPECT_EQ(kernel_density(std::vector<double>{0.5, 0.5}, std::vector<double>{0.5}).at(0), 1);
}

TEST(Forest, HasARowAClassSortedByTheLastSystemAndTheirMean) {
  const EvaluationStudy study = test::golden_study();
  const Report& report = study.systems.back().evaluation.report;
  const PanelFigure f = forest_figure(study.systems);
  ASSERT_EQ(f.panels.size(), 3u);
  const auto names = test::parts(f.panels[0].drawing, "y tick");
  ASSERT_EQ(names.size(), report.evaluated_classes() + 1);
  std::vector<std::pair<double, std::string>> rows;  // by height
  for (const Part& p : names)
    rows.emplace_back(std::get<Text>(p.mark).at.y, std::get<Text>(p.mark).text);
  std::sort(rows.begin(), rows.end());
  EXPECT_EQ(rows.back().second, "macro");
  double before = 1;
  for (std::size_t i = 0; i + 1 < rows.size(); ++i) {
    const auto at = std::find_if(
        report.classes.begin(), report.classes.end(),
        [&](const ClassReport& c) { return c.diagnosis.abbreviation == rows[i].second; });
    ASSERT_NE(at, report.classes.end());
    EXPECT_LE(at->auc.value.value(), before);
    before = at->auc.value.value();
  }
  // A dot a class and system, and the macro ones; as many lines as there are intervals.
  const auto marks = test::parts(f.panels[0].drawing, "model");
  const auto dots = std::count_if(marks.begin(), marks.end(), [](const Part& p) {
    return std::holds_alternative<Dots>(p.mark);
  });
  EXPECT_EQ(static_cast<std::size_t>(dots), report.evaluated_classes() + 1);
}

}  // namespace
}  // namespace liteheart
