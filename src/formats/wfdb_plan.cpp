#include "formats/wfdb_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <set>

#include "ecg/error.h"
#include "formats/text.h"
#include "formats/wfdb_leads.h"

namespace liteheart {
namespace {

/// One spelling for all of a segment's: "./s" and "s" are one file.
std::string file_of(const std::string& record) {
  return std::filesystem::path(record).lexically_normal().string();
}

using SegmentPointer = std::shared_ptr<WfdbSegment>;

constexpr std::size_t kMostHeaderBytes = 16 << 20;

class SegmentPlanner {
 public:
  SegmentPlanner(const WfdbHeader& header, const std::string& place, const WfdbSignalSource& source)
      : header_(header), place_(place), source_(source) {}

  WfdbPlan plan() {
    layout_ = header_.segments.front().samples == 0 && header_.segments.front().record != "~";
    for (const WfdbSegmentLine& line : header_.segments) {
      if (line.record != "~" && !segments_.contains(file_of(line.record)))
        segments_[file_of(line.record)] = load(line);
    }
    choose_leads();
    for (auto& [name, segment] : segments_) {
      if (segment && !(layout_ && name == header_.segments.front().record)) assign(name, *segment);
    }
    leave_out_absent_leads();
    line_up();
    warn_of_failures();
    return std::move(plan_);
  }

 private:
  std::string where(const WfdbSegmentLine& line) const {
    return fmt::format("{} line {}", place_, line.line);
  }

  /// Null where the header is not there or makes no sense.
  SegmentPointer load(const WfdbSegmentLine& line) {
    auto segment = std::make_shared<WfdbSegment>();
    try {
      InputFile file = source_(line.record + ".hea");
      segment->place = file.place();
      if (file.size() > kMostHeaderBytes) throw Error(file.place(), "too long for a header");
      segment->header = parse_wfdb_header(file.text(), file.place());
    } catch (const Error& error) {
      failed(line.record, error);
      return nullptr;
    }
    if (segment->header.multi_segment) {
      throw Error(where(line), fmt::format("segment {} has segments itself", line.record),
                  "read that record by itself");
    }
    const std::filesystem::path folder = std::filesystem::path(line.record).parent_path();
    segment->source = [source = source_, folder](const std::string& name) {
      return source((folder / name).string());
    };
    return segment;
  }

  void failed(const std::string& record, const Error& error) {
    constexpr std::size_t kTold = 5;
    if (failures_++ < kTold)
      plan_.warnings.push_back(fmt::format("segment {} is missing: {}", record, error.what()));
    if (!first_failure_) first_failure_ = error;
  }

  [[noreturn]] void fail_whole() const {
    const std::string why = first_failure_ ? first_failure_->what() : "they hold no samples";
    throw Error(
        fmt::format("{} line {}", place_, header_.record_line),
        fmt::format("none of the {} segments can be read: {}", header_.segments.size(), why),
        "put the segments' files beside the header");
  }

  void choose_leads() {
    std::string place = place_;
    if (layout_) {
      if (const SegmentPointer& layout = segments_.at(file_of(header_.segments.front().record))) {
        pattern_ = layout->header.signals;
        place = layout->place;
      }
    }
    for (const WfdbSegmentLine& line : header_.segments) {
      const bool complete = !pattern_.empty() && (!layout_ || place != place_);
      if (complete || line.record == "~" || !segments_.at(file_of(line.record))) continue;
      add_to_pattern(segments_.at(file_of(line.record))->header.signals);
    }
    if (pattern_.empty()) fail_whole();
    WfdbLeads leads = choose_wfdb_leads(pattern_, header_.rate_hz, false, place);
    plan_.samples_per_frame = leads.samples_per_frame;
    plan_.rate_hz = header_.rate_hz * leads.samples_per_frame;
    plan_.leads = leads.names(pattern_);
    plan_.warnings.insert(plan_.warnings.end(), leads.warnings.begin(), leads.warnings.end());
    pattern_leads_ = std::move(leads.signals);
    present_.resize(pattern_leads_.size());
  }

  /// Signals of a first segment, or, where the layout is not there, those of new names.
  void add_to_pattern(const std::vector<WfdbSignal>& signals) {
    std::set<std::string> known;
    for (const WfdbSignal& signal : pattern_) known.insert(signal.name);
    for (const WfdbSignal& signal : signals)
      if (!known.contains(signal.name)) pattern_.push_back(signal);
  }

  /// Finds the leads among the segment's signals and opens its files once, to learn what they hold.
  void assign(const std::string& name, WfdbSegment& segment) {
    constexpr double kSameRate = 1e-6;
    const WfdbHeader& header = segment.header;
    try {
      if (std::abs(header.rate_hz - header_.rate_hz) > kSameRate * header_.rate_hz) {
        throw Error(segment.place, fmt::format("sampled at {} Hz, the record at {} Hz",
                                               header.rate_hz, header_.rate_hz));
      }
      std::map<std::string, std::size_t> by_name;
      for (std::size_t i = 0; i < header.signals.size(); ++i)
        by_name.emplace(header.signals[i].name, i);
      for (const std::size_t wanted : pattern_leads_)
        segment.leads.push_back(find(wanted, header, by_name, name));
      const auto decoder = segment.open(plan_.samples_per_frame);
      segment.samples = decoder->samples();
      for (const std::string& warning : decoder->warnings()) warn(name, warning);
      for (std::size_t lead = 0; lead < present_.size(); ++lead) {
        if (!decoder->holds(lead)) continue;
        present_[lead] = true;
        held_ += static_cast<double>(segment.samples);
      }
    } catch (const Error& error) {
      failed(name, error);
      segment.leads.clear();
      segment.samples = 0;
    }
  }

  std::optional<std::size_t> find(std::size_t wanted, const WfdbHeader& header,
                                  const std::map<std::string, std::size_t>& by_name,
                                  const std::string& segment) {
    const std::string& name = pattern_[wanted].name;
    std::size_t found = header.signals.size();
    const bool in_place = !layout_ && wanted < header.signals.size() &&
                          (name.empty() || header.signals[wanted].name.empty() ||
                           header.signals[wanted].name == name);
    const auto same = by_name.find(name);
    if (in_place)
      found = wanted;
    else if (same != by_name.end())
      found = same->second;
    if (found == header.signals.size() || is_null_signal(header.signals[found])) return {};
    const WfdbSignal& signal = header.signals[found];
    if (wfdb_units_per_mv(signal) == 0) {
      warn(segment, fmt::format("{} is in {}, which is no voltage", name, signal.units));
      return {};
    }
    if (signal.samples_per_frame != plan_.samples_per_frame) {
      warn(segment, fmt::format("{} has {} samples per frame, elsewhere {}", name,
                                signal.samples_per_frame, plan_.samples_per_frame));
      return {};
    }
    return found;
  }

  void warn(const std::string& segment, const std::string& what) {
    constexpr std::size_t kTold = 20;
    if (told_++ < kTold) plan_.warnings.push_back(fmt::format("segment {}: {}", segment, what));
  }

  void leave_out_absent_leads() {
    if (std::find(present_.begin(), present_.end(), true) == present_.end()) fail_whole();
    for (std::size_t lead = present_.size(); lead-- > 0;) {
      if (present_[lead]) continue;
      plan_.warnings.push_back(
          fmt::format("{} is in no segment that can be read; left out", plan_.leads[lead]));
      const auto at = static_cast<std::ptrdiff_t>(lead);
      plan_.leads.erase(plan_.leads.begin() + at);
      for (auto& [name, segment] : segments_) {
        if (segment && lead < segment->leads.size())
          segment->leads.erase(segment->leads.begin() + at);
      }
    }
  }

  /// Lays the segments one after another.
  void line_up() {
    const auto run = static_cast<std::uint64_t>(plan_.samples_per_frame);
    double total = 0;
    for (std::size_t i = layout_ ? 1 : 0; i < header_.segments.size(); ++i) {
      const WfdbSegmentLine& line = header_.segments[i];
      const SegmentPointer segment =
          line.record == "~" ? nullptr : segments_.at(file_of(line.record));
      total += static_cast<double>(line.samples) * static_cast<double>(run);
      if (line.samples == 0) continue;
      plan_.parts.push_back(
          {segment && segment->samples > 0 ? segment : nullptr, line.samples * run});
      if (segment && segment->samples > 0 && segment->samples < line.samples * run) {
        warn(line.record,
             fmt::format("{} of {} samples are there", segment->samples / run, line.samples));
      }
    }
    constexpr double kMostGrowth = 24, kAllowance = 4 << 20;
    const double values = total * static_cast<double>(plan_.leads.size());
    if (values > kMostGrowth * held_ + kAllowance) {
      throw Error(fmt::format("{} line {}", place_, header_.record_line),
                  fmt::format("the segments last {:.4g} samples, their files hold {:.4g}", total,
                              held_ / static_cast<double>(plan_.leads.size())),
                  "correct the lengths of the segments and gaps");
    }
    const std::uint64_t frames = plan_.samples() / run;
    if (frames == 0) fail_whole();
    if (header_.samples != 0 && header_.samples != frames) {
      plan_.warnings.push_back(
          fmt::format("the header says {} samples, its segments have {}", header_.samples, frames));
    }
  }

  void warn_of_failures() {
    if (failures_ == 0) return;
    plan_.warnings.push_back(fmt::format("{} of {} segments cannot be read; their time is missing",
                                         failures_, header_.segments.size()));
  }

  const WfdbHeader& header_;
  const std::string& place_;
  const WfdbSignalSource& source_;
  bool layout_ = false;
  std::map<std::string, SegmentPointer> segments_;  // by file_of their record
  std::vector<WfdbSignal> pattern_;                 // what leads are chosen from
  std::vector<std::size_t> pattern_leads_;
  std::vector<bool> present_;  // in any segment, by lead
  double held_ = 0;            // samples that are there, of all leads together
  std::size_t failures_ = 0, told_ = 0;
  std::optional<Error> first_failure_;
  WfdbPlan plan_;
};

}  // namespace

std::uint64_t WfdbPlan::samples() const {
  std::uint64_t sum = 0;
  for (const WfdbPart& part : parts) sum += part.samples;
  return sum;
}

WfdbPlan plan_wfdb_record(WfdbHeader header, const std::string& place,
                          const WfdbSignalSource& source) {
  WfdbLeads leads = choose_wfdb_leads(header.signals, header.rate_hz, true, place);
  auto segment = std::make_shared<WfdbSegment>();
  segment->header = std::move(header);
  segment->place = place;
  segment->source = source;
  segment->leads.assign(leads.signals.begin(), leads.signals.end());
  WfdbPlan plan;
  plan.samples_per_frame = leads.samples_per_frame;
  plan.rate_hz = segment->header.rate_hz * leads.samples_per_frame;
  plan.warnings = std::move(leads.warnings);
  auto decoder = segment->open(plan.samples_per_frame);
  segment->samples = decoder->samples();
  const std::size_t lead_count = leads.signals.size();
  for (std::size_t lead = leads.signals.size(); lead-- > 0;) {
    if (decoder->holds(lead)) continue;
    const auto at = static_cast<std::ptrdiff_t>(lead);
    leads.signals.erase(leads.signals.begin() + at);
    segment->leads.erase(segment->leads.begin() + at);
  }
  plan.leads = leads.names(segment->header.signals);
  plan.parts.push_back({segment, segment->samples});
  for (std::string& warning : decoder->warnings()) plan.warnings.push_back(std::move(warning));
  if (plan.leads.size() == lead_count) plan.opened = std::move(decoder);
  return plan;
}

WfdbPlan plan_wfdb_segments(const WfdbHeader& header, const std::string& place,
                            const WfdbSignalSource& source) {
  return SegmentPlanner(header, place, source).plan();
}

}  // namespace liteheart
