#include "formats/text_columns.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <span>

#include "ecg/leads.h"
#include "ecg/units.h"
#include "formats/text.h"

namespace liteheart {
namespace {

using Words = std::span<const std::string_view>;

constexpr std::array<std::string_view, 8> kEcgWords = {
    "ecg", "ekg", "electrocardiogram", "ecgraw", "rawecg", "mlii", "ecgdata", "ecgsignal"};
constexpr std::array<std::string_view, 26> kSampleWords = {
    "value", "values",   "val",      "amplitude", "amp",       "signal",   "voltage",
    "volt",  "volts",    "data",     "y",         "ch",        "channel",  "raw",
    "adc",   "filtered", "wert",     "valeur",    "valor",     "spannung", "tension",
    "lead",  "leads",    "waveform", "potential", "microvolts"};
constexpr std::array<std::string_view, 19> kTimeWords = {
    "time",  "timestamp", "timestamps", "zeit",  "zeitstempel", "temps", "tiempo",
    "tempo", "tid",       "elapsed",    "t",     "seconds",     "date",  "datetime",
    "epoch", "unix",      "clock",      "datum", "uhrzeit"};
constexpr std::array<std::string_view, 15> kIndexWords = {
    "index",   "idx",   "point", "no",       "nr",  "number", "n", "count",
    "counter", "frame", "seq",   "sequence", "row", "id",     "x"};
// Voltages and times that are no ECG.
constexpr std::array<std::string_view, 31> kOtherWords = {
    "eeg",         "emg",     "eog",   "eda",        "gsr",     "ppg",   "pleth", "resp",
    "respiration", "battery", "batt",  "temp",       "acc",     "hr",    "rr",    "bpm",
    "spo2",        "heart",   "label", "annotation", "imu",     "gyro",  "abp",   "hrv",
    "id",          "path",    "file",  "name",       "quality", "class", "device"};

bool among(Words words, std::string_view word) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view known) { return same_word(known, word); });
}

bool is_word_sign(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || static_cast<unsigned char>(c) >= 0x80;
}

/// The name without what stands in brackets, and that.
std::string_view cut_brackets(std::string_view name, std::string_view& inside) {
  const std::size_t open = name.find_first_of("([{");
  if (open == name.npos || open == 0) return name;
  const std::size_t close = name.find_last_of(")]}");
  inside = name.substr(open + 1, close == name.npos || close < open ? name.npos : close - open - 1);
  return trim(name.substr(0, open));
}

bool is_channel(std::string_view word) {
  const std::string folded = lower(word);
  std::string_view rest = folded;
  for (const std::string_view stem : {"channel", "ch", "signal", "value", "adc", "ecg", "ekg"}) {
    if (!rest.starts_with(stem)) continue;
    rest.remove_prefix(stem.size());
    return std::all_of(rest.begin(), rest.end(), [](char c) { return c >= '0' && c <= '9'; });
  }
  return false;
}

bool any_among(Words known, const std::vector<std::string_view>& words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return among(known, word); });
}

/// A column's name in parts: "ecg [uV]" and "ecg_uV" are the base "ecg" and the unit "uV".
struct NameParts {
  std::string_view base;
  std::vector<std::string_view> words;  // of the base
  std::vector<std::string_view> units;  // what may name a unit
};

/// Whether a word is a unit by itself; "V" is more often a lead's letter.
bool is_unit(std::string_view word) {
  return seconds_in(word) > 0 || (word.size() > 1 && millivolts_in(word));
}

NameParts parts_of(std::string_view name, std::string_view unit) {
  NameParts parts;
  std::string_view inside;
  parts.base = cut_brackets(name, inside);
  parts.words = words_of(parts.base);
  parts.units = words_of(inside);
  parts.units.insert(parts.units.begin(), {unit, inside});
  if (parts.words.empty() || !is_unit(parts.words.back())) return parts;
  parts.units.push_back(parts.words.back());
  parts.words.pop_back();
  if (parts.words.empty()) return parts;
  const char* const end = parts.words.back().data() + parts.words.back().size();
  parts.base = parts.base.substr(0, static_cast<std::size_t>(end - parts.base.data()));
  return parts;
}

/// Of words that are no unit any more.
ColumnRole role_of(const std::vector<std::string_view>& words, std::string_view base) {
  if (among(kIndexWords, base)) return ColumnRole::kIndex;
  if (any_among(kOtherWords, words)) return ColumnRole::kOther;
  if (lead_index(base) || std::any_of(words.begin(), words.end(), says_ecg))
    return ColumnRole::kEcg;
  if (any_among(kTimeWords, words)) return ColumnRole::kTime;
  if (any_among(kIndexWords, words) || same_word(base, "sample") || base == "#" ||
      (words.size() == 2 && same_word(words[0], "sample")))
    return ColumnRole::kIndex;
  if (any_among(kSampleWords, words) || std::any_of(words.begin(), words.end(), is_channel) ||
      same_word(base, "samples"))
    return ColumnRole::kSamples;
  return ColumnRole::kOther;
}

}  // namespace

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (std::size_t i = 0; i < text.size();) {
    if (!is_word_sign(text[i])) {
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < text.size() && is_word_sign(text[end])) ++end;
    words.push_back(text.substr(i, end - i));
    i = end;
  }
  return words;
}

double seconds_in(std::string_view unit) {
  struct TimeUnit {
    std::string_view name;
    double seconds;
  };
  constexpr std::array kUnits = {TimeUnit{"s", 1},
                                 TimeUnit{"sec", 1},
                                 TimeUnit{"secs", 1},
                                 TimeUnit{"second", 1},
                                 TimeUnit{"seconds", 1},
                                 TimeUnit{"sek", 1},
                                 TimeUnit{"ms", 1e-3},
                                 TimeUnit{"msec", 1e-3},
                                 TimeUnit{"millis", 1e-3},
                                 TimeUnit{"millisecond", 1e-3},
                                 TimeUnit{"milliseconds", 1e-3},
                                 TimeUnit{"us", 1e-6},
                                 TimeUnit{"\xC2\xB5s", 1e-6},
                                 TimeUnit{"\xCE\xBCs", 1e-6},
                                 TimeUnit{"\xB5s", 1e-6},
                                 TimeUnit{"usec", 1e-6},
                                 TimeUnit{"micros", 1e-6},
                                 TimeUnit{"microsecond", 1e-6},
                                 TimeUnit{"microseconds", 1e-6},
                                 TimeUnit{"ns", 1e-9},
                                 TimeUnit{"nsec", 1e-9},
                                 TimeUnit{"nanos", 1e-9},
                                 TimeUnit{"nanosecond", 1e-9},
                                 TimeUnit{"nanoseconds", 1e-9}};
  for (const TimeUnit& known : kUnits)
    if (same_word(known.name, unit)) return known.seconds;
  return 0;
}

std::string_view without_quotes(std::string_view text) {
  text = trim(text);
  while (!text.empty() && (text.front() == '\'' || text.front() == '"')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == '\'' || text.back() == '"')) text.remove_suffix(1);
  return trim(text);
}

bool says_ecg(std::string_view word) {
  const std::string folded = lower(word);
  return folded.starts_with("ecg") || folded.starts_with("ekg") || among(kEcgWords, word);
}

ColumnMeaning column_meaning(std::string_view name, std::string_view unit) {
  ColumnMeaning meaning;
  name = without_quotes(name);
  if (name.find_first_not_of("0123456789.-+") == name.npos) return meaning;
  const NameParts parts = parts_of(name, without_quotes(unit));
  for (const std::string_view written : parts.units) {
    if (!meaning.millivolts) meaning.millivolts = millivolts_in(written);
    if (meaning.seconds == 0) meaning.seconds = seconds_in(written);
  }
  meaning.name = lead_name(parts.base);
  meaning.role = role_of(parts.words, parts.base);
  if (parts.words.empty() && meaning.seconds > 0) meaning.role = ColumnRole::kTime;
  if (without_quotes(unit) == "hh:mm:ss.mmm") meaning.role = ColumnRole::kTime;
  meaning.says_ecg = meaning.role == ColumnRole::kEcg;
  const bool other = meaning.role == ColumnRole::kOther && any_among(kOtherWords, parts.words);
  const bool voltage = meaning.role == ColumnRole::kSamples || meaning.role == ColumnRole::kOther;
  if (meaning.millivolts && voltage && !other) meaning.role = ColumnRole::kEcg;
  return meaning;
}

}  // namespace liteheart
