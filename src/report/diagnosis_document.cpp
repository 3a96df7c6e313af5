#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>

#include "data/quality_words.h"
#include "ecg/leads.h"
#include "report/diagnosis_report.h"
#include "report/diagnosis_words.h"
#include "report/findings_chart.h"
#include "report/paper_style.h"

namespace liteheart {

namespace {

constexpr int kMostRows = 6;  // of a single lead in one picture

/// "2.4 to 2.9 s", or of long recordings "3:05:10".
std::string when(double from_s, double to_s, bool hours) {
  if (hours) return fmt::format("{}, {:.1f} s long", clock_text(from_s), to_s - from_s);
  return fmt::format("{:.1f} to {:.1f} s", from_s, to_s);
}

/// When each finding was there, those that were there most first.
std::vector<Lane> finding_lanes(const RecordingDiagnosis& d) {
  constexpr std::size_t kMostLanes = 12;
  std::vector<const Finding*> there;
  for (const Finding& f : d.findings)
    if (f.windows_present > 0) there.push_back(&f);
  std::stable_sort(there.begin(), there.end(), [](const Finding* a, const Finding* b) {
    return a->windows_present > b->windows_present;
  });
  if (there.size() > kMostLanes) there.resize(kMostLanes);
  std::vector<Lane> lanes;
  for (const Finding* const f : there) {
    Lane lane{f->diagnosis.abbreviation,
              {},
              fmt::format("in {} of {} windows", f->windows_present, f->windows),
              is_normal(f->diagnosis)};
    for (std::size_t w = 0; w < f->in_window.size(); ++w) {
      if (!(static_cast<double>(f->in_window[w]) >= f->threshold)) continue;
      const double from = d.window_from_s[w], to = from + d.window_s;
      if (lane.spans.empty() || lane.spans.back().second < from)
        lane.spans.emplace_back(from, to);
      else
        lane.spans.back().second = to;
    }
    lanes.push_back(std::move(lane));
  }
  return lanes;
}

/// The leads that a model is given, of all that a recording has.
Recording given_leads(const Recording& all, const ModelCard& card) {
  if (all.leads.size() == 1) return all;
  Recording given = all;
  given.leads.clear();
  given.mv.clear();
  for (const int lead : card.leads) {
    const auto at =
        std::find(all.leads.begin(), all.leads.end(), kLeadNames[static_cast<std::size_t>(lead)]);
    if (at == all.leads.end()) continue;
    const auto mv = all.lead(static_cast<std::size_t>(at - all.leads.begin()));
    given.leads.push_back(*at);
    given.mv.insert(given.mv.end(), mv.begin(), mv.end());
  }
  return given;
}

class Writer {
 public:
  Writer(const DiagnosisReport& report, const PaperOptions& paper)
      : r_(report), d_(report.diagnosis), paper_(paper) {}

  Document write() {
    const std::string name = std::filesystem::path(r_.file).filename().string();
    to_.title = "ECG report: " + name;
    add(Heading{name, 1});
    about_recording();
    verdict();
    signal();
    chart();
    for (const std::size_t i : r_.shown) finding(i);
    further_findings();
    estimated();
    device();
    not_judged();
    not_found();
    about_model();
    return std::move(to_);
  }

 private:
  void about_recording();
  void verdict();
  void chart();
  void signal();
  void finding(std::size_t i);
  void looks(std::size_t i);
  void further_findings();
  void estimated();
  void device();
  void not_judged();
  void not_found();
  void about_model();

  template <class B>
  void add(B block) {
    to_.blocks.emplace_back(std::move(block));
  }
  void say(std::string text, Tone tone = Tone::kPlain) { add(Paragraph{std::move(text), tone}); }
  bool long_recording() const { return r_.overview.has_value(); }
  std::string lead_word() const {
    return (r_.card.leads.size() == 1 ? "lead " : "leads ") + d_.leads;
  }
  /// The strips of a stretch, with what a look marks.
  void strips(const Stretch& stretch, const Sheet& sheet, const PaperOptions& options,
              std::string caption) {
    const int rows = static_cast<int>(
        std::clamp(std::ceil(static_cast<double>(stretch.recording.samples) /
                                 stretch.recording.rate_hz / shown_seconds(sheet, options, 1) -
                             0.05),
                   1.0, double{kMostRows}));
    add(Figure{draw_strips(sheet, options, stretch.begin_s, rows),
               strips_in_words(sheet, options, stretch.begin_s, rows), std::move(caption)});
  }
  void regions_table(const Look& look, const ModelCard& card);

  const DiagnosisReport& r_;
  const RecordingDiagnosis& d_;
  const PaperOptions& paper_;
  Document to_;
};

void Writer::about_recording() {
  const Recording& about = r_.facts.about;
  const LeadFacts& rhythm = r_.facts.leads[r_.facts.rhythm_lead];
  std::string rate = "no beats found";
  if (rhythm.quality.beats > 1)
    rate = fmt::format("{:.0f} beats a minute ({} beats in lead {})", rhythm.quality.rate_bpm,
                       rhythm.quality.beats, rhythm.name);
  const std::string length =
      d_.seconds < 100 ? fmt::format("{:.1f} s", d_.seconds) : clock_text(d_.seconds);
  add(Facts{
      {{"Patient", patient_text(about)},
       {"Recorded", about.start},
       {"Device", about.device},
       {"Recording", fmt::format("{}, {} lead{}, {:.6g} Hz, {}", about.format, about.leads.size(),
                                 about.leads.size() == 1 ? "" : "s", about.rate_hz, length)},
       {"Heart rate", rate},
       {"Signal quality", quality(r_.facts)},
       {"File", r_.file}}});
}

void Writer::verdict() {
  add(Heading{"What the model says", 2});
  if (d_.grade == edge::Grade::kUnreadable) {
    say(fmt::format("This signal cannot be judged ({}). Nothing is reported rather than guessed. "
                    "Record again: sit still, with clean and well pressed contacts.",
                    fmt::join(fault_words(d_.faults), ", ")),
        Tone::kAlarm);
    return;
  }
  const std::vector<std::string> likely = likely_words(d_), possible = possible_words(d_);
  if (d_.judges_nothing())
    say(fmt::format("The model can judge nothing in {}.", lead_word()), Tone::kNotice);
  else if (likely.empty() && possible.empty())
    say(
        fmt::format("In {} the model finds nothing above its thresholds. That does "
                    "not prove that the heart is healthy: see below what {} cannot show.",
                    lead_word(), lead_word()));
  if (!likely.empty())
    say(fmt::format("In {} the model finds: {}.", lead_word(), fmt::join(likely, "; ")));
  if (!possible.empty())
    say(fmt::format(
        "{}ossible, but more often wrong than right, for the thresholds would rather "
        "find too much: {}.",
        likely.empty() ? "Nothing is likelier than not. P" : "P", fmt::join(possible, "; ")));
  if (d_.grade == edge::Grade::kLimited) {
    std::string text =
        fmt::format("The signal is limited: {}.", fmt::join(fault_words(d_.faults), ", "));
    if (d_.windows > 1 && d_.windows_read < d_.windows)
      text += fmt::format(" {} of {} parts of it could be read.", d_.windows_read, d_.windows);
    say(std::move(text), Tone::kNotice);
  }
  if (r_.facts.arms_swapped)
    say("The electrodes of the arms seem to be swapped: then the findings are not to be trusted.",
        Tone::kAlarm);
  if (long_recording()) return;
  std::vector<std::string> parts;
  for (const Finding& f : d_.findings)
    if (!f.present && f.windows_present > 0)
      parts.push_back(fmt::format("{} ({} of {})", f.diagnosis.name, f.windows_present, f.windows));
  if (!parts.empty())
    say(fmt::format("On the whole not found, but in parts of it: {}.", fmt::join(parts, ", ")),
        Tone::kSoft);
}

void Writer::chart() {
  std::vector<ChartRow> rows;
  std::size_t minor = 0;
  for (std::size_t i = 0; i < d_.findings.size(); ++i) {
    const Finding& f = d_.findings[i];
    if (!f.present && minor++ >= 4) break;
    ChartRow row{f.diagnosis.name, f.probability,          f.threshold, f.present,
                 f.likely(),       is_normal(f.diagnosis), {},          {}};
    if (r_.steady[i] && !long_recording())
      row.low = r_.steady[i]->low, row.high = r_.steady[i]->high;
    rows.push_back(std::move(row));
  }
  if (rows.empty()) return;
  add(Heading{"Probabilities", 2});
  add(Figure{
      draw_findings(rows), findings_in_words(rows),
      "Bars: calibrated probability. Tick: the threshold from which it is reported, as possible "
      "below 50 % and as found from there on. Thin line: how far the probability moves when the "
      "signal is read a little differently."});
}

void Writer::signal() {
  if (r_.overview) {
    const std::vector<Lane> lanes = finding_lanes(d_);
    add(Figure{draw_overview(*r_.overview, lanes), overview_in_words(*r_.overview, lanes),
               "The whole recording. Heart rate: the line is the median, the area reaches from the "
               "slowest to the fastest interval. Below, when each finding was there."});
  }
  const Stretch& first = r_.stretches.front();
  const Sheet sheet{first.recording, first.begin_s, nullptr, {}};
  strips(first, sheet, paper_, "As recorded: no filter, each lead about its own median.");
}

void Writer::finding(std::size_t i) {
  const Finding& f = d_.findings[i];
  add(Heading{fmt::format("{} ({}): {}", capital(f.diagnosis.name), f.diagnosis.abbreviation,
                          f.present ? fmt::format("{}, {}", f.likely() ? "found" : "possible",
                                                  percent(f.probability))
                                    : "at times"),
              2});
  std::string meaning = plain_words(f.diagnosis);
  if (!meaning.empty()) say(std::move(meaning));
  std::string text;
  if (f.present)
    text = fmt::format(
        "Calibrated probability {}: of 100 recordings that look to the model as this one does, "
        "about {:.0f} had it in the data that it was calibrated on. ",
        percent(f.probability), 100 * f.probability);
  else
    text = fmt::format(
        "On the whole it counts as not found ({}), but parts of the recording show it. ",
        percent(f.probability));
  if (d_.windows > 1)
    text += fmt::format("Found in {} of {} parts. ", f.windows_present, f.windows);
  if (const auto& steady = r_.steady[i])
    text += fmt::format("Read a little earlier, later, larger or smaller, {} gives {} to {}. ",
                        long_recording() ? "its clearest part" : "the signal", percent(steady->low),
                        percent(steady->high));
  text += fmt::format(
      "It is reported from {} on: that is low on purpose, since overlooking is worse than a second "
      "look.",
      percent(f.threshold));
  say(std::move(text));
  looks(i);
}

/// Those that are reported and have no section.
void Writer::further_findings() {
  std::vector<std::string> further;
  for (std::size_t i = 0; i < d_.findings.size(); ++i)
    if (d_.findings[i].present && std::ranges::find(r_.shown, i) == r_.shown.end())
      further.push_back(d_.findings[i].diagnosis.name);
  if (!further.empty())
    say(fmt::format("Reported above, and not looked into here: {}.", fmt::join(further, ", ")),
        Tone::kSoft);
}

void Writer::looks(std::size_t i) {
  for (const Stretch& stretch : r_.stretches) {
    for (const bool teacher : {false, true}) {
      for (const Look& look : teacher ? stretch.teacher_looks : stretch.looks) {
        if (look.finding != i) continue;
        const Recording measured =
            teacher ? stretch.recording : given_leads(stretch.recording, r_.card);
        const Sheet sheet{measured, stretch.begin_s, nullptr, teacher ? look.places : look.times};
        PaperOptions options = paper_;
        options.layout = EcgLayout::kAuto;
        strips(stretch, sheet, options,
               teacher ? "Where the teacher, which reads 12 leads, looked."
                       : "Where the model looked.");
        regions_table(look, teacher ? r_.teacher_card : r_.card);
      }
    }
  }
}

void Writer::regions_table(const Look& look, const ModelCard& card) {
  if (look.regions.empty()) {
    say("The model leans on the whole recording about evenly.", Tone::kSoft);
    return;
  }
  Table table{{{"Lead", 2}, {"When", 3}, {"Share of attention", 2, true}}, {}, 0.6};
  for (const Region& region : look.regions) {
    std::string lead(kLeadNames[static_cast<std::size_t>(region.lead)]);
    const auto& given = card.leads;
    if (card.restoration && std::find(given.begin(), given.end(), region.lead) == given.end())
      lead += " (estimated)";
    table.rows.push_back({std::move(lead), when(region.from_s, region.to_s, long_recording()),
                          fmt::format("{:.1f} %", 100 * region.weight)});
  }
  add(std::move(table));
}

void Writer::estimated() {
  const Stretch& first = r_.stretches.front();
  if (!first.estimated) return;
  add(Heading{"The twelve leads as the model imagines them", 2});
  say(fmt::format("The blue leads are estimated from {} and were never measured. Rhythm and the "
                  "width of beats carry "
                  "over; heights, Q waves and ST shifts of other leads are guesses.",
                  lead_word()),
      Tone::kNotice);
  const Look* const look = first.looks.empty() ? nullptr : &first.looks.front();
  const Sheet sheet{first.recording, first.begin_s, &*first.estimated,
                    look ? look->places : std::vector<Band>()};
  PaperOptions options = paper_;
  options.layout = EcgLayout::kThreeByFour;
  strips(first, sheet, options,
         look ? fmt::format("Marked, lead by lead: where the model looked for {}.",
                            d_.findings[look->finding].diagnosis.name)
              : "");
}

void Writer::device() {
  const Recording& about = r_.facts.about;
  if (about.statements.empty() && about.diagnoses.empty()) return;
  add(Heading{"What came with the recording", 2});
  std::vector<std::string> theirs = about.statements;
  for (const std::string& code : about.diagnoses) {
    const Diagnosis* const known = Vocabulary::standard().find(code);
    theirs.push_back("labelled: " + (known ? known->name : code));
  }
  std::vector<std::string> ours = likely_words(d_);
  for (const std::string& words : possible_words(d_)) ours.push_back("possible: " + words);
  if (ours.empty())
    ours.emplace_back(d_.grade == edge::Grade::kUnreadable ? "unreadable: nothing is judged"
                      : d_.judges_nothing()                ? "nothing is judged"
                                                           : "nothing above its threshold");
  Table table{{{"The device or its reader", 1}, {"LiteHeart, from " + lead_word(), 1}}, {}};
  for (std::size_t i = 0; i < std::max(theirs.size(), ours.size()); ++i)
    table.rows.push_back({i < theirs.size() ? theirs[i] : "", i < ours.size() ? ours[i] : ""});
  add(std::move(table));
}

void Writer::not_judged() {
  if (d_.grade == edge::Grade::kUnreadable) return;
  if (d_.not_judged.empty() && d_.obscured.empty()) return;
  add(Heading{"What could not be judged", 2});
  std::vector<std::string> items;
  std::vector<std::string> reasons = fault_words(d_.faults);
  if (d_.modified_lead) reasons.emplace_back("electrodes on the trunk");
  if (!d_.obscured.empty())
    items.push_back(fmt::format("This signal does not show it ({}): {}.", fmt::join(reasons, ", "),
                                names(d_.obscured)));
  if (!d_.not_judged.empty())
    items.push_back(fmt::format("{} does not show it well enough, whatever the signal: {}.",
                                capital(lead_word()), names(d_.not_judged)));
  add(Bullets{std::move(items)});
  say("What is not in the model's list is not looked for at all.", Tone::kSoft);
}

void Writer::not_found() {
  Table table{{{"Not found", 5}, {"Probability", 2, true}, {"Threshold", 2, true}}, {}, 0.6};
  for (const Finding& f : d_.findings)
    if (!f.present)
      table.rows.push_back(
          {f.diagnosis.name, percent(f.probability), fmt::format("{:.1f} %", 100 * f.threshold)});
  if (table.rows.empty()) return;
  add(Heading{"Looked for and not found", 2});
  add(std::move(table));
}

void Writer::about_model() {
  add(Heading{"About this report", 2});
  add(Facts{{{"Model", r_.model},
             {"It reads", reads_text(r_.card)},
             {"It gives", gives_text(r_.card)},
             {"Trained on", trained_on(r_.card.provenance)},
             {"Program", r_.version.empty() ? "" : "LiteHeart " + r_.version}}});
  if (!d_.warnings.empty()) {
    say("Notes on the file:", Tone::kSoft);
    add(Bullets{d_.warnings});
  }
}

}  // namespace

Document to_document(const DiagnosisReport& report, const PaperOptions& paper) {
  return Writer(report, paper).write();
}

}  // namespace liteheart
