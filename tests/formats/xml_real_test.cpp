// Real files of the XML formats against golden_xml.py, which decodes them without LiteHeart.
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <map>

#include "golden_xml.h"
#include "shared.h"
#include "xml_files.h"

namespace liteheart {
namespace {

namespace fs = std::filesystem;

fs::path sample(const std::string& file) { return test::shared() / "formats" / file; }

/// In units of 10 nV.
std::int64_t units(float mv) { return std::llround(double{mv} * 1e5); }

std::uint64_t fnv1a(std::span<const float> samples) {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const float mv : samples) {
    const auto value = static_cast<std::uint32_t>(units(mv));
    for (int shift = 0; shift < 32; shift += 8)
      hash = (hash ^ (value >> shift & 0xFF)) * 0x100000001B3U;
  }
  return hash;
}

TEST(RealXml, EverySampleOfEveryLeadIsThatOfAnIndependentDecoder) {
  LITEHEART_NEEDS_SHARED();
  std::map<std::string, Recording> recordings;
  std::map<std::string, std::size_t> compared;
  for (const test::GoldenXmlLead& golden : test::kGoldenXml) {
    SCOPED_TRACE(std::string(golden.file) + " " + golden.lead);
    if (!recordings.contains(golden.file))
      recordings[golden.file] = read_recording(sample(golden.file));
    const Recording& r = recordings[golden.file];
    const std::size_t lead = compared[golden.file]++;
    ASSERT_LT(lead, r.leads.size());
    EXPECT_EQ(r.leads[lead], golden.lead);
    EXPECT_EQ(r.rate_hz, golden.rate_hz);
    ASSERT_EQ(r.samples, static_cast<std::size_t>(golden.samples));
    const auto mv = r.lead(lead);
    EXPECT_EQ(units(mv[0]), golden.first);
    EXPECT_EQ(units(mv[r.samples / 3]), golden.at_a_third);
    EXPECT_EQ(units(mv[r.samples - 1]), golden.last);
    std::int64_t sum = 0;
    for (const float value : mv) sum += units(value);
    EXPECT_EQ(sum, golden.sum);
    EXPECT_EQ(fnv1a(mv), golden.hash);
  }
  EXPECT_EQ(recordings.size(), 7u);
  for (const auto& [file, recording] : recordings)
    EXPECT_EQ(recording.leads.size(), compared[file]) << file;
}

TEST(RealXml, EinthovenAndGoldbergerHoldWithinQuantization) {
  LITEHEART_NEEDS_SHARED();
  struct File {
    const char* name;
    double tolerance_mv;  // in file units: 2 of 5 uV, 2 of 2.5 uV, none where derived
  };
  for (const auto& [name, tolerance] :
       {File{"philips_xml/129DYPRG.XML", 0.010},
        File{"philips_xml/ad4d3d80-d165_1-04_orig.xml", 0.005},
        File{"hl7_aecg/Example aECG.xml", 0.005}, File{"muse_xml/example1.xml", 0},
        File{"muse_xml/example2.xml", 0}}) {
    const Recording r = read_recording(sample(name));
    for (std::size_t t = 0; t < r.samples; ++t) {
      const auto at = [&](std::size_t lead) { return double{r.lead(lead)[t]}; };
      ASSERT_NEAR(at(2), at(1) - at(0), tolerance + 1e-6) << name << " " << t;
      ASSERT_NEAR(at(3) + at(4) + at(5), 0, 2 * tolerance + 1e-6) << name << " " << t;
    }
  }
}

TEST(RealXml, Hl7AecgTellsSubjectDeviceAndStatements) {
  LITEHEART_NEEDS_SHARED();
  const Recording example = read_recording(sample("hl7_aecg/Example aECG.xml"));
  EXPECT_EQ(example.name, "Example aECG");
  EXPECT_EQ(example.start, "2002-11-22T09:10:00");
  EXPECT_EQ(example.patient_id, "SBJ-123");
  EXPECT_EQ(example.patient_name, "Clark");
  EXPECT_EQ(example.sex, "male");
  EXPECT_EQ(example.birth_date, "1953-05-08");
  EXPECT_EQ(example.age_years, 46);
  EXPECT_EQ(example.device, "Mortara Instrument, Inc., ELI250, 5.3");
  EXPECT_EQ(example.statements, std::vector<std::string>{"Sinus Rhythm"});
  EXPECT_TRUE(example.warnings.empty());

  const Recording mindray = read_recording(sample("hl7_aecg/hl7aecg_example.xml"));
  EXPECT_EQ(mindray.rate_hz, 100);
  EXPECT_EQ(mindray.patient_id, "25060897140");
  EXPECT_EQ(mindray.sex, "");
  ASSERT_EQ(mindray.statements.size(), 4u);
  EXPECT_EQ(mindray.statements[0], "Rythme sinusal avec ESA");
  EXPECT_EQ(mindray.statements[3], "Diagnostic non confirm\xC3\xA9.");
}

TEST(RealXml, SmallAecgFilesAreReadWithAWarningAndTheEmptyOneRefused) {
  LITEHEART_NEEDS_SHARED();
  for (const char* variant :
       {"", "_effectiveTime_high", "_effectiveTime_interval", "_effectiveTime_low", "_nouuid"}) {
    const Recording r =
        read_recording(sample(std::string("hl7_aecg/minimum_aecg") + variant + ".xml"));
    EXPECT_EQ(r.samples, 13u);
    EXPECT_EQ(r.leads, std::vector<std::string>{"II"});
    EXPECT_EQ(units(r.mv[12]), -2250);
    EXPECT_TRUE(test::warns(r, "0.026 s of samples, where the series says 10 s"));
  }
  const std::string error = test::error_of([] { read_recording(sample("hl7_aecg/empty.xml")); });
  EXPECT_NE(error.find("empty.xml: an HL7 annotated ECG without a waveform"), std::string::npos);
}

TEST(RealXml, MuseChecksumsFitAndBeatsLieOnTheQrs) {
  LITEHEART_NEEDS_SHARED();
  const Recording r = read_recording(sample("muse_xml/example1.xml"));
  EXPECT_TRUE(r.warnings.empty());  // so all checksums fit
  EXPECT_EQ(r.device, "GE MUSE 9.0.7.17363");
  ASSERT_EQ(r.beats.size(), 8u);
  for (const Beat& beat : r.beats) {  // lead II peaks within 20 ms of the mark
    const auto ii = r.lead(1);
    const std::size_t from = beat.sample - 100;
    const auto peak = std::max_element(ii.begin() + static_cast<std::ptrdiff_t>(from),
                                       ii.begin() + static_cast<std::ptrdiff_t>(beat.sample + 100));
    EXPECT_NEAR(static_cast<double>(peak - ii.begin()), static_cast<double>(beat.sample), 10);
  }
}

TEST(RealXml, PhilipsTellsPatientDeviceAndStatementsAndLosesItsCalibration) {
  LITEHEART_NEEDS_SHARED();
  const Recording old = read_recording(sample("philips_xml/129DYPRG.XML"));
  EXPECT_EQ(old.samples, 5300u);
  EXPECT_EQ(old.start, "2011-12-01T07:27:34");
  EXPECT_EQ(old.device, "HeartstartMRx");
  EXPECT_EQ(old.patient_id, "1112010721168bdc");
  EXPECT_EQ(old.age_years, 50);
  EXPECT_EQ(old.sex, "male");
  ASSERT_EQ(old.statements.size(), 5u);
  EXPECT_EQ(old.statements[0], "Sinus bradycardia (rate< 50)");
  EXPECT_EQ(old.statements[4], "- ABNORMAL ECG -");
  EXPECT_TRUE(test::warns(old, "the last 0.4 s are the calibration"));

  const Recording wide = read_recording(sample("philips_xml/ad4d3d80-d165_1-04_orig.xml"));
  EXPECT_EQ(wide.samples, 5300u);
  EXPECT_EQ(wide.device, "PageWriter Touch, Philips Medical Products:M5000:C.01.02.00");
  EXPECT_EQ(wide.patient_id, "9999");
  EXPECT_EQ(wide.birth_date, "1976-01-01");
  EXPECT_EQ(wide.patient_name, "");
  EXPECT_FALSE(wide.age_years);
  EXPECT_EQ(wide.statements,
            (std::vector<std::string>{"SINUS BRADYCARDIA (V-rate<60)",
                                      "NO PREVIOUS TRACING AVAILABLE FOR COMPARISON",
                                      "- OTHERWISE NORMAL ECG -"}));
}

class DamagedXml : public testing::TestWithParam<const char*> {};

TEST_P(DamagedXml, ReadsOrIsRefusedInBoundedTime) {
  LITEHEART_NEEDS_SHARED();
  const std::string bytes = test::read_bytes(sample(GetParam()));
  test::ScratchFolder folder;
  const std::string file = folder / "damaged.xml";
  const auto begin = std::chrono::steady_clock::now();
  const int refused =
      test::refused_of_damaged(bytes, std::min<std::size_t>(bytes.size(), 2000), file, [&] {
        const Recording r = read_recording(file);
        ASSERT_GT(r.samples, 0u);
        ASSERT_EQ(r.mv.size(), r.leads.size() * r.samples);
      });
  EXPECT_GE(refused, 50);  // every cut
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(60));
}

INSTANTIATE_TEST_SUITE_P(RealFiles, DamagedXml,
                         testing::Values("hl7_aecg/Example aECG.xml",
                                         "hl7_aecg/hl7aecg_example.xml",
                                         "hl7_aecg/minimum_aecg.xml", "muse_xml/example1.xml",
                                         "muse_xml/example2.xml", "philips_xml/129DYPRG.XML",
                                         "philips_xml/ad4d3d80-d165_1-04_orig.xml"));

}  // namespace
}  // namespace liteheart
