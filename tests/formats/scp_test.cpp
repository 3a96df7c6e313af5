// SCP-ECG: every coding and quirk, in files made here.
#include <gtest/gtest.h>

#include <cmath>

#include "formats/registry.h"
#include "formats/scp_huffman.h"
#include "formats/scp_reader.h"
#include "formats/scp_rhythm.h"
#include "scp_files.h"
#include "scratch.h"

namespace liteheart {
namespace {

using test::bits;
using test::error_of;
using test::int16s;
using test::little;
using test::ScpFile;

using Texts = std::vector<std::string>;

std::vector<int> units(const Recording& recording, std::size_t lead, double unit_mv = 0.005) {
  std::vector<int> values;
  for (const float mv : recording.lead(lead))
    values.push_back(std::isnan(mv) ? 99999 : static_cast<int>(std::lround(mv / unit_mv)));
  return values;
}
constexpr int kMissing = 99999;

ScpFile two_leads() {
  return {.leads = {{1, 4, 1, int16s({1, -2, 300, -400})}, {1, 4, 2, int16s({5, 6, 7, 8})}}};
}

TEST(Scp, SamplesWithoutCompressionAreReadAndLimbLeadsDerived) {
  const Recording recording = two_leads().read();
  EXPECT_EQ(recording.format, "SCP-ECG");
  EXPECT_EQ(recording.leads, (Texts{"I", "II", "III", "aVR", "aVL", "aVF"}));
  EXPECT_DOUBLE_EQ(recording.rate_hz, 500);
  EXPECT_EQ(units(recording, 0), (std::vector{1, -2, 300, -400}));
  EXPECT_EQ(units(recording, 2), (std::vector{4, 8, -293, 408}));
  EXPECT_EQ(recording.warnings, Texts{});
}

TEST(Scp, DifferencesAreSummedUp) {
  ScpFile file = {.leads = {{1, 5, 3, int16s({10, 1, 2, -5, 0})}}, .encoding = 1};
  EXPECT_EQ(units(file.read(), 0), (std::vector{10, 11, 13, 8, 8}));
  file.encoding = 2;
  EXPECT_EQ(units(file.read(), 0), (std::vector{10, 1, -6, -18, -30}));
}

// Codes as table C.1 of the standard writes them, by hand.
TEST(Scp, TheStandardHuffmanTableDecodesEveryKindOfCode) {
  const std::string codes =
      "0 100 101 1100 1101 1111111100 1111111101 "
      "1111111110 10000000 1111111110 01111111 "
      "1111111111 1000000000000000 1111111111 0000000100000001";
  std::string packed;
  for (const char c : codes)
    if (c != ' ') packed += c;
  const ScpFile file = {.leads = {{1, 11, 1, bits(packed)}},
                        .others = {{2, little(ScpHuffman::kStandardTable, 2)}}};
  EXPECT_EQ(units(file.read(), 0), (std::vector{0, 1, -1, 2, -2, 8, -8, -128, 127, -32768, 257}));
}

std::string code(int prefix_bits, int all_bits, int mode, int value, unsigned prefix) {
  return little(static_cast<std::uint64_t>(prefix_bits), 1) +
         little(static_cast<std::uint64_t>(all_bits), 1) +
         little(static_cast<std::uint64_t>(mode), 1) +
         little(static_cast<std::uint64_t>(value), 2) + little(prefix, 4);
}

TEST(Scp, TablesOfTheFileAreUsedAndSwitchedWithinALead) {
  // Table 1: 0 is 7, 10 is 4 bits of its own, 11 goes to table 2. Table 2: 1 is -3, 0 goes back.
  const std::string tables = little(2, 2) + little(3, 2) + code(1, 1, 1, 7, 0) +
                             code(2, 6, 1, 0, 0b01) + code(2, 2, 0, 2, 0b11) + little(2, 2) +
                             code(1, 1, 1, -3, 1) + code(1, 1, 0, 1, 0);
  const ScpFile file = {.leads = {{1, 6, 1,
                                   bits("0"
                                        "101001"
                                        "11"
                                        "1"
                                        "1"
                                        "0"
                                        "0"
                                        "100111")},
                                  {1, 6, 2, bits("000000")}},
                        .others = {{2, tables}}};
  const Recording recording = file.read();
  EXPECT_EQ(units(recording, 0), (std::vector{7, -7, -3, -3, 7, 7}));
  EXPECT_EQ(units(recording, 1), (std::vector{7, 7, 7, 7, 7, 7}))
      << "each lead begins with table 1";
}

TEST(Scp, HuffmanTablesThatCannotBeAreRefused) {
  const auto error = [](const std::string& tables) {
    const ScpFile file = {.leads = {{1, 4, 1, "\xFF\xFF"}}, .others = {{2, tables}}};
    return error_of([&] { file.read(); });
  };
  const auto one = [&](const std::string& codes, int count) {
    return error(little(1, 2) + little(static_cast<std::uint64_t>(count), 2) + codes);
  };
  EXPECT_NE(one(code(0, 0, 1, 0, 0), 1).find("no bits"), std::string::npos);
  EXPECT_NE(one(code(33, 33, 1, 0, 0), 1).find("impossible length"), std::string::npos);
  EXPECT_NE(one(code(4, 3, 1, 0, 0), 1).find("impossible length"), std::string::npos);
  EXPECT_NE(one(code(1, 18, 1, 0, 0), 1).find("impossible length"), std::string::npos);
  EXPECT_NE(one(code(1, 1, 0, 2, 0), 1).find("not there"), std::string::npos);
  EXPECT_NE(one(code(1, 1, 0, 0, 0), 1).find("not there"), std::string::npos);
  EXPECT_NE(one(code(1, 9, 1, 5, 0), 1).find("not supported"), std::string::npos);
  EXPECT_NE(one(code(1, 1, 1, 0, 1) + code(2, 2, 1, 0, 3), 2).find("beginning of another"),
            std::string::npos);
  EXPECT_NE(one(code(2, 2, 1, 0, 3) + code(1, 1, 1, 0, 1), 2).find("beginning of another"),
            std::string::npos);
  EXPECT_NE(one(code(1, 1, 1, 0, 0), 1).find("no Huffman code"), std::string::npos);
  EXPECT_NE(one(code(1, 1, 1, 0, 0), 2).find("cut off"), std::string::npos);
  EXPECT_NE(one("", 65535).find("more Huffman codes"), std::string::npos);
  EXPECT_NE(error(little(0, 2)).find("there are none"), std::string::npos);
}

TEST(Scp, AnIntervalOfWholeMicrosecondsIsTheCustomaryRate) {
  EXPECT_DOUBLE_EQ(scp_rate_hz(2000), 500);
  EXPECT_DOUBLE_EQ(scp_rate_hz(1667), 600);
  EXPECT_DOUBLE_EQ(scp_rate_hz(1666), 600);
  EXPECT_DOUBLE_EQ(scp_rate_hz(3333), 300);
  EXPECT_DOUBLE_EQ(scp_rate_hz(3906), 256);
  EXPECT_DOUBLE_EQ(scp_rate_hz(1953), 512);
  EXPECT_DOUBLE_EQ(scp_rate_hz(2778), 360);
  EXPECT_DOUBLE_EQ(scp_rate_hz(977), 1024);
  EXPECT_DOUBLE_EQ(scp_rate_hz(4000), 250);
  EXPECT_NEAR(scp_rate_hz(1700), 588.235294, 1e-6);
}

TEST(Scp, LeadsAreNamedByTheirNumbers) {
  EXPECT_EQ(scp_lead_name(8), "V6");
  EXPECT_EQ(scp_lead_name(12), "V4R");
  EXPECT_EQ(scp_lead_name(18), "Z");
  EXPECT_EQ(scp_lead_name(31), "I-cal");
  EXPECT_EQ(scp_lead_name(61), "III");
  EXPECT_EQ(scp_lead_name(64), "aVF");
  EXPECT_EQ(scp_lead_name(65), "-aVR");
  EXPECT_EQ(scp_lead_name(85), "Nehb J-cal");
  EXPECT_EQ(scp_lead_name(0), "lead 0");
  EXPECT_EQ(scp_lead_name(200), "lead 200");
}

TEST(Scp, LeadsOfOtherLengthsAndTimesAreMissingWhereTheyHaveNoSamples) {
  const ScpFile file = {.leads = {{1, 2, 1, int16s({1, 2})}, {3, 5, 3, int16s({3, 4, 5})}}};
  const Recording recording = file.read();
  ASSERT_EQ(recording.samples, 5u);
  EXPECT_EQ(units(recording, 0), (std::vector{1, 2, kMissing, kMissing, kMissing}));
  EXPECT_EQ(units(recording, 1), (std::vector{kMissing, kMissing, 3, 4, 5}));
  EXPECT_EQ(recording.warnings, (Texts{"lead I has 2 of the recording's 5 samples",
                                       "lead V1 has 3 of the recording's 5 samples"}));
}

TEST(Scp, SamplesNumberedFromZeroAreWhole) {
  ScpFile file = {.leads = {{0, 4, 1, int16s({1, 2, 3, 4})}}};
  EXPECT_EQ(units(file.read(), 0), (std::vector{1, 2, 3, 4}));
  EXPECT_EQ(file.read().warnings, Texts{});
  file.leads[0].last = 3;
  EXPECT_EQ(units(file.read(), 0), (std::vector{1, 2, 3, 4}));
  EXPECT_EQ(file.read().warnings, Texts{});
}

TEST(Scp, ALeadThatDeclaresMoreThanItHoldsIsShorterWithAWarning) {
  ScpFile file = two_leads();
  file.leads[1].last = 4'000'000'000;
  Recording recording = file.read();
  EXPECT_EQ(recording.samples, 4u);
  EXPECT_EQ(recording.warnings, Texts{"lead II: 3999999996 of its 4000000000 samples are missing"});

  file = {.leads = {{1, 100, 1, bits("0000000000000000")}, {1, 16, 2, bits("0000000000000000")}},
          .others = {{2, little(19999, 2)}}};
  recording = file.read();
  EXPECT_EQ(recording.samples, 16u);
  EXPECT_EQ(recording.warnings, Texts{"lead I: 84 of its 100 samples are missing"});
}

// Codes taken for samples would be curves that nobody recorded.
TEST(Scp, CodesAreNotTakenForSamplesWhereTheirTableIsLost) {
  const ScpFile coded = {.leads = {{1, 100, 1, std::string(40, 'a')}},
                         .others = {{2, little(ScpHuffman::kStandardTable, 2)}}};
  std::string bytes = coded.bytes();
  constexpr std::size_t kPointerOfSection2 = 22 + 2 * 10;
  bytes[kPointerOfSection2 + 6] ^= 1;  // leads to no section
  EXPECT_NE(error_of([&] { ScpFile::read_bytes(bytes); }).find("cut off"), std::string::npos);
  ScpFile lost = coded;
  lost.others = {};
  EXPECT_NE(error_of([&] { lost.read(); }).find("section 2 is lost"), std::string::npos);
}

TEST(Scp, WhatCannotBeReadIsRefusedByName) {
  const auto error = [](const ScpFile& file) { return error_of([&] { file.read(); }); };
  ScpFile file = two_leads();
  file.bimodal = 1;
  EXPECT_NE(error(file).find("bimodal compression is not supported"), std::string::npos);
  file = two_leads();
  file.flags = 5;
  EXPECT_NE(error(file).find("reference beat subtraction is not supported"), std::string::npos);
  file = two_leads();
  file.unit_nv = 0;
  EXPECT_NE(error(file).find("unit 0 nV"), std::string::npos);
  file = two_leads();
  file.encoding = 3;
  EXPECT_NE(error(file).find("encoding 3"), std::string::npos);
  file = {.leads = {}};
  EXPECT_NE(error(file).find("no leads"), std::string::npos);
  file = {.leads = {{1, 4, 1, ""}}};
  EXPECT_NE(error(file).find("no lead has samples"), std::string::npos);
  file = two_leads();
  file.leads[0].first = 9;
  EXPECT_NE(error(file).find("ends before it begins"), std::string::npos);
  file = two_leads();
  file.others[6] = "";
  EXPECT_NE(error(file).find("no rhythm"), std::string::npos);
  file.others[5] = std::string(100, '\0');
  EXPECT_NE(error(file).find("only an average beat"), std::string::npos);
  file = two_leads();
  file.others[3] = "";
  EXPECT_NE(error(file).find("no description of the leads"), std::string::npos);
  file = two_leads();
  file.leads[1].first = 900'000'000;
  file.leads[1].last = 900'000'003;
  EXPECT_NE(error(file).find("in a file of"), std::string::npos) << "must not ask for the memory";
}

TEST(Scp, ChecksumsThatDoNotMatchAreWarnings) {
  std::string bytes = two_leads().bytes();
  bytes[bytes.size() - 1] ^= 1;
  EXPECT_EQ(ScpFile::read_bytes(bytes).warnings,
            (Texts{"the checksum of the record does not match: damaged data?",
                   "checksums do not match in section 6: damaged data?"}));
}

TEST(Scp, AFileThatIsCutOffSaysHowMuchIsMissing) {
  const std::string bytes = two_leads().bytes();
  const Recording recording = ScpFile::read_bytes(bytes.substr(0, bytes.size() - 4));
  EXPECT_EQ(recording.samples, 4u);
  EXPECT_EQ(recording.warnings, (Texts{"the file is cut off: 4 of " + std::to_string(bytes.size()) +
                                           " bytes are missing",
                                       "lead II: 2 of its 4 samples are missing"}));
}

TEST(Scp, AFileWithoutTheLettersIsKnownByItsPointers) {
  ScpFile file = two_leads();
  file.marked = false;
  EXPECT_TRUE(looks_like_scp(file.bytes()));
  EXPECT_EQ(units(file.read(), 0), (std::vector{1, -2, 300, -400}));
  EXPECT_FALSE(looks_like_scp(std::string(200, '\0')));
  EXPECT_FALSE(looks_like_scp("SCPECG"));
  const std::string bytes = two_leads().bytes();
  EXPECT_EQ(read_recording({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, "x")
                .format,
            "SCP-ECG");
}

std::string tag(int number, const std::string& value) {
  return little(static_cast<std::uint64_t>(number), 1) + little(value.size(), 2) + value;
}

std::string device(int maker, int character_set) {
  return std::string(7, '\0') + little(static_cast<std::uint64_t>(maker), 1) +
         std::string("AT-10\0", 6) + std::string(2, '\0') +
         little(static_cast<std::uint64_t>(character_set), 1) + std::string(18, '\0') +
         std::string(
             "\x02"
             "1\0"
             "serial\0"
             "2.5\0"
             "scp\0"
             "\0",
             18);
}

TEST(Scp, PatientDeviceAndTimeAreRead) {
  ScpFile file = two_leads();
  file.others[1] = tag(0, "M\xFCller") + tag(1, "Ann") + tag(2, "77 ") +
                   tag(4, little(18, 2) + "\x02") + tag(5, little(1999, 2) + "\x02\x03") +
                   tag(8, "\x02") + tag(14, device(17, 0)) + tag(25, little(2020, 2) + "\x02\x1C") +
                   tag(26, "\x17\x3B\x3A") + tag(34, little(90, 2)) + tag(255, "");
  for (test::ScpLead& lead : file.leads) lead.first += 1250, lead.last += 1250;  // 2.5 s
  const Recording recording = file.read();
  EXPECT_EQ(recording.patient_name, "Ann M\xC3\xBCller");
  EXPECT_EQ(recording.patient_id, "77");
  EXPECT_DOUBLE_EQ(recording.age_years.value(), 1.5);
  EXPECT_EQ(recording.birth_date, "1999-02-03");
  EXPECT_EQ(recording.sex, "female");
  EXPECT_EQ(recording.device, "Schiller AT-10 2.5");
  EXPECT_EQ(recording.start, "2020-02-29T00:00:00.500+01:30") << "the file's samples begin later";
  EXPECT_EQ(recording.warnings, Texts{});
}

TEST(Scp, DatesTheWrongWayRoundAreReadWithAWarning) {
  ScpFile file = two_leads();
  file.others[1] = tag(25, std::string("\x07\xE3\x08\x08", 4));
  const Recording recording = file.read();
  EXPECT_EQ(recording.start, "2019-08-08");
  EXPECT_EQ(recording.warnings, Texts{"dates have the high byte of the year first"});
}

TEST(Scp, TextInAnUnknownCharacterSetIsMarked) {
  ScpFile file = two_leads();
  file.others[1] = tag(0, "\xB0\xB1z") + tag(14, device(0, 0x13));
  const Recording recording = file.read();
  EXPECT_EQ(recording.patient_name, "??z");
  ASSERT_EQ(recording.warnings.size(), 1u);
  EXPECT_NE(recording.warnings[0].find("character set 19"), std::string::npos);
}

TEST(Scp, StatementsOfBothSectionsAreKept) {
  const auto statement = [](const std::string& text) {
    return "\x01" + little(text.size(), 2) + text;
  };
  ScpFile file = two_leads();
  file.others[8] = std::string(8, '\0') + "\x03" + statement("sinus rhythm\xE9") +
                   statement(std::string("\0", 1)) + statement("left axis");
  file.others[11] = std::string(8, '\0') + "\x03" +
                    statement(
                        "\x01"
                        "SR") +
                    statement(
                        "\x03"
                        "because") +
                    statement(
                        "\x02"
                        "normal");
  EXPECT_EQ(file.read().statements, (Texts{"sinus rhythm\xC3\xA9", "left axis", "SR", "normal"}));
}

}  // namespace
}  // namespace liteheart
