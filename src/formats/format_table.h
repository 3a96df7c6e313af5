// The formats that are read, in the order in which a file is tried for them.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string_view>

#include "formats/input_file.h"
#include "formats/read_options.h"
#include "formats/recording_stream.h"

namespace liteheart {

struct Format {
  std::string_view name;
  /// Whether the file, of which only the beginning need be looked at, is one of this format.
  bool (*recognise)(const InputFile& file);
  std::unique_ptr<RecordingStream> (*open)(InputFile file, const ReadOptions& options);
};

std::span<const Format> formats();
/// The first format that recognises the file; nullptr if none does.
const Format* format_of(const InputFile& file);

bool is_wfdb_header_name(const std::filesystem::path& file);

}  // namespace liteheart
