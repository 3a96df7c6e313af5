// Settings of trainings as an experiment file gives them: some keys of TrainConfig and their
// values.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "train/config.h"

namespace liteheart {

using SettingValue = std::variant<std::string, int, double, std::uint64_t>;
/// As the command line spells it.
std::string text_of(const SettingValue& value);

class Settings {
 public:
  void set(const std::string& key, SettingValue value) { values_[key] = std::move(value); }
  void remove(const std::string& key) { values_.erase(key); }
  bool has(const std::string& key) const { return values_.contains(key); }
  bool empty() const { return values_.empty(); }
  const std::map<std::string, SettingValue>& values() const { return values_; }

  /// What `over` gives wins.
  Settings with(const Settings& over) const;
  /// `config` with these settings.
  TrainConfig applied_to(TrainConfig config) const;

 private:
  std::map<std::string, SettingValue> values_;
};

/// Value of a key of `config`, which has it.
SettingValue value_in(const TrainConfig& config, const std::string& key);

/// "--key value" of every setting in which `config` differs from what `liteheart train`, or with a
/// teacher `liteheart distil`, begins from, or from TrainConfig(), in the order of help. So no
/// command means two things, even when a default changes.
std::vector<std::string> settings_arguments(const TrainConfig& config);

}  // namespace liteheart
