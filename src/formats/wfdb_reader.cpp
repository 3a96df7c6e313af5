#include "formats/wfdb_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "ecg/error.h"
#include "ecg/vocabulary.h"
#include "formats/patient.h"
#include "formats/text.h"
#include "formats/wfdb_beats.h"
#include "formats/wfdb_header.h"
#include "formats/wfdb_plan.h"
#include "formats/wfdb_stream.h"

namespace liteheart {
namespace {

constexpr std::size_t kLongestHeader = 16 << 20;

void add_diagnosis(std::string_view token, Recording& recording) {
  if (says_nothing(token)) return;
  std::string code(token);
  if (token.find_first_not_of("0123456789") != std::string_view::npos) {
    // One that is not known stays in its words: a user's own vocabulary may know it.
    if (const Diagnosis* known = Vocabulary::standard().find_label(token))
      code = known->code;
    else
      recording.warnings.push_back(fmt::format("diagnosis '{}' is not in the vocabulary", token));
  }
  auto& codes = recording.diagnoses;
  if (std::find(codes.begin(), codes.end(), code) == codes.end()) codes.push_back(std::move(code));
}

void set_diagnoses(std::string_view list, Recording& recording) {
  constexpr int kMost = 200;
  for (int count = 0; !list.empty(); ++count) {
    if (count == kMost) {
      recording.warnings.push_back(
          fmt::format("more than {} diagnoses; the rest is left out", kMost));
      return;
    }
    const std::size_t comma = list.find_first_of(",;");
    std::string_view token = list.substr(0, comma);
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    add_diagnosis(trim(token), recording);
  }
}

WfdbHeader parse_header(std::string_view text, const std::string& place,
                        const ReadOptions& options) {
  WfdbHeader header = parse_wfdb_header(text, place);
  if (!header.rate_written && options.rate_hz > 0) header.rate_hz = options.rate_hz;
  return header;
}

/// `file`: of the header; empty where it is in memory.
std::unique_ptr<RecordingStream> open(const WfdbHeader& header, const std::string& place,
                                      const WfdbSignalSource& source,
                                      const std::filesystem::path& file) {
  WfdbPlan plan = header.multi_segment ? plan_wfdb_segments(header, place, source)
                                       : plan_wfdb_record(header, place, source);
  Recording recording;
  recording.name = file.stem().string();
  recording.format = "WFDB";
  recording.rate_hz = plan.rate_hz;
  recording.samples = static_cast<std::size_t>(plan.samples());
  recording.start = header.start;
  recording.statements = header.statements;
  recording.estimated = header.estimated;
  if (!header.estimated.empty())
    recording.warnings.push_back(fmt::format("leads are no measurements: {}", header.estimated));
  set_age(header.age, recording);
  set_sex(header.sex, recording);
  set_diagnoses(header.diagnoses, recording);
  if (!file.empty()) add_wfdb_annotations_beside(file, header, recording);
  return std::make_unique<WfdbStream>(header, std::move(plan), std::move(recording));
}

}  // namespace

std::unique_ptr<RecordingStream> open_wfdb(std::string_view text, const std::string& place,
                                           const WfdbSignalSource& source,
                                           const ReadOptions& options) {
  return open(parse_header(text, place, options), place, source, {});
}

std::unique_ptr<RecordingStream> open_wfdb(InputFile file, const ReadOptions& options) {
  if (file.size() > kLongestHeader) {
    throw Error(file.place(), "too long for a header", "name a WFDB header or its signal file");
  }
  return open(
      parse_header(file.text(), file.place(), options), file.place(),
      [file](const std::string& name) { return file.beside(name); }, file.path());
}

WfdbFiles wfdb_files(const std::filesystem::path& header) {
  WfdbFiles files;
  try {
    InputFile file(header);
    if (file.size() > kLongestHeader) return files;
    const WfdbHeader parsed = parse_wfdb_header(file.text(), header.string());
    for (const auto& segment : parsed.segments) {
      if (segment.record != "~")
        files.segments.push_back(header.parent_path() / (segment.record + ".hea"));
    }
    for (const WfdbSignal& signal : parsed.signals) {
      std::filesystem::path signal_file = header.parent_path() / signal.file;
      if (files.signals.empty() || files.signals.back() != signal_file)
        files.signals.push_back(std::move(signal_file));
    }
  } catch (const Error&) {
    // The reader will say what is wrong with it.
  }
  return files;
}

}  // namespace liteheart
