// The shared recordings in text, every sample against golden_text.py; damage to each of them.
#include <gtest/gtest.h>

#include <chrono>

#include "shared.h"
#include "text_files.h"

namespace liteheart {
namespace {

struct RealText {
  const char* file;
  std::size_t samples;
  std::int64_t sum;      // nV
  std::uint64_t placed;  // sum of nV times place
};
// Printed by golden_text.py.
constexpr RealText kFiles[] = {
    {"formats/apple_watch_csv/ecg_2021-12-17.csv", 15409, 11932489, 513329467u},
    {"formats/apple_watch_csv/ecg_2023-09-26.csv", 13360, 8428127, 4140999134u},
    {"formats/polar_h10/2020-12-06_02-50-10_ECG-data.txt", 7923, 4989000, 18446743891396012616u},
    {"formats/generic_csv/ecg_2019-03-28.csv", 15314, 11989000, 27591453000u},
    {"formats/generic_csv/ecg_2019-04-04_0.csv", 15314, 10327000, 18025853000u},
    {"formats/generic_csv/ECG_hz.txt", 4096, -846140000, 18446742345404296616u},
};

ReadOptions options_for(std::string_view file) {
  if (file.find("generic_csv") == file.npos) return {};
  return file.ends_with(".txt") ? ReadOptions{360, "mV"} : ReadOptions{512, "uV"};
}

class RealTexts : public testing::TestWithParam<RealText> {
 protected:
  void SetUp() override { LITEHEART_NEEDS_SHARED(); }
};

TEST_P(RealTexts, EverySampleIsTheIndependentReaders) {
  const RealText& real = GetParam();
  const Recording recording = read_recording(test::shared() / real.file, options_for(real.file));
  EXPECT_EQ(recording.samples, real.samples);
  std::int64_t sum = 0;
  std::uint64_t placed = 0, place = 0;
  for (const float mv : recording.mv) {
    const std::int64_t nanovolts = std::llround(static_cast<double>(mv) * 1e6);
    sum += nanovolts;
    placed += static_cast<std::uint64_t>(nanovolts) * ++place;
  }
  EXPECT_EQ(sum, real.sum);
  EXPECT_EQ(placed, real.placed);
}

TEST_P(RealTexts, DamageIsReadOrRefusedAndTakesNoTime) {
  const RealText& real = GetParam();
  const test::ScratchFolder folder;
  const std::filesystem::path file = folder / "damaged";
  const auto begin = std::chrono::steady_clock::now();
  test::refused_of_damaged(test::read_bytes(test::shared() / real.file), 300, file, [&] {
    const Recording recording = read_recording(file, options_for(real.file));
    ASSERT_GT(recording.samples, 0u);
    ASSERT_EQ(recording.mv.size(), recording.leads.size() * recording.samples);
  });
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(30));
}

INSTANTIATE_TEST_SUITE_P(Shared, RealTexts, testing::ValuesIn(kFiles), [](const auto& real) {
  std::string name;
  for (const char c : std::filesystem::path(real.param.file).stem().string())
    name.push_back(std::isalnum(static_cast<unsigned char>(c)) ? c : '_');
  return name;
});

TEST(RealText, ARealExportOfAnAppleWatchTellsWhatItKnows) {
  LITEHEART_NEEDS_SHARED();
  const Recording recording =
      read_recording(test::shared() / "formats/apple_watch_csv/ecg_2021-12-17.csv");
  EXPECT_EQ(recording.format, "Apple Watch CSV");
  EXPECT_EQ(recording.name, "ecg_2021-12-17");
  EXPECT_DOUBLE_EQ(recording.rate_hz, 513.625);
  EXPECT_EQ(recording.leads, std::vector<std::string>{"I"});
  EXPECT_EQ(recording.start, "2021-12-17T12:58:58+08:00");
  EXPECT_EQ(recording.birth_date, "1970-01-01");
  EXPECT_EQ(recording.statements, std::vector<std::string>{"Sinus Rhythm"});
  EXPECT_EQ(recording.device, "Apple Watch5,1, software 1.90");
  EXPECT_TRUE(recording.warnings.empty());
}

TEST(RealText, APolarStrapIsKnownByItsStepsAlone) {
  LITEHEART_NEEDS_SHARED();
  const Recording recording =
      read_recording(test::shared() / "formats/polar_h10/2020-12-06_02-50-10_ECG-data.txt");
  EXPECT_EQ(recording.format, "Polar");
  EXPECT_EQ(recording.rate_hz, 130);
  EXPECT_TRUE(test::warns_of(recording, "nominal"));
}

TEST(RealText, AColumnWithoutWordsAsksForRateAndUnit) {
  LITEHEART_NEEDS_SHARED();
  const auto file = test::shared() / "formats/generic_csv/ecg_2019-03-28.csv";
  const std::string error = test::error_of([&] { read_recording(file); });
  EXPECT_NE(error.find("--rate HZ"), error.npos) << error;
  EXPECT_NE(error.find("--unit"), error.npos) << error;
  EXPECT_NE(test::error_of([&] {
              read_recording(file, {512, ""});
            }).find("--unit"),
            std::string::npos);
}

TEST(RealText, NoOtherFileOfTheSharedDataIsTakenForAnEcg) {
  LITEHEART_NEEDS_SHARED();
  for (const char* folder : {"data", "formats"}) {
    for (const auto& found : find_recordings(test::shared() / folder)) {
      const std::string name = found.filename();
      EXPECT_FALSE(name == "SOURCE.txt" || name == "README.txt" || name == "README.md" ||
                   (std::string_view(folder) == "data" && found.extension() == ".csv"))
          << found;
    }
  }
}

}  // namespace
}  // namespace liteheart
