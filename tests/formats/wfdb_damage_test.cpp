// Cut and mutated records give a recording or an Error; never a crash, nor zero leads as success.
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <random>

#include "formats/registry.h"
#include "scratch.h"
#include "shared.h"
#include "wfdb_files.h"

namespace liteheart {
namespace {

struct RealRecord {
  const char* name;
  const char* header;
  const char* signals;
};
constexpr RealRecord kRecords[] = {
    {"Format212", "formats/wfdb/100_3chan.hea", "formats/wfdb/100_3chan.dat"},
    {"Format16", "formats/wfdb_ptbxl/00001_lr.hea", "formats/wfdb_ptbxl/00001_lr.dat"},
    {"Mat", "data/centres/CPSC2018/A0002.hea", "data/centres/CPSC2018/A0002.mat"}};

/// Whether the record reads; an Error counts as refusal, anything else fails the test.
bool reads(const std::string& header, const std::string& signals) {
  try {
    const Recording recording = test::read_from_memory(header, signals);
    EXPECT_GT(recording.samples, 0u);
    EXPECT_GT(recording.rate_hz, 0);
    EXPECT_FALSE(recording.leads.empty());
    EXPECT_EQ(recording.mv.size(), recording.leads.size() * recording.samples);
    return true;
  } catch (const Error& error) {
    EXPECT_FALSE(error.place().empty()) << error.what();
    return false;
  }
}

class DamagedWfdb : public testing::TestWithParam<RealRecord> {
 protected:
  void SetUp() override {
    LITEHEART_NEEDS_SHARED();
    header = test::file_text(test::shared() / GetParam().header);
    signals = test::file_text(test::shared() / GetParam().signals);
  }
  std::string header, signals;
};

TEST_P(DamagedWfdb, ASignalFileCutAnywhereReadsWithAWarningOrIsRefused) {
  int whole = 0, refused = 0;
  for (std::size_t i = 0; i < 50; ++i) {
    const std::string cut = signals.substr(0, signals.size() * i / 50);
    if (reads(header, cut)) {
      ++whole;
      EXPECT_NE(test::read_from_memory(header, cut).warnings.at(0).find("cut off"),
                std::string::npos);
    } else {
      ++refused;
    }
  }
  EXPECT_GT(whole, 0);
  EXPECT_GT(refused, 0);
}

TEST_P(DamagedWfdb, AHeaderCutAnywhereReadsOrIsRefused) {
  EXPECT_FALSE(reads(header.substr(0, header.size() / 3), signals));
  for (std::size_t i = 0; i < 50; ++i) reads(header.substr(0, header.size() * i / 50), signals);
}

TEST_P(DamagedWfdb, MutationsReadOrAreRefused) {
  constexpr std::string_view kHeaderSigns = "0123456789 +-:/().xe\n#";
  std::mt19937 random(1);
  int refused = 0;
  for (int round = 0; round < 200; ++round) {
    std::string text = header, bytes = signals;
    for (int change = 0; change < 3; ++change) {
      const char any = static_cast<char>(random() % 256);
      text[random() % text.size()] =
          round % 2 == 0 ? any : kHeaderSigns[random() % kHeaderSigns.size()];
      bytes[random() % bytes.size()] = static_cast<char>(random() % 256);
    }
    refused += !reads(text, bytes);
  }
  EXPECT_GT(refused, 0);
  EXPECT_LT(refused, 200);
}

/// Every file of every sample record, header and signals alike.
TEST(DamagedWfdbFiles, EveryRealFileReadsOrIsRefusedInBoundedTime) {
  LITEHEART_NEEDS_SHARED();
  namespace fs = std::filesystem;
  const test::TemporaryFolder scratch;
  const fs::path folder = test::shared() / "formats/wfdb";
  constexpr std::uintmax_t kLargest = 100000;  // each is written 250 times
  int files = 0;
  const auto begin = std::chrono::steady_clock::now();
  const auto damage = [&](const fs::path& header, const fs::path& file) {
    const std::string bytes = test::file_text(file);
    const fs::path record = scratch.path() / header.filename();
    const int refused = test::refused_of_damaged(
        bytes, std::min<std::size_t>(bytes.size(), 200), scratch.path() / file.filename(), [&] {
          const Recording recording = read_recording(record);
          ASSERT_GT(recording.samples, 0u);
          ASSERT_EQ(recording.mv.size(), recording.leads.size() * recording.samples);
        });
    EXPECT_LT(refused, 250) << file;
    test::write_bytes(scratch.path() / file.filename(), bytes);
    ++files;
  };
  for (const char* name : {"100_3chan", "310derive_3", "311derive_3", "test01_00s_frame",
                           "flacformats", "s25047/s25047-2704-05-04-10-44"}) {
    const fs::path header = folder / (std::string(name) + ".hea");
    std::vector<fs::path> parts;
    for (const auto& entry : fs::directory_iterator(header.parent_path())) {
      const std::string stem = header.stem().string();
      const std::string other = entry.path().stem().string();
      const bool segment = stem.starts_with("s25047") && other.starts_with("3234460_");
      if (!entry.is_regular_file()) continue;
      if (other != stem && !segment && !(stem.starts_with("test01") && other == "test01_00s"))
        continue;
      fs::copy_file(entry.path(), scratch.path() / entry.path().filename(),
                    fs::copy_options::overwrite_existing);
      const bool damaged = entry.file_size() <= kLargest &&
                           (!segment || other == "3234460_layout" || other == "3234460_0017");
      if (damaged) parts.push_back(entry.path());
    }
    // A long record's segments are many; its own header is read a few hundred times all the same.
    for (const fs::path& part : parts) damage(header, part);
  }
  EXPECT_EQ(files, 17);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(120));
}

INSTANTIATE_TEST_SUITE_P(RealRecords, DamagedWfdb, testing::ValuesIn(kRecords),
                         [](const auto& test_case) { return test_case.param.name; });

}  // namespace
}  // namespace liteheart
