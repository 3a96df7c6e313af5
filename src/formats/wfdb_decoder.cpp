#include "formats/wfdb_decoder.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <map>

#include "ecg/error.h"
#include "formats/wfdb_leads.h"

namespace liteheart {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

void check_file_name(const WfdbSignal& signal, const std::string& place) {
  const std::filesystem::path name(signal.file);
  if (signal.file == "-" || signal.file.find('\0') != std::string::npos || name.is_absolute() ||
      std::find(name.begin(), name.end(), "..") != name.end()) {
    throw Error(wfdb_line(place, signal),
                fmt::format("signal file '{}' does not lie beside the header", signal.file),
                "name a file in the header's folder");
  }
}

}  // namespace

WfdbDecoder::WfdbDecoder(const WfdbHeader& header, const std::string& place,
                         const std::vector<std::optional<std::size_t>>& leads,
                         int samples_per_frame, const WfdbSignalSource& source)
    : header_(header), place_(place), samples_per_frame_(samples_per_frame) {
  held_.resize(leads.size());
  std::vector<std::optional<std::size_t>> lead_of(header.signals.size());
  for (std::size_t lead = 0; lead < leads.size(); ++lead)
    if (leads[lead]) lead_of[*leads[lead]] = lead;

  std::vector<std::string> files;  // in the header's order
  std::map<std::string, std::vector<std::size_t>> signals;
  for (std::size_t i = 0; i < header.signals.size(); ++i) {
    const WfdbSignal& signal = header.signals[i];
    if (is_null_signal(signal)) continue;
    check_file_name(signal, place);
    const std::string name = std::filesystem::path(signal.file).lexically_normal().string();
    if (signals[name].empty()) files.push_back(name);
    signals[name].push_back(i);
  }
  for (const std::string& name : files) open(name, signals[name], lead_of, source);
  if (groups_.empty() && unopened_) throw Error(*unopened_);
  if (!groups_.empty()) choose_length();
}

void WfdbDecoder::open(const std::string& name, const std::vector<std::size_t>& signals,
                       const std::vector<std::optional<std::size_t>>& lead_of,
                       const WfdbSignalSource& source) {
  std::vector<const WfdbSignal*> all;
  std::map<std::uint64_t, std::vector<Column>> by_skew;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < signals.size(); ++i) {
    const WfdbSignal& signal = header_.signals[signals[i]];
    all.push_back(&signal);
    const auto lead = lead_of[signals[i]];
    if (!lead) continue;
    by_skew[signal.skew].push_back(
        {&signal, *lead, i, {signal.baseline, wfdb_units_per_mv(signal)}});
    names.push_back(wfdb_signal_name(signal));
  }
  if (by_skew.empty()) return;
  const WfdbSignal& first = *by_skew.begin()->second.front().signal;
  constexpr std::size_t kMostSkews = 16;  // each reads the file anew
  if (by_skew.size() > kMostSkews) {
    throw Error(wfdb_line(place_, first),
                fmt::format("the signals of {} have {} different skews", name, by_skew.size()),
                "correct the numbers behind ':'");
  }
  std::optional<InputFile> file;
  try {
    file = source(name);
  } catch (const Error& error) {
    if (!unopened_) {
      unopened_.emplace(wfdb_line(place_, first),
                        fmt::format("signal file {}: {}", name, error.problem()),
                        "put the signal file beside its header");
    }
    warnings_.push_back(fmt::format("signal file {}: {}; {} left out", name, error.problem(),
                                    fmt::join(names, ", ")));
    return;
  }
  for (auto& [skew, columns] : by_skew) {
    Group group;
    group.file = open_wfdb_signal_file(*file, all, samples_per_frame_, place_);
    group.skew = skew;
    group.columns = std::move(columns);
    for (Column& column : group.columns) {
      column.scale.missing = group.file->missing();
      column.scale.in_24_bits = group.file->in_24_bits();
      held_[column.lead] = true;
    }
    groups_.push_back(std::move(group));
  }
}

void WfdbDecoder::choose_length() {
  const auto& shortest = *std::min_element(
      groups_.begin(), groups_.end(),
      [](const auto& a, const auto& b) { return a.file->frames() < b.file->frames(); });
  const std::uint64_t held = shortest.file->frames(), declared = header_.samples;
  const WfdbSignal& first = *shortest.columns.front().signal;
  if (held == 0) {
    throw Error(wfdb_line(place_, first), fmt::format("{} holds no samples", first.file),
                "get a whole copy of the signal file");
  }
  const std::uint64_t frames = declared == 0 ? held : std::min(held, declared);
  if (frames < declared) {
    const std::string problem =
        fmt::format("{} is cut off: {} of {} samples ({:.3g} of {:.3g} s)", first.file, held,
                    declared, static_cast<double>(held) / header_.rate_hz,
                    static_cast<double>(declared) / header_.rate_hz);
    if (static_cast<double>(held) < header_.rate_hz)
      throw Error(wfdb_line(place_, first), problem, "get a whole copy of the signal file");
    warnings_.push_back(problem + "; the recording is shortened");
  }
  const auto surplus = static_cast<std::uint64_t>(header_.rate_hz);
  for (const Group& group : groups_) {
    if (group.file->frames() <= frames + surplus) continue;
    warnings_.push_back(fmt::format("{} holds {} samples; those behind {} are left out",
                                    group.columns.front().signal->file, group.file->frames(),
                                    frames));
  }
  const auto run = static_cast<std::uint64_t>(samples_per_frame_);
  samples_ = frames * run;
  for (Group& group : groups_) {
    if (group.skew >= frames) {
      throw Error(wfdb_line(place_, *group.columns.front().signal),
                  fmt::format("the skew of {} frames exceeds the record", group.skew),
                  "correct the number behind ':'");
    }
    group.skew *= run;
    group.end = std::min(group.file->frames() * run, samples_ + group.skew);
  }
}

void WfdbDecoder::scale(double factor) {
  for (Group& group : groups_)
    for (Column& column : group.columns) column.scale.units_per_mv /= factor;
}

void WfdbDecoder::read(float* out, std::size_t stride, std::size_t count) {
  for (std::size_t lead = 0; lead < held_.size(); ++lead)
    if (!held_[lead]) std::fill_n(out + lead * stride, count, kNaN);
  for (Group& group : groups_) read(group, out, stride, count);
  at_ += count;
}

void WfdbDecoder::read(Group& group, float* out, std::size_t stride, std::size_t count) {
  std::uint64_t at = at_ + group.skew;
  std::size_t done = 0;
  while (done < count && at < group.end) {
    const auto wanted =
        static_cast<std::size_t>(std::min<std::uint64_t>(count - done, group.end - at));
    const std::size_t here = std::min(wanted, group.file->load(at));
    for (Column& column : group.columns) {
      const std::uint16_t sum = wfdb_millivolts(group.file->samples(column.in_file, at), here,
                                                column.scale, out + column.lead * stride + done);
      column.sum = static_cast<std::uint16_t>(column.sum + sum);
    }
    done += here;
    at += here;
  }
  for (const Column& column : group.columns)
    std::fill_n(out + column.lead * stride + done, count - done, kNaN);
}

std::vector<std::string> WfdbDecoder::warnings() const {
  std::vector<std::string> all = warnings_;
  const bool whole = header_.samples == 0 ||
                     samples_ == header_.samples * static_cast<std::uint64_t>(samples_per_frame_);
  for (const Group& group : groups_) {
    const WfdbSignal& first = *group.columns.front().signal;
    if (group.file->lost() > 0) {
      all.push_back(fmt::format("{} is damaged: {} samples of {} are lost", first.file,
                                group.file->lost(), samples_));
    } else if (whole && group.skew == 0 && at_ >= samples_) {
      // Only a whole, unskewed signal has the sum that the header declares.
      std::vector<std::string> wrong;
      for (const Column& column : group.columns) {
        const WfdbSignal& signal = *column.signal;
        if (signal.checksum != 0 && signal.checksum != column.sum)
          wrong.push_back(wfdb_signal_name(signal));
      }
      if (!wrong.empty())
        all.push_back(fmt::format("checksum of {} is not the header's; {} may be damaged",
                                  fmt::join(wrong, ", "), first.file));
    }
  }
  return all;
}

}  // namespace liteheart
