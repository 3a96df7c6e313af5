// Logs of chest straps: Polar Sensor Logger and Movesense.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "text_files.h"

namespace liteheart {
namespace {

using test::error_of_text;
using test::read_text;
using test::warns_of;

constexpr double kPolarRate = 130.061;

std::string polar_row(int i, int false_ns = 0) {
  const auto ns = static_cast<std::int64_t>(std::llround(i * 1e9 / kPolarRate));
  const double ms = static_cast<double>(ns) / 1e6;
  const int whole = static_cast<int>(ms);
  return fmt::format("2026-07-26T21:{:02}:{:02}.{:03};{};{:.6f};{}\n", 56 + whole / 60000,
                     whole / 1000 % 60, whole % 1000,
                     838432586543515816 + (false_ns > 0 ? i * false_ns : ns), ms,
                     std::lround(test::microvolts(i)));
}

std::string polar_log(int rows, int gap_at = -1, int gap = 0, int false_ns = 0) {
  std::string text = "Phone timestamp;sensor timestamp [ns];timestamp [ms];ecg [uV]\n";
  for (int i = 0; i < rows; ++i)
    if (i < gap_at || i >= gap_at + gap) text += polar_row(i, false_ns);
  return text;
}

TEST(PolarLog, TheSensorsClockGivesTheRateAndThePhoneTheStart) {
  const Recording recording = read_text(polar_log(3000));
  EXPECT_EQ(recording.format, "Polar");
  EXPECT_NEAR(recording.rate_hz, kPolarRate, 1e-3);
  EXPECT_EQ(recording.start, "2026-07-26T21:56:00");
  EXPECT_EQ(recording.leads, std::vector<std::string>{"ecg"});
  EXPECT_EQ(recording.samples, 3000u);
  EXPECT_TRUE(recording.warnings.empty()) << recording.warnings[0];
  for (int i = 0; i < 3000; ++i)
    ASSERT_FLOAT_EQ(recording.mv[static_cast<std::size_t>(i)],
                    static_cast<float>(std::lround(test::microvolts(i))) / 1000);
}

TEST(PolarLog, AGapInTimeIsMissingSamples) {
  const Recording recording = read_text(polar_log(3000, 1000, 146));
  EXPECT_NEAR(recording.rate_hz, kPolarRate, 1e-3);
  ASSERT_EQ(recording.samples, 3000u);
  for (std::size_t i = 0; i < 3000; ++i)
    ASSERT_EQ(std::isnan(recording.mv[i]), i >= 1000 && i < 1146) << i;
  EXPECT_TRUE(warns_of(recording, "1 gaps in time: 146 samples are missing"));
}

TEST(PolarLog, AFalseSensorClockYieldsToTheNextColumn) {
  const Recording recording = read_text(polar_log(3000, -1, 0, 1));
  EXPECT_NEAR(recording.rate_hz, kPolarRate, 1e-2);
}

TEST(PolarLog, AHeaderAloneIsRefused) {
  EXPECT_NE(error_of_text(polar_log(0)).find("without samples"), std::string::npos);
}

/// Packets of 16, each 80 ms after the one before, their samples 1 ms apart.
std::string movesense(int packets, int lost_at = -1, int lost = 0, double railed = 0) {
  std::string text = "timestamp,ecg\n";
  for (int packet = 0; packet < packets; ++packet) {
    if (packet >= lost_at && packet < lost_at + lost) continue;
    for (int i = 0; i < 16; ++i) {
      const bool rail = packet == 3 && i < 5 && railed != 0;
      text += fmt::format("{},{:.6f}\n", 123456 + packet * 80 + i,
                          rail ? railed : test::microvolts(packet * 16 + i) / 1000);
    }
  }
  return text;
}

TEST(Movesense, TheRateIsThePacketsAndNotTheFalseSteps) {
  const Recording recording = read_text(movesense(250));
  EXPECT_EQ(recording.format, "Movesense");
  EXPECT_EQ(recording.rate_hz, 200);
  test::expect_formula(recording, 4000);
  EXPECT_TRUE(recording.warnings.empty()) << recording.warnings[0];
}

TEST(Movesense, LostPacketsAreMissingSamples) {
  const Recording recording = read_text(movesense(250, 100, 3));
  EXPECT_EQ(recording.rate_hz, 200);
  ASSERT_EQ(recording.samples, 4000u);
  for (std::size_t i = 0; i < 4000; ++i)
    ASSERT_EQ(std::isnan(recording.mv[i]), i >= 1600 && i < 1648) << i;
  EXPECT_TRUE(warns_of(recording, "packets are lost at 1 places: 48 samples"));
}

TEST(Movesense, SamplesAtTheRailsAreMissing) {
  const Recording recording = read_text(movesense(250, -1, 0, -32.767));
  EXPECT_TRUE(warns_of(recording, "5 samples at the rails"));
  for (std::size_t i = 0; i < 4000; ++i) ASSERT_EQ(std::isnan(recording.mv[i]), i >= 48 && i < 53);
}

TEST(Movesense, PacketsThatComeUnevenlyGiveTheSameRate) {
  std::string text = "timestamp,ecg\n";
  for (int packet = 0; packet < 250; ++packet)
    for (int i = 0; i < 16; ++i)
      text += fmt::format("{},{:.6f}\n", 1000 + packet * 80 + packet * 7 % 13 + i,
                          test::microvolts(packet * 16 + i) / 1000);
  const Recording recording = read_text(text);
  EXPECT_EQ(recording.rate_hz, 200);
  EXPECT_EQ(recording.samples, 4000u);
}

TEST(Movesense, WholeNumbersWithoutAUnitAreAskedFor) {
  std::string text = "timestamp,ecg\n";
  for (int i = 0; i < 1600; ++i)
    text += fmt::format("{},{}\n", i / 16 * 80 + i % 16, std::lround(test::microvolts(i)));
  EXPECT_NE(error_of_text(text).find("--unit"), std::string::npos);
  EXPECT_NEAR(read_text(text, {0, "uV"}).mv[50], 0.9, 0.1);
}

}  // namespace
}  // namespace liteheart
