#include "formats/wfdb_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "ecg/error.h"
#include "ecg/vocabulary.h"
#include "formats/patient.h"
#include "formats/text.h"
#include "formats/wfdb_header.h"

namespace liteheart {
namespace {

constexpr std::size_t kLongestHeader = 16 << 20;

void add_diagnosis(std::string_view token, Recording& recording) {
  if (says_nothing(token)) return;
  std::string code(token);
  if (token.find_first_not_of("0123456789") != std::string_view::npos) {
    const Diagnosis* known = Vocabulary::standard().find_label(token);
    if (!known) {
      recording.warnings.push_back(
          fmt::format("diagnosis '{}' is not in the vocabulary; it is left out", token));
      return;
    }
    code = known->code;
  }
  auto& codes = recording.diagnoses;
  if (std::find(codes.begin(), codes.end(), code) == codes.end()) codes.push_back(std::move(code));
}

void set_diagnoses(std::string_view list, Recording& recording) {
  while (!list.empty()) {
    const std::size_t comma = list.find_first_of(",;");
    std::string_view token = list.substr(0, comma);
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    add_diagnosis(trim(token), recording);
  }
}

}  // namespace

Recording read_wfdb(std::string_view text, const std::string& place,
                    const WfdbSignalSource& source) {
  const WfdbHeader header = parse_wfdb_header(text, place);
  if (header.multi_segment) {
    throw Error(fmt::format("{} line {}", place, header.record_line),
                fmt::format("multi-segment records ({} segments) are not supported yet",
                            header.segments.size()),
                "read the segments' own headers one by one");
  }
  Recording recording = decode_wfdb_signals(header, place, source);
  set_age(header.age, recording);
  set_sex(header.sex, recording);
  set_diagnoses(header.diagnoses, recording);
  recording.format = "WFDB";
  return recording;
}

Recording read_wfdb(InputFile& header) {
  if (header.size() > kLongestHeader) {
    throw Error(header.place(), "too long for a header", "name a WFDB header or its signal file");
  }
  Recording recording = read_wfdb(header.text(), header.place(),
                                  [&](const std::string& file) { return header.beside(file); });
  recording.name = header.path().stem().string();
  return recording;
}

std::vector<std::filesystem::path> wfdb_segment_headers(const std::filesystem::path& header) {
  std::vector<std::filesystem::path> headers;
  try {
    InputFile file(header);
    if (file.size() > kLongestHeader) return headers;
    for (const std::string& segment : parse_wfdb_header(file.text(), header.string()).segments) {
      if (segment != "~") headers.push_back(header.parent_path() / (segment + ".hea"));
    }
  } catch (const Error&) {
    // The reader will say what is wrong with it.
  }
  return headers;
}

}  // namespace liteheart
