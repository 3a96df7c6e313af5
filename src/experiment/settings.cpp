#include "experiment/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <type_traits>

#include "ecg/error.h"

namespace liteheart {
namespace {

SettingValue value_of(const ConfigField& field) {
  return std::visit([](const auto* value) { return SettingValue(*value); }, field.value);
}

}  // namespace

std::string text_of(const SettingValue& value) {
  return std::visit([](const auto& v) { return fmt::format("{}", v); }, value);
}

Settings Settings::with(const Settings& over) const {
  Settings all = *this;
  for (const auto& [key, value] : over.values_) all.values_[key] = value;
  return all;
}

TrainConfig Settings::applied_to(TrainConfig config) const {
  for (const ConfigField& field : config_fields(config)) {
    const auto given = values_.find(field.key);
    if (given == values_.end()) continue;
    std::visit(
        [&](auto* target) {
          *target = std::get<std::remove_pointer_t<decltype(target)>>(given->second);
        },
        field.value);
  }
  return config;
}

SettingValue value_in(const TrainConfig& config, const std::string& key) {
  TrainConfig copy = config;
  for (const ConfigField& field : config_fields(copy))
    if (field.key == key) return value_of(field);
  throw Error("", "no setting is called '" + key + "'");
}

std::vector<std::string> settings_arguments(const TrainConfig& config) {
  const bool distil = !config.teacher.empty();
  TrainConfig a = config, b = distil ? distil_defaults() : train_defaults(), c;
  const auto given = config_fields(a), usual = config_fields(b), plain = config_fields(c);
  std::vector<std::string> words;
  for (std::size_t i = 0; i < given.size(); ++i) {
    const SettingValue value = value_of(given[i]);
    if (given[i].distil_only && !distil) continue;
    if (value == value_of(usual[i]) && value == value_of(plain[i])) continue;
    words.push_back("--" + given[i].key);
    words.push_back(text_of(value));
  }
  return words;
}

}  // namespace liteheart
