// A mm is a mm: measured in the files, by code that did not draw them.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "report/ecg_paper.h"
#include "report/paint.h"
#include "scratch.h"
#include "svg_paths.h"

namespace liteheart {
namespace {

/// 1 mV for 0.2 s, once a second from 0.5 s on.
Recording pulses(double seconds) {
  Recording r;
  r.name = "pulses";
  r.rate_hz = 500;
  r.samples = static_cast<std::size_t>(seconds * r.rate_hz);
  r.leads = {"I"};
  for (std::size_t i = 0; i < r.samples; ++i) {
    const std::size_t in_second = i % 500;
    r.mv.push_back(in_second >= 250 && in_second < 350 ? 1.0F : 0.0F);
  }
  return r;
}

struct Measured {
  double pulse_mv = 0, calibration_mv = 0, calibration_s = 0, second = 0, grid = 0;  // mm
};

/// Of the strokes of one page, by what they are like: the calibration pulse has four or six points,
/// the trace is the ink with most.
Measured measure_strokes(const std::vector<test::SvgStroke>& strokes) {
  Measured m;
  const test::SvgStroke* trace = nullptr;
  for (const auto& s : strokes) {
    if (s.mm.size() == 4 || s.mm.size() == 6) {  // without or with a foot on both sides
      const std::size_t up = s.mm.size() / 2 - 2;
      if (std::abs(s.mm[up].first - s.mm[up + 1].first) < 1e-3) {
        m.calibration_mv = s.mm[up].second - s.mm[up + 1].second;
        m.calibration_s = s.mm[up + 2].first - s.mm[up + 1].first;
      }
    }
    // Grid lines are pairs of points, upright ones first.
    const bool grid = s.mm.size() > 1 && std::abs(s.mm[0].first - s.mm[1].first) < 1e-3;
    if (grid && s.mm.size() > 300 && m.grid == 0) m.grid = s.mm[2].first - s.mm[0].first;
    if (!grid && s.mm.size() > 20 && (trace == nullptr || s.mm.size() > trace->mm.size()))
      trace = &s;
  }
  if (trace == nullptr) return m;
  std::vector<double> ups;
  double low = -1e9, high = 1e9;
  for (std::size_t i = 0; i < trace->mm.size(); ++i) {
    low = std::max(low, trace->mm[i].second);
    high = std::min(high, trace->mm[i].second);
    if (i > 0 && trace->mm[i - 1].second - trace->mm[i].second > 5)
      ups.push_back(trace->mm[i].first);
  }
  m.pulse_mv = low - high;
  if (ups.size() > 3) m.second = (ups[3] - ups[0]) / 3;
  return m;
}

void expect_scale(const Measured& m, double mm_per_s, double mm_per_mv) {
  EXPECT_NEAR(m.pulse_mv, mm_per_mv, 0.1);
  EXPECT_NEAR(m.second, mm_per_s, 0.1);
  EXPECT_NEAR(m.calibration_mv, mm_per_mv, 0.1);
  EXPECT_NEAR(m.calibration_s, 0.2 * mm_per_s, 0.1);
}

Drawing page(double mm_per_s, double mm_per_mv) {
  static const Recording r = pulses(20);
  PaperOptions options;
  options.mm_per_s = mm_per_s;
  options.mm_per_mv = mm_per_mv;
  return ecg_pages({r, 0, nullptr, {}}, options, kA4, 1).at(0);
}

TEST(PaperScale, is_true_in_svg) {
  for (const auto& [speed, gain] :
       {std::pair{25.0, 10.0}, {50.0, 20.0}, {12.5, 10.0}, {25.0, 5.5}}) {
    SCOPED_TRACE(speed);
    const std::string svg = to_svg(page(speed, gain));
    EXPECT_NE(svg.find("width=\"841.8897"), std::string::npos) << svg.substr(0, 300);
    EXPECT_NE(svg.find("viewBox=\"0 0 841.8897"), std::string::npos) << svg.substr(0, 300);
    const Measured m = measure_strokes(test::svg_strokes(svg));
    expect_scale(m, speed, gain);
    EXPECT_NEAR(m.grid, 1, 0.1);
  }
}

/// As poppler reads the file.
TEST(PaperScale, is_true_in_pdf) {
  if (std::system("command -v pdftocairo >/dev/null 2>&1") != 0)
    GTEST_SKIP() << "pdftocairo is not there (poppler-utils)";
  const test::ScratchFolder folder;
  const Drawing drawn = page(25, 10);
  test::write_bytes(folder / "page.pdf", to_pdf({&drawn, 1}));
  ASSERT_EQ(
      std::system(("pdftocairo -svg " + folder / "page.pdf" + " " + folder / "page.svg").c_str()),
      0);
  const std::string svg = test::read_bytes(folder / "page.svg");
  EXPECT_TRUE(svg.find("841.88") != std::string::npos || svg.find("841.9") != std::string::npos)
      << svg.substr(0, 300);
  expect_scale(measure_strokes(test::svg_strokes(svg)), 25, 10);
}

TEST(PaperScale, png_has_as_many_pixels_as_asked) {
  Drawing drawing;
  drawing.width = 25.4;
  drawing.height = 12.7;
  const std::string png = to_png(drawing, 200);
  ASSERT_EQ(png.substr(1, 3), "PNG");
  const auto big_endian = [&](std::size_t at) {
    std::uint32_t x = 0;
    for (std::size_t i = 0; i < 4; ++i) x = x << 8 | static_cast<std::uint8_t>(png[at + i]);
    return x;
  };
  EXPECT_EQ(big_endian(16), 200u);
  EXPECT_EQ(big_endian(20), 100u);
}

TEST(PaperScale, too_large_a_picture_is_an_error) {
  Drawing drawing;
  drawing.width = 1e6;
  drawing.height = 10;
  EXPECT_NE(test::error_of([&] { to_png(drawing, 300); }).find("pixels"), std::string::npos);
}

}  // namespace
}  // namespace liteheart
