#include "formats/wfdb_beats.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "ecg/error.h"
#include "formats/input_file.h"
#include "formats/text.h"

namespace liteheart {
namespace {

constexpr int kRhythmChange = 28;

bool is_signal_file(const std::string& name, const WfdbHeader& header) {
  return std::any_of(header.signals.begin(), header.signals.end(),
                     [&](const WfdbSignal& signal) { return signal.file == name; });
}

void add_rhythm(const std::string& text, Recording& recording) {
  const std::string_view rhythm = trim(text);
  auto& statements = recording.statements;
  constexpr std::size_t kMostStatements = 100;
  if (!rhythm.starts_with('(') || rhythm.size() < 2 || statements.size() >= kMostStatements) return;
  if (std::find(statements.begin(), statements.end(), rhythm) == statements.end())
    statements.emplace_back(rhythm);
}

}  // namespace

void add_wfdb_annotations(const WfdbAnnotations& annotations, double frames_per_second,
                          const std::string& file, Recording& recording) {
  const double units =
      annotations.units_per_second > 0 ? annotations.units_per_second : frames_per_second;
  const double scale = recording.rate_hz / units;
  std::size_t behind = 0;
  for (const WfdbAnnotation& mark : annotations.marks) {
    if (mark.code == kRhythmChange) add_rhythm(mark.text, recording);
    if (!is_wfdb_beat(mark.code)) continue;
    const double sample = std::round(static_cast<double>(mark.time) * scale);
    if (sample < static_cast<double>(recording.samples))
      recording.beats.push_back({static_cast<std::size_t>(sample), wfdb_mnemonic(mark.code)});
    else
      ++behind;
  }
  std::stable_sort(recording.beats.begin(), recording.beats.end(),
                   [](const Beat& a, const Beat& b) { return a.sample < b.sample; });
  if (behind > 0) {
    recording.warnings.push_back(
        fmt::format("{} beats of {} lie behind the recording's end; left out", behind, file));
  }
  if (annotations.cut_off)
    recording.warnings.push_back(fmt::format("{} is cut off; later beats are missing", file));
}

void add_wfdb_annotations_beside(const std::filesystem::path& header_file, const WfdbHeader& header,
                                 Recording& recording) {
  constexpr std::array kExtensions = {".atr", ".qrs", ".ecg"};
  constexpr std::uintmax_t kMostBytes = 16 << 20;
  for (const char* const extension : kExtensions) {
    const std::filesystem::path path =
        std::filesystem::path(header_file).replace_extension(extension);
    const std::string name = path.filename().string();
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(path, ignored) || is_signal_file(name, header)) continue;
    try {
      InputFile file(path);
      if (file.size() > kMostBytes) throw Error(name, "too long for an annotation file");
      add_wfdb_annotations(read_wfdb_annotations(file.bytes(), name), header.rate_hz, name,
                           recording);
    } catch (const Error& error) {
      recording.warnings.push_back(fmt::format("annotations are left out: {}", error.what()));
    }
    if (!recording.beats.empty()) return;
  }
}

}  // namespace liteheart
