#include "formats/text_preamble.h"

#include "ecg/units.h"
#include "formats/decimal.h"
#include "formats/text.h"
#include "formats/text_columns.h"
#include "formats/timestamp.h"

namespace liteheart {
namespace {

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
