#include "formats/json_signal.h"

#include <fmt/format.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "ecg/error.h"
#include "formats/decimal.h"
#include "formats/text.h"

namespace liteheart {
namespace {

constexpr std::size_t kDeepest = 64, kMostFields = 256, kLongestField = 512;

/// nlohmann::json's events, of which little is kept.
class Collector {
 public:
  Collector(std::string_view wanted, JsonSignal& signal) : wanted_(wanted), signal_(signal) {}

  bool null() {
    if (collecting()) return sample(std::numeric_limits<double>::quiet_NaN());
    return scalar({});
  }
  bool boolean(bool value) {
    if (collecting()) ++signal_.bad;
    return scalar(value ? "true" : "false");
  }
  bool number_integer(std::int64_t value) { return number(static_cast<double>(value)); }
  bool number_unsigned(std::uint64_t value) { return number(static_cast<double>(value)); }
  bool number_float(double value, const std::string&) { return number(value); }
  bool string(std::string& value) {
    if (collecting()) {
      double parsed = std::numeric_limits<double>::quiet_NaN();
      signal_.bad += !parse_decimal(value, '.', '.', parsed);
      return sample(parsed);
    }
    return scalar(value);
  }
  bool binary(nlohmann::json::binary_t&) { return true; }
  bool start_object(std::size_t) { return open(false); }
  bool start_array(std::size_t) {
    const bool samples = key_ == wanted_ && !wanted_.empty() && !in_array();
    if (samples) ++signal_.signals;
    if (samples && signal_.signals == 1) samples_at_ = levels_.size();
    return open(true);
  }
  bool end_object() {
    // The objects that hold the signal end from the inside out: the innermost field of a key stays.
    if (signal_.signals > 0 && levels_.size() <= holder_) {
      holder_ = levels_.size() - 1;
      for (auto& [key, value] : levels_.back().fields)
        signal_.fields.try_emplace(key, std::move(value));
    }
    return close();
  }
  bool end_array() {
    if (samples_at_ == levels_.size() - 1) {
      holder_ = samples_at_;
      samples_at_ = kNowhere;
    }
    return close();
  }
  bool key(std::string& name) {
    key_ = name;
    return true;
  }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception&) {
    error_at = position;
    return false;
  }

  std::size_t error_at = 0;
  bool too_deep = false;

 private:
  static constexpr std::size_t kNowhere = std::numeric_limits<std::size_t>::max();

  struct Level {
    bool array;
    std::map<std::string, std::string> fields;
  };

  bool in_array() const { return !levels_.empty() && levels_.back().array; }
  bool collecting() const { return samples_at_ != kNowhere && samples_at_ + 1 == levels_.size(); }

  bool open(bool array) {
    if (collecting()) ++signal_.bad;
    if (levels_.size() >= kDeepest) {
      too_deep = true;
      return false;
    }
    levels_.push_back({array, {}});
    key_.clear();
    return true;
  }
  bool close() {
    levels_.pop_back();
    key_.clear();
    return true;
  }
  bool number(double value) {
    return collecting() ? sample(value) : scalar(fmt::format("{}", value));
  }
  bool sample(double value) {
    signal_.samples.push_back(static_cast<float>(value));
    return true;
  }
  bool scalar(std::string value) {
    if (levels_.empty() || in_array() || value.size() > kLongestField) return true;
    if (levels_.back().fields.size() < kMostFields) levels_.back().fields[key_] = std::move(value);
    return true;
  }

  std::string_view wanted_;
  JsonSignal& signal_;
  std::string key_;
  std::vector<Level> levels_;
  std::size_t samples_at_ = kNowhere;  // levels around the array that is being read
  std::size_t holder_ = 0;             // levels up to the object that holds it, once it is read
};

/// Where the value of `key` begins, or npos.
std::size_t value_of(std::string_view text, std::string_view key) {
  const std::string quoted = fmt::format("\"{}\"", key);
  for (std::size_t at = text.find(quoted); at != text.npos; at = text.find(quoted, at + 1)) {
    std::size_t behind = text.find_first_not_of(" \t\r\n", at + quoted.size());
    if (behind == text.npos || text[behind] != ':') continue;
    behind = text.find_first_not_of(" \t\r\n", behind + 1);
    if (behind != text.npos) return behind;
  }
  return text.npos;
}

}  // namespace

JsonSignal read_json_signal(std::string_view text, std::string_view key, const std::string& place) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  JsonSignal signal;
  Collector collector(key, signal);
  bool parsed = false;
  try {
    parsed = nlohmann::json::sax_parse(text.begin(), text.end(), &collector);
  } catch (const nlohmann::json::exception& error) {
    throw Error(place, fmt::format("damaged JSON: {}", error.what()), "get a whole copy of it");
  }
  if (collector.too_deep)
    throw Error(place, "JSON nested too deep", "no known export is so; get a copy of it");
  if (!parsed) {
    throw Error(fmt::format("{} byte {}", place, collector.error_at), "damaged or cut JSON",
                "get a whole copy of it");
  }
  if (signal.signals == 0 || signal.samples.empty())
    throw Error(place, fmt::format("no samples: '{}' is missing or empty", key),
                "export a reading with its waveform");
  return signal;
}

bool has_json_key(std::string_view text, std::string_view key) {
  return value_of(text, key) != text.npos;
}

bool has_json_samples(std::string_view text, std::string_view key) {
  const std::size_t at = value_of(text, key);
  if (at == text.npos || text[at] != '[') return false;
  const std::size_t first = text.find_first_not_of(" \t\r\n", at + 1);
  return first != text.npos && (text[first] == '-' || (text[first] >= '0' && text[first] <= '9'));
}

bool begins_as_json(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != text.npos && (text[first] == '{' || text[first] == '[');
}

std::string_view json_field(const JsonSignal& signal,
                            std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys)
    if (const auto found = signal.fields.find(std::string(key)); found != signal.fields.end())
      return found->second;
  return {};
}

double json_number(const JsonSignal& signal, std::initializer_list<std::string_view> keys) {
  double number = 0;
  const std::string_view field = json_field(signal, keys);
  return parse_decimal(trim(field), '.', '.', number) ? number : 0;
}

}  // namespace liteheart
