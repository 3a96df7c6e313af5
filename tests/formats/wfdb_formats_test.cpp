// Every signal format of WFDB, from bytes written by hand as signal(5) describes them.
#include <gtest/gtest.h>

#include <cmath>

#include "formats/wfdb_reader.h"
#include "wfdb_files.h"

namespace liteheart {
namespace {

using test::error_from_memory;
using test::read_from_memory;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

std::string bytes(const std::vector<int>& values) {
  std::string all;
  for (const int value : values) all.push_back(static_cast<char>(value));
  return all;
}

/// One signal of 1 unit/mV.
std::vector<float> decoded(int format, const std::vector<int>& stored, int initial = 0) {
  const std::string header = "rec 1 1\nrec.dat " + std::to_string(format) + " 1/mV 16 0 " +
                             std::to_string(initial) + " 0 0 I\n";
  return read_from_memory(header, bytes(stored)).mv;
}

void expect_mv(const std::vector<float>& mv, const std::vector<float>& expected) {
  ASSERT_EQ(mv.size(), expected.size());
  for (std::size_t i = 0; i < mv.size(); ++i) {
    if (std::isnan(expected[i]))
      EXPECT_TRUE(std::isnan(mv[i])) << i;
    else
      EXPECT_EQ(mv[i], expected[i]) << i;
  }
}

TEST(WfdbFormats, EachDecodesSignedValuesAndItsOwnInvalidCode) {
  expect_mv(decoded(16, {0x01, 0x00, 0xFE, 0xFF, 0x00, 0x80, 0xFF, 0x7F}), {1, -2, kNaN, 32767});
  expect_mv(decoded(61, {0x00, 0x01, 0xFF, 0xFE, 0x80, 0x00, 0x7F, 0xFF}), {1, -2, kNaN, 32767});
  expect_mv(decoded(80, {129, 126, 0, 255}), {1, -2, kNaN, 127});
  expect_mv(decoded(160, {0x01, 0x80, 0xFE, 0x7F, 0x00, 0x00, 0xFF, 0xFF}), {1, -2, kNaN, 32767});
  expect_mv(decoded(24, {1, 0, 0, 0xFE, 0xFF, 0xFF, 0, 0, 0x80, 0xFF, 0xFF, 0x7F}),
            {1, -2, kNaN, 8388607});
  expect_mv(decoded(32, {1, 0, 0, 0, 0xFE, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0x80, 0, 0, 0, 0x40}),
            {1, -2, kNaN, 1073741824});
  expect_mv(decoded(212, {0x01, 0xF0, 0xFE, 0x00, 0x78, 0xFF}), {1, -2, kNaN, 2047});
}

TEST(WfdbFormats, Format8AddsDifferencesToTheInitialValue) {
  expect_mv(decoded(8, {0, 5, 0xFF, 0x80, 0x7F}, 1000), {1000, 1005, 1004, 876, 1003});
}

TEST(WfdbFormats, Format8KeepsASumForEachSignalAcrossSamplesOfAFrame) {
  const Recording recording =
      read_from_memory("rec 2 1 2\nrec.dat 8x2 1/mV 8 0 10 0 0 I\nrec.dat 8 1/uV 8 0 20 0 0 II\n",
                       bytes({1, 1, 5, 1, 1, 5}));
  EXPECT_EQ(recording.rate_hz, 2);
  expect_mv(recording.mv, {11, 12, 13, 14});
}

// 310: bits 1-10 of each word, then the top five of both; 311: from the lowest bit on.
TEST(WfdbFormats, Formats310And311PackThreeSamplesIntoFourBytes) {
  const int low = (1 << 1) | (0x1E << 11), high = (0x3FE << 1) | (0x1F << 11);
  expect_mv(decoded(310, {low & 255, low >> 8, high & 255, high >> 8}), {1, -2, -2});
  expect_mv(decoded(310, {0x00, 0x04, 0, 0}), {kNaN, 0, 0});
  const unsigned bits = 1u | 0x3FEu << 10 | 0x200u << 20;
  expect_mv(decoded(311, {static_cast<int>(bits & 255), static_cast<int>(bits >> 8 & 255),
                          static_cast<int>(bits >> 16 & 255), static_cast<int>(bits >> 24)}),
            {1, -2, kNaN});
}

TEST(WfdbFormats, AnUnfinishedGroupGivesTheSamplesThatAreWhole) {
  const std::vector<int> ones = {2, 0, 2, 0, 2, 0, 2, 0};
  const auto lengths = [&](int format) {
    std::vector<std::size_t> all;
    for (std::size_t n = 4; n <= 8; ++n)
      all.push_back(decoded(format, {ones.begin(), ones.begin() + n}).size());
    return all;
  };
  EXPECT_EQ(lengths(310), (std::vector<std::size_t>{3, 3, 4, 4, 6}));
  EXPECT_EQ(lengths(311), (std::vector<std::size_t>{3, 3, 4, 5, 6}));
  EXPECT_EQ(lengths(212), (std::vector<std::size_t>{2, 3, 4, 4, 5}));
}

TEST(WfdbFormats, BlocksThatBeginWithinAGroupDecodeAsOne) {
  // Five signals of 212: blocks of frames begin at even and odd samples by turns.
  std::string stored;
  std::vector<int> expected;
  constexpr int kFrames = 20001;
  for (int i = 0; i < 5 * kFrames + 1; i += 2) {
    const int a = i % 2000, b = (i + 1) % 2000;
    stored += bytes({a & 255, a >> 8 | b >> 8 << 4, b & 255});
  }
  std::string header = "rec 5 100 20001\n";
  for (int i = 0; i < 5; ++i) header += "rec.dat 212 1/uV 12 0 0 0 0 s" + std::to_string(i) + "\n";
  const Recording recording = read_from_memory(header, stored);
  ASSERT_EQ(recording.samples, static_cast<std::size_t>(kFrames));
  for (int lead = 0; lead < 5; ++lead) {
    for (int t = 0; t < kFrames; ++t)
      ASSERT_FLOAT_EQ(recording.lead(lead)[t], static_cast<float>((5 * t + lead) % 2000) / 1000);
  }
}

TEST(WfdbFormats, LeadsOfOneRateAreTakenAndTheRestIsNamed) {
  std::string stored;
  for (int frame = 0; frame < 100; ++frame) {
    for (int k = 0; k < 4; ++k) stored += bytes({128 + (4 * frame + k) % 100});
    stored += bytes({128, 128 + frame, 1});
  }
  const Recording recording = read_from_memory(
      "rec 3 50 100\nrec.dat 80x4 1/mV 8 0 0 0 0 V1\nrec.dat 80x2 1/mV 8 0 0 0 0 X\n"
      "rec.dat 80 1/mmHg 8 0 0 0 0 ABP\n",
      stored);
  EXPECT_EQ(recording.rate_hz, 200);
  EXPECT_EQ(recording.leads, std::vector<std::string>{"V1"});
  ASSERT_EQ(recording.samples, 400u);
  for (int t = 0; t < 400; ++t) ASSERT_EQ(recording.mv[t], t % 100);
  EXPECT_EQ(recording.warnings.at(0), "ABP is in mmHg, which is no voltage; left out");
  EXPECT_EQ(recording.warnings.at(1), "X sampled at 100 Hz, the other leads at 200 Hz; left out");
}

TEST(WfdbFormats, OtherSignalsInVoltsAreNoLeads) {
  const std::string eeg = "rec.dat 16 1/mV 16 0 0 0 0 EEG (C4-A1)\n",
                    pulse = "rec.dat 16 1/mV 16 0 0 0 0 PLETH\n";
  const Recording recording = read_from_memory(
      "rec 3 1 1\nrec.dat 16 1/mV 16 0 0 0 0 ECG\n" + eeg + pulse, bytes({1, 0, 2, 0, 3, 0}));
  EXPECT_EQ(recording.leads, std::vector<std::string>{"ECG"});
  EXPECT_EQ(recording.mv[0], 1);
  EXPECT_EQ(recording.warnings.at(0), "EEG (C4-A1), PLETH: no ECG by their names; left out");
  EXPECT_THROW(read_from_memory("rec 1 1 1\n" + eeg, bytes({1, 0})), Error);
}

TEST(WfdbFormats, ANullSignalIsLeftOut) {
  const Recording recording = read_from_memory(
      "rec 2 1 2\n~ 0 200 12 0 0 0 0 I\nrec.dat 16 1/mV 16 0 0 0 0 II\n", bytes({1, 0, 2, 0}));
  EXPECT_EQ(recording.leads, std::vector<std::string>{"II"});
  EXPECT_EQ(recording.warnings.at(0), "I: without a file; left out");
}

TEST(WfdbFormats, ManySkewsAreRefused) {
  std::string header = "rec 20 1000 100\n";
  for (int i = 0; i < 20; ++i)
    header += "rec.dat 80:" + std::to_string(i) + " 1/mV 8 0 0 0 0 s" + std::to_string(i) + "\n";
  EXPECT_NE(error_from_memory(header, std::string(2400, 'x')).find("20 different skews"),
            std::string::npos);
}

}  // namespace
}  // namespace liteheart
