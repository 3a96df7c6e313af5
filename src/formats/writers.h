// One door out: a recording written in any format that LiteHeart writes.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ecg/recording.h"

namespace liteheart {

struct OutputFormat {
  std::string_view name;       // as --to names it
  std::string_view extension;  // of the file, with its point
  std::string_view about;      // for help
  /// Returns what the format cannot hold, or not exactly, a line each. Throws Error.
  std::vector<std::string> (*write)(const Recording& recording, const std::filesystem::path& file);
};

std::span<const OutputFormat> output_formats();
/// The format called `name`; nullptr if there is none.
const OutputFormat* find_output_format(std::string_view name);
/// The file that writing to `named` makes: WFDB records have their own alphabet and ending.
std::filesystem::path written_file(const OutputFormat& format, const std::filesystem::path& named);
/// The first format whose files end like `file`; nullptr if none does.
const OutputFormat* output_format_of(const std::filesystem::path& file);

}  // namespace liteheart
