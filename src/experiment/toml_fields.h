// What an experiment file's tables hold, with errors that name file, line and the nearest name.
#pragma once

#include <toml++/toml.h>

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace liteheart {

/// A table of the file under its name there ("methods.logit"; "" is the whole file).
class TomlFields {
 public:
  TomlFields(const toml::table& table, std::string file, std::string name)
      : table_(table), file_(std::move(file)), name_(std::move(name)) {}

  const std::string& name() const { return name_; }
  /// "FILE line N" of the table, or of one of its keys.
  std::string place() const;
  std::string place(std::string_view key) const;
  bool has(std::string_view key) const { return table_.contains(key); }

  /// Throws Error where a key is none of `known`.
  void allow(std::initializer_list<const char*> known) const;
  /// Each throws Error where the value is of another kind; `required` ones also where it is
  /// missing.
  std::string text(std::string_view key, const std::string& otherwise) const;
  std::string required_text(std::string_view key, std::string_view remedy) const;
  bool flag(std::string_view key) const;
  std::uint64_t number(std::string_view key, std::uint64_t otherwise) const;
  /// A text or a list of texts; empty where it is missing.
  std::vector<std::string> texts(std::string_view key) const;
  std::vector<std::uint64_t> numbers(std::string_view key) const;

  /// The table under `key`; an empty one where it is missing.
  TomlFields table(std::string_view key) const;
  /// The tables under `key` by name, in the order of the file.
  std::vector<std::pair<std::string, TomlFields>> tables(std::string_view key) const;
  /// Names and values, in the order of the file.
  std::vector<std::pair<std::string, const toml::node*>> entries() const;

 private:
  std::string key_name(std::string_view key) const;

  const toml::table& table_;
  std::string file_, name_;
};

/// Throws Error (place, nearest name) where `name` is none of `known`; `kind` says what it names.
void require_known(const std::string& place, std::string_view kind, const std::string& name,
                   std::span<const std::string> known);

}  // namespace liteheart
