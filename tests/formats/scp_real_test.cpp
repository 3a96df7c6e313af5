// Real SCP-ECG files of several carts sample by sample, and damaged.
#include <gtest/gtest.h>

#include <cctype>
#include <chrono>
#include <cmath>
#include <sstream>

#include "formats/registry.h"
#include "golden_scp.h"
#include "scp_files.h"
#include "scratch.h"
#include "shared.h"

namespace liteheart {
namespace {

using test::error_of;
using test::expect_golden;
using test::ScpFile;
using test::shared;

using Texts = std::vector<std::string>;

TEST(RealScp, EverySampleAgreesWithAnIndependentDecoder) {
  LITEHEART_NEEDS_SHARED();
  for (const test::GoldenLead& golden : test::kGoldenScp) {
    const Recording recording = read_recording(shared() / "formats" / golden.file);
    expect_golden(golden, recording);
  }
}

TEST(RealScp, CartsAreReadWithWhatTheySay) {
  LITEHEART_NEEDS_SHARED();
  const Texts twelve = {"I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6"};
  Recording recording = read_recording(shared() / "formats/scp/Example.scp");
  EXPECT_EQ(recording.leads, twelve);
  EXPECT_DOUBLE_EQ(recording.rate_hz, 500);
  EXPECT_EQ(recording.patient_id, "SBJ-123");
  EXPECT_EQ(recording.start, "2002-11-22T09:10:00");
  EXPECT_EQ(recording.birth_date, "1953-05-08");
  EXPECT_EQ(recording.sex, "male");
  EXPECT_EQ(recording.device, "ECGConversion ELI250");
  EXPECT_EQ(recording.warnings, Texts{});

  recording = read_recording(shared() / "formats/scp/ECG_20070321_110542_ANON000004.SCP");
  EXPECT_EQ(recording.leads, twelve);
  EXPECT_DOUBLE_EQ(recording.rate_hz, 600);
  EXPECT_EQ(recording.name, "ECG_20070321_110542_ANON000004");
  EXPECT_EQ(recording.device, "Welch Allyn Cardio Control MDW14 CCW");
  EXPECT_DOUBLE_EQ(recording.age_years.value(), 39);
  ASSERT_EQ(recording.statements.size(), 9u);
  EXPECT_EQ(recording.statements[2],
            "\xC3\xA5lderskorrigerat Sokolow index (SV1+RV5 eller V6) = 4.1 mV");
  for (std::size_t t = 0; t < recording.samples; ++t)
    ASSERT_NEAR(recording.lead(2)[t], recording.lead(1)[t] - recording.lead(0)[t], 1e-6);

  recording = read_recording(shared() / "formats/scp/demo.scp");
  EXPECT_EQ(recording.leads, twelve);
  EXPECT_DOUBLE_EQ(recording.rate_hz, 1000);
  EXPECT_EQ(recording.patient_name, "Demo Patient");
  EXPECT_EQ(recording.warnings, Texts{});
}

// Mortara's example recording is there as SCP-ECG and as HL7 aECG, whose digits are plain text.
TEST(RealScp, TheSameRecordingAsHl7AecgHasTheSameDigits) {
  LITEHEART_NEEDS_SHARED();
  const Recording recording = read_recording(shared() / "formats/scp/Example.scp");
  const std::string xml = test::read_bytes(shared() / "formats/hl7_aecg/Example aECG.xml");
  for (std::size_t lead = 0; lead < recording.leads.size(); ++lead) {
    std::string code = "\"MDC_ECG_LEAD_" + recording.leads[lead] + "\"";
    for (char& c : code) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    const std::size_t from = xml.find("<digits>", xml.find(code));
    ASSERT_NE(from, std::string::npos) << code;
    std::istringstream digits(xml.substr(from + 8, xml.find("</digits>", from) - from - 8));
    std::vector<int> expected;
    for (int digit = 0; digits >> digit;) expected.push_back(digit);
    std::vector<int> units;
    for (const float mv : recording.lead(lead))
      units.push_back(static_cast<int>(std::lround(mv / 0.0025)));
    EXPECT_EQ(units, expected) << recording.leads[lead];
  }
}

TEST(RealScp, HealforceFilesOfOneSessionFollowEachOther) {
  LITEHEART_NEEDS_SHARED();
  const Recording first = read_recording(shared() / "formats/scp_healforce/62.SCP"),
                  second = read_recording(shared() / "formats/scp_healforce/63.SCP");
  EXPECT_EQ(first.format, "SCP-ECG (Healforce)");
  EXPECT_DOUBLE_EQ(first.rate_hz, 150);
  EXPECT_EQ(first.start, "2019-08-08T00:35:40");
  EXPECT_EQ(second.start, "2019-08-08T00:36:10") << "30 s later";
  EXPECT_EQ(first.beats.size(), 30u);
  EXPECT_EQ(first.beats[1].sample, 199u);
  EXPECT_EQ(first.warnings,
            (Texts{"the file does not name its leads; they are taken as I, II and III",
                   "dates have the high byte of the year first"}));
  // That they are I, II and III: what the electrodes make of one another holds.
  double error = 0, power = 0;
  for (std::size_t t = 0; t < first.samples; ++t) {
    error += std::pow(first.lead(0)[t] + first.lead(2)[t] - first.lead(1)[t], 2);
    power += std::pow(first.lead(1)[t], 2);
  }
  EXPECT_LT(error, 0.03 * power);
}

TEST(RealScp, HealforceVariantsThatAreNotKnownAreRefused) {
  LITEHEART_NEEDS_SHARED();
  const std::string bytes = test::read_bytes(shared() / "formats/scp_healforce/62.SCP");
  const auto error = [&](std::size_t at, char value) {
    std::string changed = bytes;
    changed[at] = value;
    return error_of([&] { ScpFile::read_bytes(changed); });
  };
  EXPECT_NE(error(194, 1).find("not supported: 1 leads"), std::string::npos);
  EXPECT_NE(error(506, 100).find("not supported: 100 Hz"), std::string::npos);
  EXPECT_NE(error(510, 0).find("not supported: samples"), std::string::npos);
  const Recording cut = ScpFile::read_bytes(bytes.substr(0, 512 + 6000));
  EXPECT_EQ(cut.samples, 1333u);
  EXPECT_NE(cut.warnings[0].find("3167 of 4500 samples are missing"), std::string::npos);
}

TEST(RealScp, HostileFilesAreRefusedOrReadWithWarnings) {
  LITEHEART_NEEDS_SHARED();
  for (const char* file : {"scp2_t255.scp", "scp3_t255.SCP"}) {
    const std::string error =
        error_of([&] { read_recording(shared() / "formats/hostile" / file); });
    EXPECT_NE(error.find("no description of the leads"), std::string::npos) << error;
  }
  const Recording recording = read_recording(shared() / "formats/hostile/scp_m2.scp");
  EXPECT_EQ(recording.samples, 10000u);
  EXPECT_EQ(recording.warnings, (Texts{"the checksum of the record does not match: damaged data?",
                                       "checksums do not match in section 1, 3, 6: damaged data?",
                                       "lead V5: 167772160 of its 167782160 samples are missing"}));
}

class DamagedScp : public test::Scratch {};

TEST_F(DamagedScp, AnyDamageIsAnErrorOrARecordingInBoundedTime) {
  LITEHEART_NEEDS_SHARED();
  constexpr std::size_t kHeaders = 420;
  const auto begin = std::chrono::steady_clock::now();
  for (const char* file :
       {"scp/Example.scp", "scp/demo.scp", "scp/ECG_20070321_110542_ANON000004.SCP",
        "scp/ECG_20170504_163507_ANON000009.SCP", "scp_healforce/62.SCP", "scp_healforce/63.SCP"}) {
    const std::string bytes = test::read_bytes(shared() / "formats" / file);
    const std::string damaged = folder / "damaged.scp";
    const int refused = test::refused_of_damaged(bytes, kHeaders, damaged, [&] {
      const Recording recording = read_recording(damaged);
      EXPECT_GT(recording.samples, 0u);
      EXPECT_FALSE(recording.leads.empty());
      EXPECT_EQ(recording.mv.size(), recording.leads.size() * recording.samples);
      EXPECT_LE(recording.mv.size() * sizeof(float), 10 * bytes.size() + (16 << 20));
    });
    EXPECT_GT(refused, 0) << file;
    EXPECT_LT(refused, 200) << file;
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(60));
}

}  // namespace
}  // namespace liteheart
