#include "report/axes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "report/golden_study.h"
#include "report/paint.h"

namespace liteheart {
namespace {

TEST(Ticks, AreRoundNumbersWithinTheAxisAsManyAsAllowed) {
  EXPECT_EQ(nice_ticks(0, 10, 6), (std::vector<double>{0, 2, 4, 6, 8, 10}));
  const auto tenths = nice_ticks(0, 1, 11);
  ASSERT_EQ(tenths.size(), 11u);
  EXPECT_DOUBLE_EQ(tenths[3], 0.3);
  const auto odd = nice_ticks(-1.93, 1.47, 6);
  ASSERT_EQ(odd.size(), 6u);
  EXPECT_DOUBLE_EQ(odd[0], -1.5);
  EXPECT_DOUBLE_EQ(odd[5], 1);
  for (const double scale : {1e-9, 1e-3, 1.0, 7.3, 1e6, 1e12}) {
    for (const int most : {2, 3, 5, 9, 20}) {
      const auto ticks = nice_ticks(-0.3 * scale, 1.7 * scale, most);
      ASSERT_GE(ticks.size(), 1u);
      EXPECT_LE(ticks.size(), static_cast<std::size_t>(most));
      EXPECT_GE(ticks.front(), -0.3 * scale * (1 + 1e-9));
      EXPECT_LE(ticks.back(), 1.7 * scale * (1 + 1e-9));
    }
  }
}

TEST(Ticks, AreWrittenWithTheDecimalsOfTheirStep) {
  EXPECT_EQ(tick_text(0.30000000000000004, 0.1), "0.3");
  EXPECT_EQ(tick_text(-1e-17, 0.2), "0.0");
  EXPECT_EQ(tick_text(0.05, 0.05), "0.05");
  EXPECT_EQ(tick_text(500, 100), "500");
  EXPECT_EQ(tick_text(2, 1), "2");
}

TEST(Axes, PlaceValuesFromTheLowerLeftToTheUpperRightAndClampTheRest) {
  const Axes axes("title", 80, 60, {"x", 0, 10, {}, {}}, {"y", -1, 1, {}, {}});
  const Point low = axes.at(0, -1), high = axes.at(10, 1), middle = axes.at(5, 0);
  EXPECT_DOUBLE_EQ(low.x, axes.corner().x);
  EXPECT_DOUBLE_EQ(high.y, axes.corner().y);
  EXPECT_DOUBLE_EQ(middle.x, (low.x + high.x) / 2);
  EXPECT_DOUBLE_EQ(middle.y, (low.y + high.y) / 2);
  EXPECT_GT(low.y, high.y);
  EXPECT_DOUBLE_EQ(axes.at(99, 0).x, high.x);
}

TEST(Axes, LinesLoseOnlyPointsThatNobodySees) {
  Axes axes("", 80, 60, {"", 0, 1, {}, {}}, {"", 0, 1, {}, {}});
  std::vector<Point> stairs;
  for (int i = 0; i <= 10000; ++i) {
    const double x = i / 10000.0;
    stairs.push_back({x, x * x});
  }
  axes.polyline("curve", stairs, kInk, 0.3);
  const auto part = test::parts(axes.drawing, "curve");
  ASSERT_EQ(part.size(), 1u);
  const auto& line = std::get<Lines>(part[0].mark).lines.at(0);
  EXPECT_LT(line.size(), 3000u);
  // Each kept point lies on the curve, and neighbours are close together.
  for (std::size_t i = 0; i < line.size(); ++i) {
    const double x = (line[i].x - axes.corner().x) / axes.width();
    EXPECT_NEAR(line[i].y, axes.at(x, x * x).y, 1e-6);
    if (i == 0) continue;
    EXPECT_LT(std::hypot(line[i].x - line[i - 1].x, line[i].y - line[i - 1].y), 0.2);
  }
}

struct Box {
  double left, top, right, bottom;
  std::string text;
};

Box box(const Text& t) {
  const TextExtent e = measure(t);
  const double width = t.width > 0 ? std::min(e.width, t.width) : e.width;
  const double left = t.anchor == Anchor::kStart    ? 0
                      : t.anchor == Anchor::kMiddle ? -width / 2
                                                    : -width;
  // What letters cover: from their capitals to the baseline.
  const double up = -0.7 * t.size;
  if (t.turn == -90) return {t.at.x + up, t.at.y - left - width, t.at.x, t.at.y - left, t.text};
  return {t.at.x + left, t.at.y + up, t.at.x + left + width, t.at.y, t.text};
}

/// Every panel of every figure of a whole study.
class Panels : public testing::Test {
 protected:
  static const std::vector<PanelFigure>& figures() {
    static const std::vector<PanelFigure> all = evaluation_figures(test::golden_study());
    return all;
  }
};

TEST_F(Panels, HaveNoTextThatIsSmallOverlapsAnotherOrIsCutOff) {
  for (const PanelFigure& f : figures()) {
    for (const Panel& p : f.panels) {
      std::vector<Box> boxes;
      for (const Part& part : p.drawing.parts) {
        const Text* const text = std::get_if<Text>(&part.mark);
        if (text == nullptr || text->text.empty()) continue;
        EXPECT_GE(text->size, 2.4) << f.name << ": " << text->text;
        boxes.push_back(box(*text));
      }
      for (std::size_t i = 0; i < boxes.size(); ++i) {
        const Box& a = boxes[i];
        EXPECT_TRUE(a.left > -0.1 && a.top > -0.1 && a.right < p.drawing.width + 0.1 &&
                    a.bottom < p.drawing.height + 0.1)
            << f.name << ": " << a.text << " leaves the panel";
        for (std::size_t j = 0; j < i; ++j) {
          const Box& b = boxes[j];
          const double slack = 0.05;
          EXPECT_FALSE(a.left + slack < b.right && b.left + slack < a.right &&
                       a.top + slack < b.bottom && b.top + slack < a.bottom)
              << f.name << ": '" << a.text << "' lies over '" << b.text << "'";
        }
      }
    }
  }
}

TEST_F(Panels, SayWhatTheyShowToThoseWhoDoNotSeeThem) {
  for (const PanelFigure& f : figures()) {
    EXPECT_FALSE(f.caption.empty()) << f.name;
    for (const Panel& p : f.panels) EXPECT_GT(p.alternative.size(), 20u) << f.name;
  }
}

TEST_F(Panels, StandSideBySideOnASheetWithoutOverlap) {
  for (const PanelFigure& f : figures()) {
    const Drawing all = sheet(f, 3);
    double area = 0;
    for (const Panel& p : f.panels) area += p.drawing.width * p.drawing.height;
    EXPECT_GT(all.width * all.height, area) << f.name;
    const bool disclaims =
        std::ranges::any_of(all.parts, [](const Part& part) { return part.role == "disclaimer"; });
    EXPECT_TRUE(disclaims) << f.name;
    EXPECT_GE(all.width, f.panels.size() > 1 ? 2 * kPanelWidth : f.panels[0].drawing.width)
        << f.name;
  }
}

}  // namespace
}  // namespace liteheart
