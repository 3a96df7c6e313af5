#include "formats/text_columns.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <span>

#include "ecg/leads.h"
#include "ecg/units.h"
#include "formats/decimal.h"
#include "formats/text.h"
#include "formats/timestamp.h"

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

/// Letters and digits in runs; "ecg_mV" gives two.
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

bool starts_as_ecg(std::string_view word) {
  const std::string folded = lower(word);
  return folded.starts_with("ecg") || folded.starts_with("ekg");
}

/// Of words that are no unit any more.
ColumnRole role_of(const std::vector<std::string_view>& words, std::string_view base) {
  const auto any = [&](Words known) {
    return std::any_of(words.begin(), words.end(),
                       [&](std::string_view word) { return among(known, word); });
  };
  if (among(kIndexWords, base)) return ColumnRole::kIndex;
  if (any(kOtherWords)) return ColumnRole::kOther;
  if (lead_index(base) || any(kEcgWords) || std::any_of(words.begin(), words.end(), starts_as_ecg))
    return ColumnRole::kEcg;
  if (any(kTimeWords)) return ColumnRole::kTime;
  if (any(kIndexWords) || same_word(base, "sample") || base == "#" ||
      (words.size() == 2 && same_word(words[0], "sample")))
    return ColumnRole::kIndex;
  if (any(kSampleWords) || std::any_of(words.begin(), words.end(), is_channel) ||
      same_word(base, "samples"))
    return ColumnRole::kSamples;
  return ColumnRole::kOther;
}

std::string_view without_quotes(std::string_view text) {
  text = trim(text);
  while (!text.empty() && (text.front() == '\'' || text.front() == '"')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == '\'' || text.back() == '"')) text.remove_suffix(1);
  return trim(text);
}

/// The value behind the key of a line "key: value", "key = value" or "key,value".
bool split_key(std::string_view line, std::string_view& key, std::string_view& value) {
  const std::size_t mark = line.find_first_of(":=,;\t");
  if (mark == line.npos) return false;
  key = without_quotes(line.substr(0, mark));
  value = without_quotes(line.substr(mark + 1));
  while (!value.empty() && (value.back() == ',' || value.back() == ';'))
    value = without_quotes(value.substr(0, value.size() - 1));
  return !key.empty() && !value.empty();
}

/// A number and the word behind it: "300 Hz", "4ms".
bool number_and_word(std::string_view text, double& number, std::string_view& word) {
  const char* const end = text.data() + text.size();
  const char* const behind = take_decimal(text.data(), end, '.', ',', number);
  if (!behind) return false;
  word = trim(text.substr(static_cast<std::size_t>(behind - text.data())));
  return true;
}

bool says_hertz(std::string_view word) {
  const std::vector<std::string_view> words = words_of(word);
  return !words.empty() && (same_word(words[0], "hz") || same_word(words[0], "hertz") ||
                            same_word(words[0], "sps") || same_word(words[0], "khz"));
}

bool is_rate(double rate) { return rate >= 10 && rate <= 100000; }

/// A rate that `key` promises: "fs", "Sampling frequency", "Abtastrate".
double promised_rate(std::string_view key, std::string_view value) {
  const std::string folded = lower(key);
  const auto has = [&](std::string_view part) { return folded.find(part) != folded.npos; };
  double number = 0;
  std::string_view word;
  if (!number_and_word(value, number, word)) return 0;
  if (has("interval") || has("period")) {
    const std::vector<std::string_view> words = words_of(word);
    const double unit = words.empty() ? 0 : seconds_in(words[0]);
    return unit > 0 && number > 0 && is_rate(1 / (number * unit)) ? 1 / (number * unit) : 0;
  }
  const bool named =
      folded == "fs" || folded == "sfreq" || folded == "sr" || folded == "hz" || folded == "rate" ||
      folded == "rate_hz" || folded == "samplerate" || has("sample rate") || has("sample_rate") ||
      has("samplingrate") || has("samplefreq") || has("sampling") || has("sample freq") ||
      has("sample_freq") || has("abtast") || has("frequenc") || has("fr\xC3\xA9quence") ||
      has("frecuencia") || has("frequenza") || has("samples per second");
  if (!named || has("cutoff") || has("filter") || has("heart") || has("notch")) return 0;
  const std::vector<std::string_view> words = words_of(word);
  const bool kilo = !words.empty() && same_word(words[0], "khz");
  const double rate = kilo ? number * 1000 : number;
  return is_rate(rate) ? rate : 0;
}

/// "(300 Hz)" in a line that speaks of no filter.
double rate_beside_words(std::string_view line) {
  const std::string folded = lower(line);
  for (const std::string_view other : {"filter", "cutoff", "notch", "band", "pass"})
    if (folded.find(other) != folded.npos) return 0;
  return rate_in(line);
}

}  // namespace

ColumnMeaning column_meaning(std::string_view name, std::string_view unit) {
  ColumnMeaning meaning;
  name = without_quotes(name);
  unit = without_quotes(unit);
  if (name.find_first_not_of("0123456789.-+") == name.npos) return meaning;
  std::string_view inside;
  std::string_view base = cut_brackets(name, inside);
  std::vector<std::string_view> words = words_of(base);
  std::vector<std::string_view> units = words_of(inside);
  units.insert(units.begin(), inside);
  units.insert(units.begin(), unit);
  if (words.size() > 1) units.push_back(words.back());
  bool from_last_word = false;
  for (std::size_t i = 0; i < units.size(); ++i) {
    if (!meaning.millivolts) meaning.millivolts = millivolts_in(units[i]);
    if (meaning.seconds == 0) meaning.seconds = seconds_in(units[i]);
    // "V" alone behind a name is more often a voltage's letter than its unit.
    from_last_word = i + 1 == units.size() && words.size() > 1 &&
                     (millivolts_in(units[i]) || seconds_in(units[i]) > 0);
  }
  if (words.size() == 1 && inside.empty() && unit.empty()) {
    if (seconds_in(words[0]) > 0 && words[0].size() > 1) {
      meaning.seconds = seconds_in(words[0]);
      meaning.role = ColumnRole::kTime;
      meaning.name = base;
      return meaning;
    }
    meaning.millivolts = words[0].size() > 1 ? millivolts_in(words[0]) : std::nullopt;
  }
  if (from_last_word) {
    words.pop_back();
    const auto end =
        static_cast<std::size_t>(words.back().data() + words.back().size() - base.data());
    base = base.substr(0, end);
  }
  meaning.name = lead_name(base);
  meaning.role = role_of(words, base);
  if (unit == "hh:mm:ss.mmm" || unit == "mm:ss.mmm") meaning.role = ColumnRole::kTime;
  if (meaning.role == ColumnRole::kEcg) meaning.says_ecg = true;
  if (meaning.millivolts && (meaning.role == ColumnRole::kSamples ||
                             (meaning.role == ColumnRole::kOther &&
                              std::none_of(words.begin(), words.end(), [](std::string_view word) {
                                return among(kOtherWords, word);
                              }))))
    meaning.role = ColumnRole::kEcg;
  if (meaning.seconds > 0 && meaning.role != ColumnRole::kTime && !meaning.millivolts &&
      meaning.role == ColumnRole::kOther && words.size() == 1 && same_word(words[0], "s"))
    meaning.role = ColumnRole::kTime;
  return meaning;
}

double rate_in(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] < '0' || text[i] > '9') continue;
    double number = 0;
    std::string_view word;
    if (number_and_word(text.substr(i), number, word) && says_hertz(word) && is_rate(number))
      return number;
    while (i + 1 < text.size() &&
           ((text[i + 1] >= '0' && text[i + 1] <= '9') || text[i + 1] == '.' || text[i + 1] == ','))
      ++i;
  }
  return 0;
}

PreambleFacts preamble_facts(const std::vector<std::string>& preamble) {
  PreambleFacts facts;
  for (const std::string& line : preamble) {
    for (const std::string_view word : words_of(line))
      facts.says_ecg |= among(kEcgWords, word) || starts_as_ecg(word);
    std::string_view key, value;
    if (!split_key(line, key, value)) {
      std::string_view rest = line;
      key = next_field(rest);
      value = trim(rest);
      if (same_word(key, "created") && facts.start.empty())
        if (const auto stamp = parse_timestamp(value); stamp && stamp->dated)
          facts.start = stamp->iso;
      if (facts.rate_hz == 0) facts.rate_hz = rate_beside_words(line);
      continue;
    }
    if (facts.rate_hz == 0) facts.rate_hz = promised_rate(key, value);
    if (facts.rate_hz == 0) facts.rate_hz = rate_beside_words(line);
    const std::string folded = lower(key);
    if (facts.unit.empty() && (folded.starts_with("unit") || folded == "einheit") &&
        millivolts_in(value))
      facts.unit = value;
    const bool dates = folded.find("start") != folded.npos || folded.find("date") != folded.npos ||
                       folded.find("time") != folded.npos || folded.find("record") != folded.npos ||
                       folded.find("created") != folded.npos;
    if (facts.start.empty() && dates)
      if (const auto stamp = parse_timestamp(value); stamp && stamp->dated)
        facts.start = stamp->iso;
  }
  return facts;
}

}  // namespace liteheart
