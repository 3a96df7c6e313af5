// Small WFDB records for tests: in memory, and in a folder that goes away.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "ecg/error.h"
#include "formats/wfdb_reader.h"

namespace liteheart::test {

/// Little-endian int16 as format 16 stores them.
inline std::string int16_bytes(const std::vector<int>& values) {
  std::string bytes;
  for (const int value : values) {
    bytes.push_back(static_cast<char>(value & 0xFF));
    bytes.push_back(static_cast<char>((value >> 8) & 0xFF));
  }
  return bytes;
}

/// Reads a record of which every signal file holds `signal`.
inline Recording read_from_memory(const std::string& header, const std::string& signal) {
  return read_whole(*open_wfdb(header, "rec.hea", [&](const std::string&) {
    return InputFile({reinterpret_cast<const std::uint8_t*>(signal.data()), signal.size()},
                     "signals");
  }));
}

/// What reading fails with; "no error" if it does not.
inline std::string error_from_memory(const std::string& header, const std::string& signal) {
  try {
    read_from_memory(header, signal);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

inline std::string file_text(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  EXPECT_TRUE(stream) << file;
  return {std::istreambuf_iterator<char>(stream), {}};
}

class TemporaryFolder {
 public:
  TemporaryFolder() {
    static std::atomic<int> count = 0;
    path_ = std::filesystem::temp_directory_path() /
            ("liteheart_formats_" + std::to_string(::getpid()) + "_" + std::to_string(count++));
    std::filesystem::create_directories(path_);
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path write(const std::string& name, const std::string& bytes) const {
    const auto file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << bytes;
    return file;
  }

 private:
  std::filesystem::path path_;
};

}  // namespace liteheart::test
