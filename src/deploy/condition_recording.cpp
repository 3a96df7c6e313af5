#include "deploy/condition_recording.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <optional>
#include <set>
#include <span>

#include "data/judgeable.h"
#include "data/quality_words.h"
#include "ecg/error.h"
#include "ecg/leads.h"
#include "edge/resample.h"

namespace liteheart {
namespace {

constexpr double kShortSeconds = 5;  // shorter: rhythm is hard to tell
// A recording longer than the first is filtered in parts of about the second, with so much beside
// each that the filter (1 Hz) has forgotten where the part begins.
constexpr double kWholeSeconds = 1800, kPartSeconds = 600, kMarginSeconds = 20;

constexpr std::size_t kGroups = std::bit_width(std::uint32_t{edge::kAllGroups});

/// What a lead whose electrodes are on the trunk shows otherwise than the standard one: heights and
/// directions, while times and which beats are alike stay.
constexpr std::uint32_t kHeights = edge::kStT | edge::kVoltage | edge::kAxis;

/// Where the model's leads are in a recording.
struct FoundLeads {
  std::vector<std::size_t> at;  // of each, among the recording's
  bool modified = false;        // one of them stands for a standard lead
};

std::string taken_as(const std::string& name, int lead, bool modified) {
  return fmt::format("the lead is called '{}': taken as lead {}{}", name, lead_text({lead}),
                     modified ? ", but for ST, T, voltages and the axis" : "");
}

/// The only lead of a recording for the only one of a model; `told` of it by --lead.
FoundLeads only_lead(const Recording& r, int wanted, std::optional<int> told,
                     std::vector<std::string>& warnings) {
  const auto standard = lead_index(r.leads[0]), modified = modified_lead_index(r.leads[0]),
             named = standard ? standard : modified, index = told ? told : named;
  if (index && *index != wanted) {
    throw Error(r.name,
                fmt::format("holds lead {}, the model reads lead {}",
                            told ? lead_text({*told}) : r.leads[0], lead_text({wanted})),
                "use a model for that lead, or --lead if the file is wrong");
  }
  const bool in_full = told || !modified;
  if (named ? standard != wanted : !told)
    warnings.push_back(taken_as(r.leads[0], wanted, !in_full));
  return {{0}, !in_full};
}

/// `lead`: what --lead says, or empty. Throws Error where it or the recording is not the model's.
FoundLeads find_leads(const Recording& r, const ModelCard& card, const std::string& lead,
                      std::vector<std::string>& warnings) {
  const auto told = lead_index(lead);
  if (!lead.empty() && !told)
    throw Error("--lead", "'" + lead + "' is not one of the twelve leads", "use a name such as I");
  if (card.leads.size() == 1 && r.leads.size() == 1)
    return only_lead(r, card.leads[0], told, warnings);
  if (card.leads.size() == 1 && told && *told != card.leads[0]) {
    throw Error(
        "--lead",
        fmt::format("the model reads lead {}, not {}", lead_text(card.leads), lead_text({*told})),
        "use a model for that lead, or leave --lead out");
  }
  FoundLeads found;
  for (const int wanted : card.leads) {
    auto lead_at = std::ranges::find(r.leads, std::optional(wanted), lead_index);
    if (lead_at == r.leads.end()) {
      lead_at = std::ranges::find(r.leads, std::optional(wanted), modified_lead_index);
      if (lead_at == r.leads.end()) {
        throw Error(r.name,
                    fmt::format("has no lead {}, which the model reads", lead_text({wanted})),
                    "use a model for a lead it has");
      }
      warnings.push_back(taken_as(*lead_at, wanted, !told));
      found.modified = !told;
    }
    found.at.push_back(static_cast<std::size_t>(lead_at - r.leads.begin()));
  }
  return found;
}

/// The chosen leads of a stream; of the samples read only the last are kept.
class SlidingLeads {
 public:
  SlidingLeads(RecordingStream& stream, std::vector<std::size_t> leads)
      : stream_(stream), leads_(std::move(leads)), kept_(leads_.size()) {}

  /// [lead, end - begin]. begin: not before that of the last call, nor behind its end.
  std::vector<float> part(std::size_t begin, std::size_t end) {
    for (std::vector<float>& lead : kept_)
      lead.erase(lead.begin(), lead.begin() + static_cast<std::ptrdiff_t>(begin - first_));
    first_ = begin;
    while (first_ + kept_[0].size() < end) read_block();
    std::vector<float> mv;
    mv.reserve(leads_.size() * (end - begin));
    for (const std::vector<float>& lead : kept_)
      mv.insert(mv.end(), lead.begin(), lead.begin() + static_cast<std::ptrdiff_t>(end - begin));
    return mv;
  }

 private:
  void read_block() {
    constexpr std::size_t kBlock = 1 << 14;
    block_.resize(stream_.about().leads.size() * kBlock);
    const std::size_t got = stream_.read(block_.data(), kBlock, kBlock);
    if (got == 0)
      throw Error(stream_.about().name, "ends before its declared length", "get a whole copy");
    for (std::size_t i = 0; i < leads_.size(); ++i) {
      const float* const from = block_.data() + leads_[i] * kBlock;
      kept_[i].insert(kept_[i].end(), from, from + got);
    }
  }

  RecordingStream& stream_;
  std::vector<std::size_t> leads_;
  std::vector<std::vector<float>> kept_;  // [lead]: samples first_, first_ + 1, ...
  std::vector<float> block_;
  std::size_t first_ = 0;
};

/// A stretch of the recording that is filtered at once, for the windows that begin in it.
struct Part {
  std::size_t first_window, windows;
  std::size_t begin, end;  // samples at the source's rate
  std::size_t begin_out;   // where `begin` lies at the preset's rate
};

/// Which windows are cut from which parts.
class Partition {
 public:
  Partition(const edge::Conditioning& c, double rate_hz, std::size_t samples)
      : conditioning_(c),
        ratio_(edge::nearest_ratio(rate_hz, c.rate_hz)),
        samples_(samples),
        samples_out_(edge::filtered_samples(c, rate_hz, samples)),
        windows_(edge::window_count(c, samples_out_)),
        whole_(static_cast<double>(samples) / rate_hz <= kWholeSeconds) {}

  std::size_t samples_out() const { return samples_out_; }
  std::size_t start(std::size_t window) const {
    return edge::window_start(conditioning_, samples_out_, window);
  }
  /// The part that begins with a window.
  Part part(std::size_t first) const {
    if (whole_) return {0, windows_, 0, samples_, 0};
    const auto seconds = [&](double s) {
      return static_cast<std::size_t>(s * conditioning_.rate_hz);
    };
    std::size_t last = first;
    while (last + 1 < windows_ && start(last + 1) - start(first) < seconds(kPartSeconds)) ++last;
    const auto up = static_cast<std::size_t>(ratio_.up),
               down = static_cast<std::size_t>(ratio_.down);
    // Parts begin where a sample of the one rate meets one of the other.
    const std::size_t periods =
        start(first) > seconds(kMarginSeconds) ? (start(first) - seconds(kMarginSeconds)) / up : 0;
    const std::size_t end_out =
        start(last) + static_cast<std::size_t>(conditioning_.window) + seconds(kMarginSeconds);
    return {first, last + 1 - first, periods * down, std::min(samples_, (end_out / up + 1) * down),
            periods * up};
  }

 private:
  edge::Conditioning conditioning_;
  edge::Ratio ratio_;
  std::size_t samples_, samples_out_, windows_;
  bool whole_;
};

class WindowCutter {
 public:
  WindowCutter(RecordingStream& stream, const ModelCard& card)
      : stream_(stream), card_(card), rate_hz_(stream.about().rate_hz) {
    const Recording& recording = stream.about();
    RecordingDiagnosis& about = out_.about;
    about.name = recording.name;
    about.leads = lead_text(card.leads);
    about.seconds = static_cast<double>(recording.samples) / rate_hz_;
    about.warnings = recording.warnings;
    warned_ = recording.warnings.size();
    require_judgeable(recording);
    if (about.seconds < kShortSeconds)
      about.warnings.push_back(
          fmt::format("only {:.1f} s long: rhythm is hard to tell", about.seconds));
  }

  ConditionedRecording run(const std::string& lead) {
    const Recording& recording = stream_.about();
    FoundLeads found = find_leads(recording, card_, lead, out_.about.warnings);
    out_.about.modified_lead = found.modified;
    SlidingLeads leads(stream_, std::move(found.at));
    const Partition partition(card_.conditioning, rate_hz_, recording.samples);
    out_.samples = static_cast<std::int64_t>(partition.samples_out());
    const std::size_t windows = edge::window_count(card_.conditioning, partition.samples_out());
    for (std::size_t next = 0; next < windows;) {
      const Part part = partition.part(next);
      add(part, leads.part(part.begin, part.end), partition);
      next += part.windows;
    }
    // Some warnings only the last sample brings.
    const auto& warnings = stream_.about().warnings;
    out_.about.warnings.insert(out_.about.warnings.end(),
                               warnings.begin() + static_cast<std::ptrdiff_t>(warned_),
                               warnings.end());
    if (out_.about.windows_read > 0 && !unreadable_.empty() && card_.leads.size() > 1) {
      const std::vector<int> which(unreadable_.begin(), unreadable_.end());
      out_.about.warnings.push_back(
          fmt::format("unreadable in part or all of it: {}", lead_text(which)));
    }
    out_.about.grade = out_.about.windows_read == 0 ? edge::Grade::kUnreadable
                       : all_good_                  ? edge::Grade::kGood
                                                    : edge::Grade::kLimited;
    return std::move(out_);
  }

 private:
  /// mv: [lead, part.end - part.begin].
  void add(const Part& part, const std::vector<float>& mv, const Partition& partition) {
    const edge::Conditioning& c = card_.conditioning;
    const std::size_t samples = part.end - part.begin, leads = card_.leads.size(),
                      filtered = edge::filtered_samples(c, rate_hz_, samples);
    signal_.resize(filtered * leads);
    scratch_.resize(edge::filter_scratch(c, rate_hz_, samples, leads));
    require(edge::filter_recording(c, rate_hz_, mv.data(), samples, leads, signal_.data(),
                                   signal_.size(), scratch_.data(), scratch_.size()));
    const std::size_t floats = leads * static_cast<std::size_t>(c.window);
    for (std::size_t w = part.first_window; w < part.first_window + part.windows; ++w) {
      const std::size_t start = partition.start(w);
      const std::uint32_t hidden = look_at(mv, samples, start - part.begin_out);
      if (hidden == edge::kAllGroups) continue;
      out_.hidden.push_back(hidden);
      out_.starts.push_back(static_cast<std::int64_t>(start));
      out_.windows.resize(out_.windows.size() + floats);
      require(edge::cut_window(c, signal_.data(), filtered, leads, start - part.begin_out,
                               out_.windows.data() + out_.windows.size() - floats));
    }
  }

  /// Puts the window that begins at `start` (at the preset's rate) of mv [lead, samples] before the
  /// quality gate. Returns the groups of findings that cannot be judged in it, because half of the
  /// leads or more do not show them; all if it is unreadable.
  std::uint32_t look_at(const std::vector<float>& mv, std::size_t samples, std::size_t start) {
    const double step = rate_hz_ / card_.conditioning.rate_hz;
    const auto begin = static_cast<std::size_t>(static_cast<double>(start) * step);
    const auto length = std::min(
        samples - begin, static_cast<std::size_t>(std::ceil(card_.conditioning.window * step)));
    RecordingDiagnosis& about = out_.about;
    std::array<std::size_t, kGroups> hiding{};  // leads that do not show each group
    bool good = true;
    for (std::size_t i = 0; i < card_.leads.size(); ++i) {
      const edge::Quality quality =
          lead_quality(kLeadNames[static_cast<std::size_t>(card_.leads[i])],
                       mv.data() + i * samples + begin, length, rate_hz_);
      about.faults |= quality.faults;
      const bool unreadable = quality.grade == edge::Grade::kUnreadable;
      for (std::size_t g = 0; g < kGroups; ++g)
        hiding[g] += unreadable || (quality.not_judged >> g & 1U) != 0;
      good = good && quality.grade == edge::Grade::kGood;
      if (unreadable) unreadable_.insert(card_.leads[i]);
    }
    std::uint32_t hidden = about.modified_lead ? kHeights : 0;
    for (std::size_t g = 0; g < kGroups; ++g)
      if (2 * hiding[g] >= card_.leads.size()) hidden |= 1U << g;
    ++about.windows;
    all_good_ = all_good_ && good;
    if (hidden == edge::kAllGroups) return hidden;
    ++about.windows_read;
    return hidden;
  }

  void require(edge::Status status) const {
    if (status != edge::Status::kOk) throw Error(out_.about.name, edge::status_text(status));
  }

  RecordingStream& stream_;
  const ModelCard& card_;
  double rate_hz_;
  std::vector<float> signal_, scratch_;
  bool all_good_ = true;
  std::set<int> unreadable_;  // leads that were so in any window
  std::size_t warned_ = 0;    // of the stream's warnings, those that are told already
  ConditionedRecording out_;
};

}  // namespace

ConditionedRecording condition_recording(RecordingStream& recording, const ModelCard& card,
                                         const std::string& lead) {
  require_measured(recording.about());
  return WindowCutter(recording, card).run(lead);
}

}  // namespace liteheart
