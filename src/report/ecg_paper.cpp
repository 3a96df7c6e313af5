#include "report/ecg_paper.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "ecg/leads.h"
#include "report/ecg_trace.h"
#include "report/paint.h"
#include "report/paper_style.h"

namespace liteheart {
namespace {

constexpr double kPulseMm = 10, kSignalMm = kStripsWidth - kPulseMm;  // beside each other
constexpr double kRowsMm = 150;  // of all rows, where there are many
constexpr double kNotesMm = 5;   // below the grid

/// A stretch of one lead, in its place on the grid.
struct Strip {
  std::string lead;
  int real = -1, estimated = -1;  // lead of the recording, and of the estimated ones
  int row = 0;
  double x = 0;                    // mm
  double from_s = 0, seconds = 0;  // in the whole recording
};

struct Plan {
  std::vector<Strip> strips;
  int rows = 0;
  double row_mm = 0;
  double above_mm = 0;  // the first row, where 1 mV is higher than half a row
  double grid_mm() const { return above_mm + std::ceil(rows * row_mm / 5 - 1e-9) * 5; }
  double top(int row) const { return above_mm + row * row_mm; }
  double middle(int row) const { return top(row) + row_mm / 2; }
};

int position(const Recording* recording, std::string_view lead) {
  if (recording == nullptr) return -1;
  const auto at = std::find(recording->leads.begin(), recording->leads.end(), lead);
  return at == recording->leads.end() ? -1 : static_cast<int>(at - recording->leads.begin());
}

/// Leads to be shown in rows: the recording's, then those that are estimated only.
std::vector<std::string> all_leads(const Sheet& sheet) {
  std::vector<std::string> leads = sheet.recording.leads;
  if (sheet.estimated == nullptr) return leads;
  for (const std::string& lead : sheet.estimated->leads)
    if (position(&sheet.recording, lead) < 0) leads.push_back(lead);
  // The standard leads in their order, whichever they come from.
  std::stable_sort(leads.begin(), leads.end(), [](const std::string& a, const std::string& b) {
    return lead_index(a).value_or(kLeads) < lead_index(b).value_or(kLeads);
  });
  return leads;
}

class Planner {
 public:
  Planner(const Sheet& sheet, const PaperOptions& options, double from_s, int most_rows)
      : sheet_(sheet), options_(options), from_s_(from_s), most_rows_(most_rows) {}

  Plan plan() {
    switch (layout_of(sheet_, options_)) {
      case EcgLayout::kThreeByFour:
        columns(4, 3, 30);
        add(rhythm_lead(), plan_.rows++, 0, kSignalMm);
        break;
      case EcgLayout::kSixByTwo:
        columns(2, 6, 25);
        break;
      case EcgLayout::kSingle:
        single();
        break;
      default:
        rows();
    }
    constexpr double kMostAbove = 20;
    const double lacking = options_.mm_per_mv + 2 - plan_.row_mm / 2;
    plan_.above_mm = std::clamp(std::ceil(lacking / 5) * 5, 0.0, kMostAbove);
    return std::move(plan_);
  }

 private:
  void add(const std::string& lead, int row, double x, double width) {
    const int real = position(&sheet_.recording, lead);
    const bool estimate = real < 0 || options_.overlay;
    plan_.strips.push_back({lead, real, estimate ? position(sheet_.estimated, lead) : -1, row,
                            kPulseMm + x, from_s_ + x / options_.mm_per_s,
                            width / options_.mm_per_s});
  }
  void columns(std::size_t count, std::size_t leads, double row_mm) {
    plan_.row_mm = row_mm;
    plan_.rows = static_cast<int>(leads);
    const double width = kSignalMm / static_cast<double>(count);
    for (std::size_t i = 0; i < count * leads; ++i) {
      const std::size_t column = i / leads;
      add(std::string(kLeadNames[i]), static_cast<int>(i % leads),
          width * static_cast<double>(column), width);
    }
  }
  void rows() {
    const std::vector<std::string> leads = all_leads(sheet_);
    const auto count = static_cast<double>(leads.size());
    plan_.row_mm = count > 0 ? std::min(30.0, kRowsMm / count) : 30;
    for (const std::string& lead : leads) add(lead, plan_.rows++, 0, kSignalMm);
  }
  void single() {
    plan_.row_mm = 30;
    const Recording& r = sheet_.recording;
    const double end_s = sheet_.begin_s + static_cast<double>(r.samples) / r.rate_hz,
                 row_s = kSignalMm / options_.mm_per_s;
    const double start = from_s_;
    do {
      add(r.leads.empty() ? "" : r.leads[0], plan_.rows++, 0, kSignalMm);
      from_s_ += row_s;
    } while (plan_.rows < most_rows_ && from_s_ < end_s - 1e-9);
    from_s_ = start;
  }
  /// II, as on every cart; where it is not recorded, what is.
  std::string rhythm_lead() const {
    if (position(&sheet_.recording, "II") >= 0 || sheet_.recording.leads.empty()) return "II";
    return sheet_.recording.leads[0];
  }

  const Sheet& sheet_;
  const PaperOptions& options_;
  double from_s_;
  int most_rows_;
  Plan plan_;
};

/// The lead's samples that lie in a strip, and when the first of them is.
struct Samples {
  std::span<const float> mv;
  double first_s = 0;  // after the strip's first moment
};
Samples samples_of(const Recording& r, int lead, double begin_s, double from_s, double seconds) {
  const auto last = static_cast<double>(r.samples);
  const double from = std::clamp(std::ceil((from_s - begin_s) * r.rate_hz - 1e-6), 0.0, last),
               to = std::clamp(std::floor((from_s + seconds - begin_s) * r.rate_hz + 1e-6) + 1,
                               from, last);
  const auto begin = static_cast<std::size_t>(from), end = static_cast<std::size_t>(to);
  return {r.lead(static_cast<std::size_t>(lead)).subspan(begin, end - begin),
          begin_s + from / r.rate_hz - from_s};
}

class StripsDrawer {
 public:
  StripsDrawer(const Sheet& sheet, const PaperOptions& options, Plan plan)
      : sheet_(sheet), options_(options), plan_(std::move(plan)) {
    drawing_.width = kStripsWidth;
    drawing_.height = plan_.grid_mm() + kNotesMm;
    drawing_.title = sheet.recording.name;
  }

  Drawing draw() {
    draw_grid();
    for (const Strip& s : plan_.strips) draw_bands(s);
    for (int row = 0; row < plan_.rows; ++row) draw_pulse(row);
    for (const Strip& s : plan_.strips) draw_strip(s);
    draw_notes();
    return std::move(drawing_);
  }

 private:
  void draw_grid();
  void draw_bands(const Strip& s);
  void draw_pulse(int row);
  void draw_strip(const Strip& s);
  void draw_trace(const Strip& s, const Recording& r, int lead, bool estimated);
  void draw_label(const Strip& s);
  void draw_notes();

  const Sheet& sheet_;
  const PaperOptions& options_;
  Plan plan_;
  Drawing drawing_;
  std::vector<std::string> cut_;
  bool estimated_ = false;  // drawn
};

void StripsDrawer::draw_grid() {
  const double height = plan_.grid_mm();
  drawing_.add("paper", rectangle({0, 0}, kStripsWidth, height, style::kPaper));
  Lines fine{{}, style::kFineGrid, 0.1, {}}, coarse{{}, style::kCoarseGrid, 0.2, {}};
  for (int x = 0; x <= static_cast<int>(kStripsWidth); ++x)
    (x % 5 == 0 ? coarse : fine).lines.push_back({{double(x), 0}, {double(x), height}});
  for (int y = 0; y <= static_cast<int>(height); ++y)
    (y % 5 == 0 ? coarse : fine).lines.push_back({{0, double(y)}, {kStripsWidth, double(y)}});
  drawing_.add("grid of 1 mm", std::move(fine));
  drawing_.add("grid of 5 mm", std::move(coarse));
}

void StripsDrawer::draw_bands(const Strip& s) {
  for (const Band& band : sheet_.bands) {
    if (band.lead >= 0 && lead_index(s.lead) != band.lead) continue;
    const double from = std::max(band.from_s, s.from_s),
                 to = std::min(band.to_s, s.from_s + s.seconds);
    if (!(from < to)) continue;
    drawing_.add(
        "region " + s.lead,
        rectangle({s.x + (from - s.from_s) * options_.mm_per_s, plan_.top(s.row) + 1},
                  (to - from) * options_.mm_per_s, plan_.row_mm - 2, style::region(band.strength)));
  }
}

/// 1 mV for 0.2 s.
void StripsDrawer::draw_pulse(int row) {
  const double y = plan_.middle(row), width = 0.2 * options_.mm_per_s,
               x = std::max(0.0, (kPulseMm - width) / 2), lead = std::min(1.0, x);
  const double top = std::max(0.0, y - options_.mm_per_mv);
  drawing_.add("calibration pulse", Lines{{{{x - lead, y},
                                            {x, y},
                                            {x, top},
                                            {x + width, top},
                                            {x + width, y},
                                            {x + width + lead, y}}},
                                          style::kInk,
                                          0.25,
                                          {}});
}

void StripsDrawer::draw_trace(const Strip& s, const Recording& r, int lead, bool estimated) {
  const Samples samples = samples_of(r, lead, sheet_.begin_s, s.from_s, s.seconds);
  TraceFrame frame{
      s.x, plan_.middle(s.row), options_.mm_per_s, options_.mm_per_mv, level_of(samples.mv),
      0,   plan_.grid_mm()};
  Trace trace = trace_of(samples.mv, r.rate_hz, samples.first_s, frame);
  if (trace.cut && std::find(cut_.begin(), cut_.end(), s.lead) == cut_.end())
    cut_.push_back(s.lead);
  if (trace.lines.empty()) return;
  estimated_ = estimated_ || estimated;
  drawing_.add((estimated ? "estimated trace " : "trace ") + s.lead,
               Lines{std::move(trace.lines),
                     estimated ? style::kEstimated : style::kInk,
                     estimated ? 0.22 : 0.25,
                     {}});
}

void StripsDrawer::draw_strip(const Strip& s) {
  const std::size_t before = drawing_.parts.size();
  if (s.estimated >= 0) draw_trace(s, *sheet_.estimated, s.estimated, true);
  if (s.real >= 0) draw_trace(s, sheet_.recording, s.real, !sheet_.recording.estimated.empty());
  const double y = plan_.middle(s.row);
  if (s.x > kPulseMm) drawing_.add("column", line({s.x, y - 3}, {s.x, y + 3}, style::kInk, 0.2));
  if (drawing_.parts.size() == before)
    drawing_.add("no signal", Text{{s.x + 2, y + 1}, "no signal", 2.6, style::kSoft});
  draw_label(s);
}

void StripsDrawer::draw_label(const Strip& s) {
  const double y = plan_.top(s.row) + 3.6;
  const bool nothing_real = s.real < 0 || !sheet_.recording.estimated.empty();
  const bool estimated = s.estimated >= 0 || (s.real >= 0 && nothing_real);
  const Text name{
      {s.x + 1, y},   s.lead, 3.2,   estimated && nothing_real ? style::kEstimated : style::kInk,
      Anchor::kStart, true,   false, 30};
  const double wide = measure(name).width;
  Text note{{s.x + 2.2 + wide, y}, "estimated", 2.5, style::kEstimated,
            Anchor::kStart,        false,       true};
  const double all = estimated ? 1.2 + wide + measure(note).width : wide;
  drawing_.add("label", rectangle({s.x + 0.6, y - 3}, all + 0.8, 3.8, colour(0xFFFFFF, 0.6)));
  drawing_.add("lead", name);
  if (estimated) drawing_.add("lead", std::move(note));
  if (layout_of(sheet_, options_) == EcgLayout::kSingle)
    drawing_.add("time", Text{{0.6, y - 0.4}, clock_text(s.from_s), 2.4, style::kSoft});
}

void StripsDrawer::draw_notes() {
  const double y = plan_.grid_mm() + 3.6;
  const double from_s = plan_.strips.empty() ? 0 : plan_.strips.front().from_s;
  std::string scale = fmt::format(
      "from {}   {:g} mm/s   {:g} mm/mV   {}, {:.6g} Hz", clock_text(from_s), options_.mm_per_s,
      options_.mm_per_mv,
      sheet_.recording.estimated.empty() ? "as recorded, unfiltered" : "estimated, not recorded",
      sheet_.recording.rate_hz);
  if (!cut_.empty())
    scale += fmt::format("   cut off at the paper's edge: {}", fmt::join(cut_, " "));
  drawing_.add("scale", Text{{0, y}, scale, 2.6, style::kSoft, Anchor::kStart, false, false, 170});
  double x = kStripsWidth;
  const auto legend = [&](const std::string& words, const Colour& colour, double thick) {
    const Text text{{x, y}, words, 2.6, style::kSoft, Anchor::kEnd};
    drawing_.add("legend", text);
    x -= measure(text).width + 1.5;
    drawing_.add("legend", line({x - 5, y - 0.9}, {x, y - 0.9}, colour, thick));
    x -= 9;
  };
  if (!sheet_.bands.empty()) legend("where the model looked", style::region(1), 2.2);
  if (estimated_) legend("estimated by the model", style::kEstimated, 0.5);
}

}  // namespace

EcgLayout layout_of(const Sheet& sheet, const PaperOptions& options) {
  if (options.layout != EcgLayout::kAuto) return options.layout;
  const auto leads = all_leads(sheet);
  if (leads.size() <= 1) return EcgLayout::kSingle;
  const bool twelve = std::all_of(kLeadNames.begin(), kLeadNames.end(), [&](auto name) {
    return std::find(leads.begin(), leads.end(), name) != leads.end();
  });
  return twelve ? EcgLayout::kThreeByFour : EcgLayout::kRows;
}

double shown_seconds(const Sheet& sheet, const PaperOptions& options, int rows) {
  const double row_s = kSignalMm / options.mm_per_s;
  return layout_of(sheet, options) == EcgLayout::kSingle ? rows * row_s : row_s;
}

Drawing draw_strips(const Sheet& sheet, const PaperOptions& options, double from_s, int rows) {
  return StripsDrawer(sheet, options, Planner(sheet, options, from_s, rows).plan()).draw();
}

std::string strips_in_words(const Sheet& sheet, const PaperOptions& options, double from_s,
                            int rows) {
  std::vector<std::string> real, estimated;
  for (const Strip& s : Planner(sheet, options, from_s, rows).plan().strips) {
    auto& list = s.real >= 0 && sheet.recording.estimated.empty() ? real : estimated;
    if ((s.real >= 0 || s.estimated >= 0) &&
        std::find(list.begin(), list.end(), s.lead) == list.end())
      list.push_back(s.lead);
  }
  const double end_s =
      sheet.begin_s + static_cast<double>(sheet.recording.samples) / sheet.recording.rate_hz;
  std::string words =
      fmt::format("ECG from {} to {}", clock_text(from_s),
                  clock_text(std::min(end_s, from_s + shown_seconds(sheet, options, rows))));
  if (!real.empty())
    words += fmt::format(", lead{} {}", real.size() > 1 ? "s" : "", fmt::join(real, ", "));
  if (!estimated.empty()) words += fmt::format(", estimated {}", fmt::join(estimated, ", "));
  return words + fmt::format(", at {:g} mm/s and {:g} mm/mV.", options.mm_per_s, options.mm_per_mv);
}

std::optional<EcgLayout> layout_named(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, EcgLayout>, 5> kNames = {
      {{"auto", EcgLayout::kAuto},
       {"3x4", EcgLayout::kThreeByFour},
       {"6x2", EcgLayout::kSixByTwo},
       {"12x1", EcgLayout::kRows},
       {"single", EcgLayout::kSingle}}};
  for (const auto& [known, layout] : kNames)
    if (known == name) return layout;
  return std::nullopt;
}

}  // namespace liteheart
