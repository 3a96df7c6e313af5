#include "report/ecg_paper.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <set>
#include <sstream>

#include "data/simulator.h"
#include "ecg/leads.h"
#include "report/paint.h"

namespace liteheart {
namespace {

Recording simulated() { return simulate(simulated_centres()[0], {"PVC"}, 11); }

std::vector<std::string> texts(const Drawing& drawing, std::string_view role) {
  std::vector<std::string> found;
  for (const Part& part : drawing.parts)
    if (part.role == role)
      if (const auto* const text = std::get_if<Text>(&part.mark)) found.push_back(text->text);
  return found;
}

std::size_t parts(const Drawing& drawing, std::string_view role) {
  return static_cast<std::size_t>(std::count_if(drawing.parts.begin(), drawing.parts.end(),
                                                [&](const Part& p) { return p.role == role; }));
}

Recording with_leads(std::vector<std::string> leads, std::vector<float> mv) {
  Recording r;
  r.rate_hz = 100;
  r.samples = leads.empty() ? mv.size() : mv.size() / leads.size();
  r.leads = std::move(leads);
  r.mv = std::move(mv);
  return r;
}

/// FNV-1a of what is drawn, coordinates to 0.1 mm; without what lies where letters end, which
/// depends on the fonts that are there.
std::string fingerprint(const Drawing& drawing) {
  std::uint64_t hash = 14695981039346656037ULL;
  std::istringstream lines(geometry(drawing));
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("label ", 0) == 0 || line.rfind("legend ", 0) == 0) continue;
    for (const char c : line) hash = (hash ^ static_cast<std::uint8_t>(c)) * 1099511628211ULL;
  }
  return fmt::format("{:016x}", hash);
}

/// Made by this test on 2026-11-26 when the pictures had been looked at; a change means that they
/// are to be looked at again.
TEST(EcgPaper, golden_recordings_look_as_they_did) {
  const Recording r = simulated();
  Recording one = r;
  one.leads.resize(1);
  one.mv.resize(r.samples);
  PaperOptions options;
  const auto drawn = [&](const Recording& recording, EcgLayout layout) {
    options.layout = layout;
    return fingerprint(ecg_pages({recording, 0, nullptr, {}}, options, kA4, 1)[0]);
  };
  EXPECT_EQ(drawn(r, EcgLayout::kThreeByFour), "64bafcc46e92a308");
  EXPECT_EQ(drawn(r, EcgLayout::kSixByTwo), "2611793969ed4096");
  EXPECT_EQ(drawn(r, EcgLayout::kRows), "0f44438d6ba8a6fc");
  EXPECT_EQ(drawn(one, EcgLayout::kSingle), "e3c11a57592d6221");
}

TEST(EcgPaper, every_layout_shows_the_leads_it_names) {
  const Recording r = simulated();
  const Sheet sheet{r, 0, nullptr, {}};
  for (const EcgLayout layout : {EcgLayout::kThreeByFour, EcgLayout::kSixByTwo, EcgLayout::kRows}) {
    PaperOptions options;
    options.layout = layout;
    const Drawing drawing = draw_strips(sheet, options, 0, 5);
    const auto names = texts(drawing, "lead");
    EXPECT_EQ(std::set<std::string>(names.begin(), names.end()),
              std::set<std::string>(kLeadNames.begin(), kLeadNames.end()));
    const bool rhythm = layout == EcgLayout::kThreeByFour;
    EXPECT_EQ(names.size(), rhythm ? 13u : 12u);
    for (const auto name : kLeadNames)
      EXPECT_EQ(parts(drawing, "trace " + std::string(name)), rhythm && name == "II" ? 2u : 1u)
          << name;
    EXPECT_DOUBLE_EQ(drawing.width, kStripsWidth);
  }
  EXPECT_EQ(layout_of(sheet, {}), EcgLayout::kThreeByFour);
}

TEST(EcgPaper, columns_follow_one_another_in_time) {
  // A lead that is 1 mV from 2.5 s to 5 s only: it fills the second column.
  std::vector<float> mv;
  for (std::size_t lead = 0; lead < kLeads; ++lead)
    for (int i = 0; i < 1000; ++i) mv.push_back(i >= 252 && i < 498 ? 1.0F : 0.0F);
  const Recording r = with_leads({kLeadNames.begin(), kLeadNames.end()}, mv);
  const Drawing drawing = draw_strips({r, 0, nullptr, {}}, {}, 0, 5);
  for (const Part& part : drawing.parts) {
    const auto* const lines = std::get_if<Lines>(&part.mark);
    if (lines == nullptr || part.role.rfind("trace ", 0) != 0 || part.role == "trace II") continue;
    const bool second = part.role.rfind("trace aV", 0) == 0;
    double lowest = -1e9, highest = 1e9;
    for (const auto& line : lines->lines) {
      for (const Point& p : line) {
        lowest = std::max(lowest, p.y);
        highest = std::min(highest, p.y);
      }
    }
    // In the second column the level is the 1 mV, and the ends lie 10 mm below.
    EXPECT_NEAR(lowest - highest, second ? 10 : 0, 1e-6) << part.role;
  }
}

TEST(EcgPaper, estimated_leads_are_named_and_coloured_apart) {
  Recording r = simulated();
  const Recording estimated = r;
  r.leads.resize(1);
  r.mv.resize(r.samples);
  const Sheet sheet{r, 0, &estimated, {}};
  PaperOptions options;
  EXPECT_EQ(layout_of(sheet, options), EcgLayout::kThreeByFour);
  Drawing drawing = draw_strips(sheet, options, 0, 5);
  EXPECT_EQ(parts(drawing, "estimated trace V1"), 1u);
  EXPECT_EQ(parts(drawing, "trace V1"), 0u);
  EXPECT_EQ(parts(drawing, "trace I"), 2u) << "in its place and as the rhythm strip";
  EXPECT_EQ(parts(drawing, "estimated trace I"), 2u) << "over the real one";
  options.overlay = false;
  drawing = draw_strips(sheet, options, 0, 5);
  EXPECT_EQ(parts(drawing, "estimated trace I"), 0u);
  EXPECT_EQ(parts(drawing, "estimated trace V6"), 1u);
  const auto names = texts(drawing, "lead");
  EXPECT_EQ(std::count(names.begin(), names.end(), "estimated"), 11);
  EXPECT_NE(strips_in_words(sheet, options, 0, 5).find("estimated"), std::string::npos);
}

TEST(EcgPaper, of_an_estimated_recording_no_lead_looks_recorded) {
  Recording r = simulated();
  r.estimated = "estimated from lead I";
  const Sheet sheet{r, 0, nullptr, {}};
  const Drawing drawing = draw_strips(sheet, {}, 0, 5);
  EXPECT_EQ(parts(drawing, "trace V1"), 0u);
  EXPECT_EQ(parts(drawing, "estimated trace V1"), 1u);
  const auto names = texts(drawing, "lead"), scale = texts(drawing, "scale");
  EXPECT_EQ(std::count(names.begin(), names.end(), "estimated"), 13);
  ASSERT_EQ(scale.size(), 1u);
  EXPECT_EQ(scale[0].find("as recorded"), std::string::npos);
  EXPECT_NE(strips_in_words(sheet, {}, 0, 5).find("estimated"), std::string::npos);
}

TEST(EcgPaper, marks_lie_under_the_trace_at_their_time) {
  const Recording r = with_leads({"I"}, std::vector<float>(2000, 0));
  const Sheet sheet{r, 100, nullptr, {{-1, 101, 102, 1}, {0, 112, 113, 0.5}, {5, 101, 102, 1}}};
  const Drawing drawing = draw_strips(sheet, {}, 100, 5);
  ASSERT_EQ(parts(drawing, "region I"), 2u) << "that of aVF is not on the paper";
  std::size_t trace = 0, last_band = 0;
  for (std::size_t i = 0; i < drawing.parts.size(); ++i) {
    if (drawing.parts[i].role == "region I") {
      const auto& outline = std::get<Area>(drawing.parts[i].mark).outlines[0];
      EXPECT_NEAR(outline[1].x - outline[0].x, 25, 1e-9) << "a second";
      EXPECT_NEAR(outline[0].x, last_band == 0 ? 10 + 25 : 10 + 50, 1e-9)
          << "the second lies in the second row";
      last_band = i;
    }
    if (drawing.parts[i].role == "trace I" && trace == 0) trace = i;
  }
  EXPECT_LT(last_band, trace);
}

TEST(EcgPaper, draws_whatever_it_is_given) {
  const float none = std::numeric_limits<float>::quiet_NaN();
  std::vector<Recording> odd;
  odd.push_back(with_leads({}, {}));
  odd.push_back(with_leads({"I"}, std::vector<float>(1000, none)));
  odd.push_back(with_leads({"I"}, {0.3F}));
  odd.push_back(with_leads({"I"}, [] {
    std::vector<float> mv(1000);
    for (std::size_t i = 0; i < mv.size(); ++i) mv[i] = i % 2 == 0 ? 1000.0F : -1000.0F;
    return mv;
  }()));
  odd.push_back(with_leads(
      {"<b>&\"' I", std::string(500, 'x'), "\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D", "\xFF\xFE"},
      std::vector<float>(4000, 0.1F)));
  odd.push_back(with_leads(std::vector<std::string>(64, "EEG"), std::vector<float>(6400, 0.1F)));
  odd.back().name = std::string(500, 'n');
  odd.back().patient_name = "\xD9\x85\xD8\xAD\xD9\x85\xD8\xAF <script>\x01\n";
  for (const Recording& r : odd) {
    for (const EcgLayout layout : {EcgLayout::kAuto, EcgLayout::kThreeByFour, EcgLayout::kSixByTwo,
                                   EcgLayout::kRows, EcgLayout::kSingle}) {
      PaperOptions options;
      options.layout = layout;
      const auto pages = ecg_pages({r, 0, nullptr, {}}, options, kLetter, 3);
      ASSERT_FALSE(pages.empty());
      for (const Part& part : pages[0].parts) {
        const auto* const lines = std::get_if<Lines>(&part.mark);
        if (lines == nullptr) continue;
        for (const auto& line : lines->lines) {
          for (const Point& p : line) {
            ASSERT_TRUE(p.x >= 0 && p.x <= pages[0].width && p.y >= 0 && p.y <= pages[0].height)
                << part.role << " " << p.x << " " << p.y;
          }
        }
      }
      EXPECT_GT(to_svg(pages[0]).size(), 1000u);
      EXPECT_GT(to_pdf(pages).size(), 1000u);
    }
  }
  const auto note = texts(draw_strips({odd[3], 0, nullptr, {}}, {}, 0, 5), "scale");
  ASSERT_EQ(note.size(), 1u);
  EXPECT_NE(note[0].find("cut off at the paper's edge: I"), std::string::npos) << note[0];
  EXPECT_FALSE(texts(draw_strips({odd[1], 0, nullptr, {}}, {}, 0, 5), "no signal").empty());
}

TEST(EcgPaper, long_recordings_take_pages_and_say_what_is_left_out) {
  const Recording r = with_leads({"I"}, std::vector<float>(100 * 130, 0));  // 130 s
  const Sheet sheet{r, 0, nullptr, {}};
  EXPECT_EQ(ecg_pages(sheet, {}, kA4, 100).size(), 3u) << "50 s a page";
  const auto two = ecg_pages(sheet, {}, kA4, 2);
  ASSERT_EQ(two.size(), 2u);
  EXPECT_EQ(texts(two[1], "page").at(0), "page 2 of 2; 30 s more are not shown");
  EXPECT_EQ(texts(two[1], "time").at(0), "0:50");
}

}  // namespace
}  // namespace liteheart
