// Every real sample cut at 50 places and mutated 200 times: a whole recording or one Error, soon
// and in little memory.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "formats/registry.h"
#include "scratch.h"
#include "shared.h"

namespace liteheart {
namespace {

namespace fs = std::filesystem;
constexpr double kLongestSeconds = 2;
constexpr std::size_t kMostGrowth = 10, kAllowance = 16 << 20;

/// Folders of shared/formats.
std::vector<std::string> sample_folders() {
  std::vector<std::string> folders;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(test::shared() / "formats", ignored))
    if (entry.is_directory()) folders.push_back(entry.path().filename().string());
  std::sort(folders.begin(), folders.end());
  return folders;
}

/// most: bytes that its samples may take.
void expect_whole(const Recording& r, std::size_t most) {
  EXPECT_GT(r.samples, 0u);
  EXPECT_TRUE(std::isfinite(r.rate_hz) && r.rate_hz > 0);
  EXPECT_FALSE(r.leads.empty());
  EXPECT_FALSE(r.format.empty());
  EXPECT_EQ(r.mv.size(), r.leads.size() * r.samples);
  EXPECT_LE(r.mv.size() * sizeof(float), most);
}

/// What the undamaged file's samples take: six hours of a constant are 20 KB of FLAC.
std::size_t undamaged_bytes(const fs::path& file) {
  try {
    return read_recording(file).mv.size() * sizeof(float);
  } catch (const Error&) {
    return 0;
  }
}

class Hostile : public testing::TestWithParam<std::string> {};

TEST_P(Hostile, DamagedSamplesAreRecordingsOrErrors) {
  LITEHEART_NEEDS_SHARED();
  const test::ScratchFolder scratch;
  const fs::path folder = scratch.path() / GetParam();
  fs::copy(test::shared() / "formats" / GetParam(), folder, fs::copy_options::recursive);
  std::uintmax_t all_bytes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    fs::permissions(entry.path(), fs::perms::owner_write, fs::perm_options::add);
    all_bytes += entry.file_size();
  }
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file() || entry.path().filename() == "SOURCE.txt") continue;
    const fs::path& file = entry.path();
    const std::string bytes = test::read_bytes(file);
    const std::size_t most = std::max(
        kMostGrowth * static_cast<std::size_t>(all_bytes) + kAllowance, undamaged_bytes(file));
    const auto read = [&] {
      const auto begin = std::chrono::steady_clock::now();
      const auto check_time = [&] {
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
        EXPECT_LT(took.count(), kLongestSeconds) << file;
      };
      try {
        const Recording recording = read_recording(file);
        expect_whole(recording, most);
        check_time();
      } catch (const Error& error) {
        EXPECT_FALSE(error.place().empty()) << error.what();
        check_time();
        throw;
      }
    };
    SCOPED_TRACE(file.string());
    test::refused_of_damaged(bytes, std::min<std::size_t>(bytes.size(), 4096), file, read);
    test::write_bytes(file, bytes);
  }
}

INSTANTIATE_TEST_SUITE_P(RealSamples, Hostile, testing::ValuesIn(sample_folders()),
                         [](const auto& test_case) { return test_case.param; });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Hostile);

}  // namespace
}  // namespace liteheart
