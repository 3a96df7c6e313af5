// AliveCor's ATC: files made here, real ones sample by sample, and damaged.
#include "formats/alivecor_atc.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>

#include "formats/registry.h"
#include "golden_atc.h"
#include "little_endian.h"
#include "scratch.h"
#include "shared.h"

namespace liteheart {
namespace {

using test::error_of;
using test::little;
using test::shared;
using Texts = std::vector<std::string>;

std::string block(const std::string& id, const std::string& data, bool as_signed = false) {
  const std::string bytes = id + little(data.size(), 4) + data;
  std::uint32_t sum = 0;
  for (const char c : bytes)
    sum += as_signed ? static_cast<std::uint32_t>(int{static_cast<signed char>(c)})
                     : static_cast<unsigned char>(c);
  return bytes + little(sum, 4);
}

std::string format(int rate = 300, int unit_nv = 500, int kind = 1) {
  return block("fmt ", little(static_cast<std::uint64_t>(kind), 1) +
                           little(static_cast<std::uint64_t>(rate), 2) +
                           little(static_cast<std::uint64_t>(unit_nv), 2) + "\x02" +
                           std::string(2, '\0'));
}

std::string samples(const std::vector<int>& values) {
  std::string bytes;
  for (const int value : values) bytes += little(static_cast<std::uint64_t>(value), 2);
  return bytes;
}

std::string file_of(const std::string& blocks, int version = 4) {
  return std::string("ALIVE\0\0\0", 8) + little(static_cast<std::uint64_t>(version), 4) + blocks;
}

Recording read(const std::string& bytes) {
  return read_recording({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()},
                        "made");
}

std::string padded(std::string text, std::size_t size) {
  text.resize(size, '\0');
  return text;
}

std::string info(const std::string& date) {
  return block("info", padded(date, 32) + padded("uuid", 40) + padded("", 44) +
                           padded("Phone 1", 32) + padded("AliveECG v1", 32) +
                           padded("kardia_mobile", 32) + padded("SN=1", 52));
}

TEST(Atc, TwelveLeadsAreNamedByTheirBlocksAndAverageBeatsLeftOut) {
  std::string blocks = format();
  for (const char last : std::string_view(" 23456789abc"))
    blocks += block(std::string("ecg") + last, samples({last, -last}));
  blocks += block("avg ", samples({7, 7, 7})) + block("med ", samples({7})) + block("????", "");
  const Recording recording = read(file_of(blocks, 5));
  EXPECT_EQ(recording.format, "AliveCor ATC");
  EXPECT_EQ(recording.leads,
            (Texts{"I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6"}));
  EXPECT_DOUBLE_EQ(recording.rate_hz, 300);
  ASSERT_EQ(recording.samples, 2u);
  EXPECT_FLOAT_EQ(recording.lead(0)[0], ' ' * 0.0005F);
  EXPECT_FLOAT_EQ(recording.lead(6)[1], '7' * -0.0005F);
  EXPECT_FLOAT_EQ(recording.lead(11)[0], 'c' * 0.0005F);
  EXPECT_EQ(recording.warnings, Texts{});
}

TEST(Atc, RateAndUnitAreThoseOfTheFile) {
  const Recording recording = read(file_of(format(500, 1000) + block("ecg ", samples({1000}))));
  EXPECT_DOUBLE_EQ(recording.rate_hz, 500);
  EXPECT_FLOAT_EQ(recording.lead(0)[0], 1);
}

TEST(Atc, SumsMayBeOfSignedBytesAndOthersAreWarnings) {
  EXPECT_EQ(read(file_of(format() + block("ecg ", samples({-1, -2}), true))).warnings, Texts{});
  std::string bytes = file_of(format() + block("ecg ", samples({5, 6})));
  bytes[bytes.size() - 7] ^= 1;
  EXPECT_EQ(read(bytes).warnings, Texts{"the sum of block ecg does not match: damaged data?"});
}

TEST(Atc, LeadsOfUnequalLengthAreFilledUpWithAWarning) {
  const Recording recording =
      read(file_of(format() + block("ecg ", samples({1, 2, 3})) + block("ecg2", samples({4}))));
  ASSERT_EQ(recording.samples, 3u);
  EXPECT_TRUE(std::isnan(recording.lead(1)[1]));
  EXPECT_EQ(recording.warnings, Texts{"lead II: 2 of 3 samples are missing"});
}

TEST(Atc, ACutFileSaysHowMuchIsMissing) {
  const std::string bytes = file_of(format() + block("ecg ", samples({1, 2, 3, 4})));
  const Recording recording = read(bytes.substr(0, bytes.size() - 8));
  EXPECT_EQ(recording.samples, 2u);
  EXPECT_EQ(recording.warnings,
            Texts{"the file is cut off: 4 of 8 bytes of block 'ecg' are missing"});
}

TEST(Atc, WhatCannotBeReadIsRefusedByName) {
  const auto error = [](const std::string& blocks) {
    return error_of([&] { read(file_of(blocks)); });
  };
  const std::string ecg = block("ecg ", samples({1}));
  EXPECT_NE(error(ecg).find("no block 'fmt'"), std::string::npos);
  EXPECT_NE(error(format()).find("no lead has samples"), std::string::npos);
  EXPECT_NE(error(format() + block("avg ", samples({1}))).find("no lead"), std::string::npos);
  EXPECT_NE(error(format(300, 500, 2) + ecg).find("format 2 of ATC is not supported"),
            std::string::npos);
  EXPECT_NE(error(format(0) + ecg).find("0 samples per second"), std::string::npos);
  EXPECT_NE(error(format(300, 0) + ecg).find("of 0 nV"), std::string::npos);
  EXPECT_NE(error(block("fmt ", "\x01") + ecg).find("cut off"), std::string::npos);
  const std::string lead_of_4_mb(4 << 20, '\0');
  std::string uneven = format() + block("ecg ", lead_of_4_mb);
  for (const char last : std::string_view("23456789abc"))
    uneven += block(std::string("ecg") + last, samples({1}));
  EXPECT_NE(error(uneven).find("far longer"), std::string::npos);
}

TEST(Atc, AVersionToComeIsReadWithAWarning) {
  const Recording recording = read(file_of(format() + block("ecg ", samples({1})), 9));
  EXPECT_EQ(recording.warnings, Texts{"version 9 of ATC is newer than what is known"});
}

TEST(Atc, BeatsAreInSamplesWhateverTheirTicksAre) {
  const auto beat = [](unsigned tick, unsigned type) { return little(tick, 4) + little(type, 2); };
  const Recording recording = read(file_of(
      format() + block("ecg ", samples(std::vector<int>(30, 0))) +
      block("ann ", little(600, 4) + beat(20, 2) + beat(4, 1) + beat(58, 77) + beat(60, 1))));
  ASSERT_EQ(recording.beats.size(), 3u);
  EXPECT_EQ(recording.beats[0].sample, 2u);
  EXPECT_EQ(recording.beats[0].label, "N");
  EXPECT_EQ(recording.beats[1].sample, 10u);
  EXPECT_EQ(recording.beats[1].label, "V");
  EXPECT_EQ(recording.beats[2].label, "Q");
  EXPECT_EQ(recording.warnings, Texts{"1 marked beats behind the end are left out"});
}

TEST(Atc, TimesAreWrittenAlike) {
  const auto start = [](const std::string& date) {
    return read(file_of(info(date) + format() + block("ecg ", samples({1})))).start;
  };
  EXPECT_EQ(start("2016-06-01T18:15:25.777-04:00"), "2016-06-01T18:15:25.777-04:00");
  EXPECT_EQ(start("2018-10-10T11:13:11-0700"), "2018-10-10T11:13:11-07:00");
  EXPECT_EQ(start("2012-04-03T14:17:43-7:00"), "2012-04-03T14:17:43-07:00");
  EXPECT_EQ(start("2012-04-03T14:17:43Z"), "2012-04-03T14:17:43Z");
  EXPECT_EQ(start("2012-04-03T14:17:43"), "2012-04-03T14:17:43");
  EXPECT_EQ(start("2012-13-03T14:17:43"), "");
  EXPECT_EQ(start("yesterday"), "");
  EXPECT_EQ(start(std::string(32, ' ')), "");
}

TEST(Atc, TheDeviceIsWhatTheFileSays) {
  const Recording recording =
      read(file_of(info("yesterday") + format() + block("ecg ", samples({1}))));
  EXPECT_EQ(recording.device, "kardia_mobile; AliveECG v1; Phone 1");
  EXPECT_EQ(recording.warnings, Texts{"the date 'yesterday' is left out"});
}

TEST(RealAtc, EverySampleAgreesWithAnIndependentDecoder) {
  LITEHEART_NEEDS_SHARED();
  for (const test::GoldenLead& golden : test::kGoldenAtc) {
    const Recording recording = read_recording(shared() / "formats" / golden.file);
    EXPECT_DOUBLE_EQ(recording.rate_hz, 300);
    test::expect_golden(golden, recording);
  }
}

TEST(RealAtc, TheSixLeadsAreLimbLeads) {
  LITEHEART_NEEDS_SHARED();
  const Recording recording = read_recording(shared() / "formats/alivecor_atc/6_lead_ab.atc");
  EXPECT_EQ(recording.leads, (Texts{"I", "II", "III", "aVR", "aVL", "aVF"}));
  for (std::size_t t = 0; t < recording.samples; ++t) {
    const float i = recording.lead(0)[t], ii = recording.lead(1)[t];
    ASSERT_NEAR(recording.lead(2)[t], ii - i, 0.0011F);
    ASSERT_NEAR(recording.lead(3)[t], -(i + ii) / 2, 0.0011F);
    ASSERT_NEAR(recording.lead(5)[t], ii - i / 2, 0.0011F);
  }
}

TEST(RealAtc, WhatTheFilesSayIsRead) {
  LITEHEART_NEEDS_SHARED();
  Recording recording = read_recording(shared() / "formats/alivecor_atc/1_lead.atc");
  EXPECT_EQ(recording.start, "2016-06-01T18:15:25.777-04:00");
  EXPECT_EQ(recording.device,
            "19kHz 200Hz/mV; com.alivecor.aliveecg v4.1.1-dcd; Android 6.0.1 (23) SM-N920P");
  EXPECT_EQ(recording.beats.size(), 49u);
  EXPECT_EQ(recording.beats[1].sample, 202u);
  EXPECT_EQ(recording.warnings, Texts{"2 marked beats behind the end are left out"});
  recording = read_recording(shared() / "formats/alivecor_atc/broken_checksum.atc");
  EXPECT_EQ(recording.warnings.at(0), "the sum of block ecg does not match: damaged data?");
  recording = read_recording(shared() / "formats/alivecor_atc/test_NSR_ef.atc");
  EXPECT_EQ(recording.samples, 8999u);
  EXPECT_EQ(recording.warnings, Texts{});
  recording = read_recording(shared() / "formats/alivecor_atc/normal-v2.atc");
  EXPECT_EQ(recording.start, "2012-04-03T14:17:43-07:00");
}

class DamagedAtc : public test::Scratch {};

TEST_F(DamagedAtc, AnyDamageIsAnErrorOrARecordingInBoundedTime) {
  LITEHEART_NEEDS_SHARED();
  constexpr std::size_t kHeaders = 330;
  const auto begin = std::chrono::steady_clock::now();
  for (const char* file : {"1_lead.atc", "6_lead.atc", "6_lead_ab.atc", "broken_checksum.atc",
                           "normal-v2.atc", "test_NSR_ef.atc"}) {
    const std::string bytes = test::read_bytes(shared() / "formats/alivecor_atc" / file);
    const std::string damaged = folder / "damaged.atc";
    const int refused = test::refused_of_damaged(bytes, kHeaders, damaged, [&] {
      const Recording recording = read_recording(damaged);
      EXPECT_GT(recording.samples, 0u);
      EXPECT_EQ(recording.mv.size(), recording.leads.size() * recording.samples);
    });
    EXPECT_GT(refused, 0) << file;
    EXPECT_LT(refused, 200) << file;
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(60));
}

}  // namespace
}  // namespace liteheart
