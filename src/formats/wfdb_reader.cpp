#include "formats/wfdb_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "ecg/error.h"
#include "ecg/vocabulary.h"
#include "formats/wfdb_header.h"

namespace liteheart {
namespace {

constexpr std::size_t kLongestHeader = 16 << 20;

bool same_word(std::string_view text, std::string_view word) {
  return std::equal(text.begin(), text.end(), word.begin(), word.end(), [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  });
}

bool says_nothing(std::string_view text) {
  return text.empty() || text == "?" || same_word(text, "unknown") || same_word(text, "nan") ||
         same_word(text, "none") || same_word(text, "n/a");
}

void set_age(std::string_view text, Recording& recording) {
  if (says_nothing(text)) return;
  double years = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), years);
  constexpr double kOldest = 130;
  if (error != std::errc{} || end != text.data() + text.size() || !(years >= 0) ||
      years > kOldest) {
    recording.warnings.push_back(fmt::format("age '{}' is left out", text));
    return;
  }
  recording.age_years = years;
}

void set_sex(std::string_view text, Recording& recording) {
  if (same_word(text, "male") || same_word(text, "m")) recording.sex = "male";
  if (same_word(text, "female") || same_word(text, "f")) recording.sex = "female";
}

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
    while (!token.empty() && token.front() == ' ') token.remove_prefix(1);
    while (!token.empty() && token.back() == ' ') token.remove_suffix(1);
    add_diagnosis(token, recording);
  }
}

std::filesystem::path signal_path(const std::filesystem::path& header, const std::string& file) {
  return header.parent_path() / file;
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
  return recording;
}

Recording read_wfdb(const std::filesystem::path& header) {
  const FileBytes bytes = read_bytes(header, kLongestHeader + 1);
  if (bytes.span().size() > kLongestHeader) {
    throw Error(header.string(), "too long for a header", "name a WFDB header or its signal file");
  }
  Recording recording = read_wfdb(bytes.text(), header.string(), [&](const std::string& file) {
    return read_bytes(signal_path(header, file));
  });
  recording.name = header.stem().string();
  return recording;
}

std::vector<std::filesystem::path> wfdb_segment_headers(const std::filesystem::path& header) {
  std::vector<std::filesystem::path> headers;
  try {
    const FileBytes bytes = read_bytes(header, kLongestHeader);
    for (const std::string& segment : parse_wfdb_header(bytes.text(), header.string()).segments) {
      if (segment != "~") headers.push_back(signal_path(header, segment + ".hea"));
    }
  } catch (const Error&) {
    // The reader will say what is wrong with it.
  }
  return headers;
}

}  // namespace liteheart
