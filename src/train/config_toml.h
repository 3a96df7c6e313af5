// Settings out of TOML, with errors that name file, line and the nearest key.
#pragma once

#include <toml++/toml.h>

#include <filesystem>
#include <string>

#include "train/config.h"

namespace liteheart {

/// Throws Error (file, line).
toml::table parse_toml(const std::filesystem::path& file);

/// "FILE line N".
std::string place_of(const std::string& file, const toml::node& node);

/// Sets the key of `config`. Throws Error (place, nearest key) on a key misspelt or of the wrong
/// type.
void assign_setting(const std::string& place, const std::string& key, const toml::node& value,
                    TrainConfig& config);

}  // namespace liteheart
