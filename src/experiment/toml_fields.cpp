#include "experiment/toml_fields.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "ecg/error.h"
#include "train/config_toml.h"
#include "train/nearest_name.h"

namespace liteheart {
namespace {

const toml::table& no_table() {
  static const toml::table none;
  return none;
}

}  // namespace

std::string TomlFields::key_name(std::string_view key) const {
  return name_.empty() ? std::string(key) : fmt::format("{}.{}", name_, key);
}

std::string TomlFields::place() const { return name_.empty() ? file_ : place_of(file_, table_); }

std::string TomlFields::place(std::string_view key) const {
  const toml::node* node = table_.get(key);
  return node == nullptr ? place() : place_of(file_, *node);
}

void TomlFields::allow(std::initializer_list<const char*> known) const {
  const std::vector<std::string> names(known.begin(), known.end());
  for (const auto& [key, node] : entries()) {
    if (std::find(names.begin(), names.end(), key) != names.end()) continue;
    throw Error(place(key), fmt::format("'{}' means nothing here", key_name(key)),
                fmt::format("did you mean '{}'? Known are {}", nearest_name(key, names),
                            fmt::join(names, ", ")));
  }
}

std::string TomlFields::text(std::string_view key, const std::string& otherwise) const {
  const toml::node* node = table_.get(key);
  if (node == nullptr) return otherwise;
  if (const auto value = node->value_exact<std::string>()) return *value;
  throw Error(place(key), fmt::format("'{}' wants text", key_name(key)), "put it in quotes");
}

std::string TomlFields::required_text(std::string_view key, std::string_view remedy) const {
  if (!has(key)) throw Error(place(), fmt::format("'{}' is missing", key_name(key)), remedy);
  return text(key, {});
}

bool TomlFields::flag(std::string_view key) const {
  const toml::node* node = table_.get(key);
  if (node == nullptr) return false;
  if (const auto value = node->value_exact<bool>()) return *value;
  throw Error(place(key), fmt::format("'{}' wants true or false", key_name(key)));
}

std::uint64_t TomlFields::number(std::string_view key, std::uint64_t otherwise) const {
  const toml::node* node = table_.get(key);
  if (node == nullptr) return otherwise;
  if (const auto value = node->value_exact<std::int64_t>(); value && *value >= 0)
    return static_cast<std::uint64_t>(*value);
  throw Error(place(key), fmt::format("'{}' wants a whole number of at least 0", key_name(key)));
}

std::vector<std::string> TomlFields::texts(std::string_view key) const {
  const toml::node* node = table_.get(key);
  if (node == nullptr) return {};
  if (const auto one = node->value_exact<std::string>()) return {*one};
  std::vector<std::string> all;
  if (const toml::array* list = node->as_array()) {
    for (const toml::node& item : *list)
      if (const auto text = item.value_exact<std::string>()) all.push_back(*text);
    if (!all.empty() && all.size() == list->size()) return all;
  }
  throw Error(place(key), fmt::format("'{}' wants texts", key_name(key)),
              R"(write ["one", "another"])");
}

std::vector<std::uint64_t> TomlFields::numbers(std::string_view key) const {
  const toml::node* node = table_.get(key);
  if (node == nullptr) return {};
  std::vector<std::uint64_t> all;
  if (const toml::array* list = node->as_array()) {
    for (const toml::node& item : *list)
      if (const auto value = item.value_exact<std::int64_t>(); value && *value >= 0)
        all.push_back(static_cast<std::uint64_t>(*value));
    if (!all.empty() && all.size() == list->size()) return all;
  }
  throw Error(place(key), fmt::format("'{}' wants whole numbers", key_name(key)),
              "write [1, 2, 3]");
}

TomlFields TomlFields::table(std::string_view key) const {
  const toml::node* node = table_.get(key);
  if (node == nullptr) return {no_table(), file_, key_name(key)};
  if (const toml::table* table = node->as_table()) return {*table, file_, key_name(key)};
  throw Error(place(key), fmt::format("'{}' wants a table", key_name(key)),
              fmt::format("write [{}] above its keys", key_name(key)));
}

std::vector<std::pair<std::string, TomlFields>> TomlFields::tables(std::string_view key) const {
  const TomlFields parent = table(key);
  std::vector<std::pair<std::string, TomlFields>> all;
  for (const auto& [name, node] : parent.entries()) all.emplace_back(name, parent.table(name));
  return all;
}

std::vector<std::pair<std::string, const toml::node*>> TomlFields::entries() const {
  std::vector<std::pair<std::string, const toml::node*>> all;
  for (const auto& [name, node] : table_) all.emplace_back(std::string(name.str()), &node);
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    const auto x = a.second->source().begin, y = b.second->source().begin;
    return x.line != y.line ? x.line < y.line : x.column < y.column;
  });
  return all;
}

void require_known(const std::string& place, std::string_view kind, const std::string& name,
                   std::span<const std::string> known) {
  if (std::find(known.begin(), known.end(), name) != known.end()) return;
  throw Error(place, fmt::format("no {} is called '{}'", kind, name),
              known.empty() ? fmt::format("the file describes no {}", kind)
                            : fmt::format("did you mean '{}'?", nearest_name(name, known)));
}

}  // namespace liteheart
