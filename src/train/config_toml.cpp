#include "train/config_toml.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "ecg/error.h"
#include "train/nearest_name.h"

namespace liteheart {
namespace {

template <class T>
void assign(const toml::node& node, T* target, const std::string& place, const std::string& key) {
  if constexpr (std::is_same_v<T, std::string>) {
    if (const auto v = node.value_exact<std::string>()) return void(*target = *v);
    throw Error(place, "'" + key + "' wants text", "put it in quotes");
  } else if constexpr (std::is_same_v<T, double>) {
    if (const auto v = node.value<double>()) return void(*target = *v);
    throw Error(place, "'" + key + "' wants a number");
  } else {
    const auto v = node.value_exact<std::int64_t>();
    if (v && *v >= 0 &&
        static_cast<std::uint64_t>(*v) <= static_cast<std::uint64_t>(std::numeric_limits<T>::max()))
      return void(*target = static_cast<T>(*v));
    throw Error(place, "'" + key + "' wants a whole number of at least 0 that fits");
  }
}

}  // namespace

toml::table parse_toml(const std::filesystem::path& file) {
  std::error_code ignored;
  // A folder opens like an empty file.
  if (!std::filesystem::exists(file, ignored) || std::filesystem::is_directory(file, ignored))
    throw Error(file.string(), "is no file that can be read", "name a TOML file");
  try {
    return toml::parse_file(file.string());
  } catch (const toml::parse_error& e) {
    throw Error(fmt::format("{} line {}", file.string(), e.source().begin.line),
                std::string(e.description()));
  }
}

std::string place_of(const std::string& file, const toml::node& node) {
  return fmt::format("{} line {}", file, node.source().begin.line);
}

void assign_setting(const std::string& place, const std::string& key, const toml::node& value,
                    TrainConfig& config) {
  std::vector<std::string> keys;
  for (const ConfigField& field : config_fields(config)) {
    if (field.key == key) {
      std::visit([&](auto* target) { assign(value, target, place, key); }, field.value);
      return;
    }
    keys.push_back(field.key);
  }
  throw Error(place, "no setting is called '" + key + "'",
              "did you mean '" + nearest_name(key, keys) + "'?");
}

void read_config(const std::filesystem::path& file, TrainConfig& config, bool distil) {
  for (const auto& [name, node] : parse_toml(file)) {
    const std::string place = place_of(file.string(), node), key(name.str());
    assign_setting(place, key, node, config);
    if (!distil && is_distil_only(key))
      throw Error(place, "'" + key + "' is a setting of liteheart distil",
                  "use liteheart distil, or take the line out");
  }
}

}  // namespace liteheart
