#include "formats/apple_watch_csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <limits>
#include <optional>
#include <string_view>
#include <vector>

#include "ecg/error.h"
#include "ecg/leads.h"
#include "ecg/units.h"
#include "formats/decimal.h"
#include "formats/text.h"
#include "formats/timestamp.h"
#include "formats/written_date.h"

namespace liteheart {
namespace {

struct Entry {
  std::string_view key, value;
};

std::string_view without_quotes(std::string_view text) {
  text = trim(text);
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
    text = trim(text.substr(1, text.size() - 2));
  return text;
}

/// A line "key,value" whose key is no number; the value may hold commas.
std::optional<Entry> entry_of(std::string_view line) {
  const std::size_t comma = line.find(',');
  if (comma == line.npos || comma == 0) return std::nullopt;
  const Entry entry{without_quotes(line.substr(0, comma)), without_quotes(line.substr(comma + 1))};
  if (entry.key.empty() || std::string_view("0123456789+-.").find(entry.key[0]) != entry.key.npos)
    return std::nullopt;
  return entry;
}

bool is_value(std::string_view line) {
  double number = 0;
  return parse_decimal(line, '.', ',', number);
}

/// A number and, perhaps behind a blank, a word: "513.625 hertz", "512,4 Hz", "512ヘルツ".
double rate_of(std::string_view value) {
  double rate = 0;
  const char* const end = value.data() + value.size();
  const char* const behind = take_decimal(value.data(), end, '.', ',', rate);
  constexpr double kLowest = 100, kHighest = 2000;
  if (!behind || !(rate >= kLowest && rate <= kHighest)) return 0;
  std::string_view unit(behind, static_cast<std::size_t>(end - behind));
  unit = trim(unit.starts_with("\xC2\xA0") ? unit.substr(2) : unit);
  unit = unit.starts_with("\xE2\x80\xAF") ? unit.substr(3) : unit;
  const auto is_letter = [](char c) {
    return std::isalpha(static_cast<unsigned char>(c)) || static_cast<unsigned char>(c) >= 0x80;
  };
  return !unit.empty() && is_letter(unit.front()) && unit.find("bpm") == unit.npos &&
                 unit.find_first_of("0123456789") == unit.npos
             ? rate
             : 0;
}

std::optional<Timestamp> zoned_date(std::string_view value) {
  auto stamp = parse_timestamp(value);
  if (!stamp || !stamp->dated || stamp->iso.size() <= 10) return std::nullopt;
  return stamp;
}

/// The Roman numeral in "Lead I", "Ableitung I", "第I誘導"; empty where there is none.
std::string_view roman_numeral(std::string_view text) {
  const auto is_letter = [&](std::size_t i) {
    return i < text.size() && std::isalnum(static_cast<unsigned char>(text[i]));
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != 'I' || (i > 0 && is_letter(i - 1))) continue;
    std::size_t end = i;
    while (end < text.size() && text[end] == 'I') ++end;
    if (!is_letter(end) && end - i <= 3) return text.substr(i, end - i);
    i = end;
  }
  return {};
}

bool is_version(std::string_view value) {
  return !value.empty() && std::isdigit(static_cast<unsigned char>(value.front())) &&
         value.find_first_not_of("0123456789.") == value.npos;
}

/// The lines above and below the values.
struct Lines {
  std::vector<Entry> entries;
  std::optional<std::size_t> date, rate;  // places among them
  std::size_t values_at = 0;              // byte at which the values begin
};

/// Takes entries off the front of `text`, up to the first value.
Lines head_of(std::string_view text) {
  constexpr std::size_t kMost = 64;
  Lines lines;
  const char* const begin = text.data();
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  while (!text.empty() && lines.entries.size() < kMost) {
    lines.values_at = static_cast<std::size_t>(text.data() - begin);
    const std::string_view line = next_line(text);
    if (line.empty()) continue;
    if (is_value(line)) return lines;
    if (const auto entry = entry_of(line)) lines.entries.push_back(*entry);
  }
  return lines;
}

void find_anchors(Lines& lines) {
  for (std::size_t i = 0; i < lines.entries.size(); ++i) {
    const std::string_view value = lines.entries[i].value;
    if (!lines.date && zoned_date(value)) lines.date = i;
    if (!lines.rate && rate_of(value) > 0) lines.rate = i;
  }
}

bool names_a_voltage(const Entry& entry) { return millivolts_in(entry.value).has_value(); }

/// Whether a lead and its unit follow each other.
bool names_lead_and_unit(const Lines& lines) {
  for (std::size_t i = 1; i < lines.entries.size(); ++i)
    if (names_a_voltage(lines.entries[i]) && !roman_numeral(lines.entries[i - 1].value).empty())
      return true;
  return false;
}

/// Parses the values and hands back what is none.
class Values {
 public:
  explicit Values(const std::string& place) : place_(place) {}

  void read(std::string_view text) {
    mv_.reserve(static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1);
    const char* at = text.data();
    const char* const end = at + text.size();
    while (at != end) {
      double value = 0;
      const char* behind = take_decimal(at, end, '.', ',', value);
      if (behind && behind != end && *behind == '\r') ++behind;
      if (behind && (behind == end || *behind == '\n')) {
        mv_.push_back(static_cast<float>(value));
        at = behind == end ? end : behind + 1;
        continue;
      }
      std::string_view rest(at, static_cast<std::size_t>(end - at));
      other_line(next_line(rest));
      at = rest.data() == nullptr ? end : rest.data();
    }
  }

  std::vector<float>& values() { return mv_; }
  const std::vector<Entry>& entries() const { return entries_; }
  std::size_t bad() const { return bad_; }

 private:
  void other_line(std::string_view line) {
    constexpr std::size_t kMostEntries = 64, kAllowed = 20;
    double value = 0;
    if (line.empty()) return;
    if (parse_decimal(line, '.', ',', value)) {
      mv_.push_back(static_cast<float>(value));
      return;
    }
    if (const auto entry = entry_of(line); entry && entries_.size() < kMostEntries) {
      entries_.push_back(*entry);
      return;
    }
    mv_.push_back(std::numeric_limits<float>::quiet_NaN());
    if (++bad_ > kAllowed && bad_ * 20 > mv_.size()) {
      throw Error(place_, fmt::format("{} of the first {} values are no numbers", bad_, mv_.size()),
                  "get a whole copy of the export");
    }
  }

  const std::string& place_;
  std::vector<float> mv_;
  std::vector<Entry> entries_;
  std::size_t bad_ = 0;
};

class Facts {
 public:
  Facts(const Lines& lines, Recording& recording) : lines_(lines), recording_(recording) {}

  void take() {
    if (lines_.date) recording_.start = zoned_date(lines_.entries[*lines_.date].value)->iso;
    // The order of the lines is Apple's; where the keys are English, they decide.
    recording_.patient_name = value_of("Name", -2);
    recording_.birth_date = surely_a_date(value_of("Date of Birth", -1));
    for (const std::string_view said : {value_of("Classification", 1), value_of("Symptoms", 2)})
      if (!said.empty() && !is_version(said)) recording_.statements.emplace_back(said);
    const std::string_view software = value_of("Software Version", 3);
    const std::string_view device = value_of("Device", 4);
    const bool named = !device.empty() && !is_version(device) && rate_of(device) == 0;
    recording_.device = !named                        ? "Apple Watch"
                        : device.starts_with("Watch") ? fmt::format("Apple {}", device)
                                                      : std::string(device);
    if (is_version(software)) recording_.device += fmt::format(", software {}", software);
  }

 private:
  std::string_view value_of(std::string_view key, int behind_date) const {
    for (const Entry& entry : lines_.entries)
      if (same_word(entry.key, key)) return entry.value;
    if (!lines_.date) return {};
    const auto at = static_cast<std::ptrdiff_t>(*lines_.date) + behind_date;
    if (at < 0 || at >= static_cast<std::ptrdiff_t>(lines_.entries.size())) return {};
    return lines_.entries[static_cast<std::size_t>(at)].value;
  }

  const Lines& lines_;
  Recording& recording_;
};

void check_length(Recording& recording) {
  constexpr double kWhole = 30, kSlack = 1.5;
  const double seconds = static_cast<double>(recording.samples) / recording.rate_hz;
  if (seconds < kWhole - kSlack) {
    recording.warnings.push_back(fmt::format(
        "{:.3g} s of the {} s that the watch records; the file may be cut off", seconds, kWhole));
  }
}

}  // namespace

bool looks_like_apple_watch(const InputFile& file) {
  Lines lines = head_of(file.beginning());
  find_anchors(lines);
  if (!lines.rate || lines.entries.size() < 3) return false;
  if (!lines.date && !names_lead_and_unit(lines)) return false;
  // Numbers alone on their lines follow.
  std::string_view values = file.beginning().substr(lines.values_at);
  constexpr int kEnough = 3;
  int seen = 0;
  while (!values.empty() && seen < kEnough) {
    const std::string_view line = next_line(values);
    if (line.empty()) continue;
    if (!is_value(line)) return false;
    ++seen;
  }
  return seen == kEnough;
}

Recording read_apple_watch(InputFile& file, const ReadOptions& options) {
  const std::string_view text = file.text();
  Lines lines = head_of(text);
  Values values(file.place());
  values.read(text.substr(std::min(lines.values_at, text.size())));
  lines.entries.insert(lines.entries.end(), values.entries().begin(), values.entries().end());
  find_anchors(lines);
  if (!lines.rate) {
    throw Error(file.place(), "the export has no line of its rate",
                "get a whole copy of the export");
  }
  Recording recording;
  recording.format = "Apple Watch CSV";
  recording.name = file.path().stem();
  Facts(lines, recording).take();
  recording.rate_hz = rate_of(lines.entries[*lines.rate].value);

  double scale = 1e-3;
  std::string_view lead;
  for (std::size_t i = 0; i < lines.entries.size(); ++i) {
    if (!names_a_voltage(lines.entries[i])) continue;
    scale = *millivolts_in(lines.entries[i].value);
    if (i > 0) lead = roman_numeral(lines.entries[i - 1].value);
  }
  if (const auto unit = millivolts_in(options.unit); unit && *unit != scale)
    recording.warnings.push_back(
        fmt::format("the unit {} is not used: the file names its own", options.unit));
  recording.leads = {lead.empty() ? "I" : lead_name(lead)};
  recording.mv = std::move(values.values());
  recording.samples = recording.mv.size();
  for (float& value : recording.mv) value = static_cast<float>(value * scale);
  const bool any = std::any_of(recording.mv.begin(), recording.mv.end(),
                               [](float value) { return std::isfinite(value); });
  if (!any)
    throw Error(file.place(), "the export holds no values", "get a whole copy of the export");
  if (values.bad() > 0) {
    recording.warnings.push_back(
        fmt::format("{} values are no numbers and are missing samples", values.bad()));
  }
  check_length(recording);
  return recording;
}

}  // namespace liteheart
