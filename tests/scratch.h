// Files that a test makes, damages and leaves no trace of.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>

#include "ecg/error.h"

namespace liteheart::test {

class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "liteheart_XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
    path_ = name;
  }
  ~ScratchFolder() { std::filesystem::remove_all(path_); }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

/// A folder of its own for each test.
class Scratch : public testing::Test {
  ScratchFolder own_;

 protected:
  const std::filesystem::path& folder = own_.path();
};

/// Makes the file's folder where there is none.
inline void write_bytes(const std::filesystem::path& file, std::string_view bytes) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << bytes;
}

inline std::string read_bytes(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The Error of `act`, or "" where there is none.
inline std::string error_of(const std::function<void()>& act) {
  try {
    act();
    return {};
  } catch (const Error& error) {
    return error.what();
  }
}

/// Writes `bytes` to `file` cut at 50 places, then with 200 random changes of one to four bytes,
/// two thirds of them in the first and last `busy` bytes, and reads each. Returns how many were
/// refused; any exception but Error escapes.
inline int refused_of_damaged(const std::string& bytes, std::size_t busy,
                              const std::filesystem::path& file,
                              const std::function<void()>& read) {
  int refused = 0;
  const auto attempt = [&](const std::string& damaged) {
    write_bytes(file, damaged);
    refused += !error_of(read).empty();
  };
  for (std::size_t cut = 0; cut < 50; ++cut) attempt(bytes.substr(0, bytes.size() * cut / 50));

  std::mt19937_64 random(12);
  const auto below = [&](std::size_t limit) { return static_cast<std::size_t>(random() % limit); };
  for (int change = 0; change < 200; ++change) {
    std::string damaged = bytes;
    for (std::size_t left = 1 + below(4); left > 0; --left) {
      const std::size_t places[] = {below(busy), bytes.size() - 1 - below(busy),
                                    below(bytes.size())};
      damaged[places[change % 3]] = static_cast<char>(random());
    }
    attempt(damaged);
  }
  return refused;
}

}  // namespace liteheart::test
