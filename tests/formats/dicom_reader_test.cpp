// DICOM ECGs: a real one against pydicom, and every quirk in files made here.
#include "formats/dicom_reader.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>

#include "dicom_files.h"
#include "formats/registry.h"
#include "golden_dicom.h"
#include "scratch.h"
#include "shared.h"

namespace liteheart {
namespace {

using test::DicomBuilder;
using test::DicomChannel;
using test::DicomGroupSpec;
using test::DicomStyle;

constexpr const char *kImplicit = "1.2.840.10008.1.2", *kExplicit = "1.2.840.10008.1.2.1",
                     *kBig = "1.2.840.10008.1.2.2", *kDeflated = "1.2.840.10008.1.2.1.99";

Recording read(const std::string& bytes, const ReadOptions& options = {}) {
  const std::vector<std::uint8_t> copy(bytes.begin(), bytes.end());
  return read_recording(copy, "memory", options);
}

std::string error_of(const std::string& bytes) {
  return test::error_of([&] { read(bytes); });
}

std::string file_of(const std::vector<DicomGroupSpec>& groups, DicomStyle style = {}) {
  const char* const syntax = !style.explicit_vr ? kImplicit : style.big_endian ? kBig : kExplicit;
  return test::dicom_with_header(syntax, test::kGeneralClass,
                                 test::dicom_ecg(style, groups).bytes());
}

std::string joined(const std::vector<std::string>& lines) {
  std::string all;
  for (const std::string& line : lines) all += line + "\n";
  return all;
}

void expect_mv(const Recording& recording, const std::vector<float>& expected) {
  ASSERT_EQ(recording.mv.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (std::isnan(expected[i]))
      EXPECT_TRUE(std::isnan(recording.mv[i])) << i;
    else
      EXPECT_FLOAT_EQ(recording.mv[i], expected[i]) << i;
  }
}

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

TEST(DicomReader, EverySampleOfARealFileIsThatOfPydicom) {
  LITEHEART_NEEDS_SHARED();
  const Recording ecg = read_recording(test::shared() / "formats/dicom/waveform_ecg.dcm");
  ASSERT_EQ(ecg.samples, static_cast<std::size_t>(test::kGoldenDicomSamples));
  ASSERT_EQ(ecg.leads.size(), std::size(test::kGoldenDicom));
  for (std::size_t lead = 0; lead < ecg.leads.size(); ++lead) {
    const test::GoldenLead& golden = test::kGoldenDicom[lead];
    EXPECT_NE(std::string(golden.source).find(ecg.leads[lead]), std::string::npos);
    std::uint64_t hash = 0xCBF29CE484222325;
    double sum = 0;
    for (const float mv : ecg.lead(lead)) {
      const double units = double{mv} * 1000 / 1.25;
      ASSERT_NEAR(units, std::round(units), 1e-3);
      const auto unit = static_cast<std::uint16_t>(std::lround(units));
      for (const int shift : {0, 8}) hash = (hash ^ (unit >> shift & 0xFF)) * 0x100000001B3;
      sum += double{mv} * 1000;
    }
    EXPECT_EQ(hash, golden.hash) << ecg.leads[lead];
    EXPECT_NEAR(sum, golden.sum_uv, 1) << ecg.leads[lead];
    EXPECT_NEAR(ecg.lead(lead).front() * 1000, golden.first_uv, 1e-3);
    EXPECT_NEAR(ecg.lead(lead).back() * 1000, golden.last_uv, 1e-3);
  }
}

TEST(DicomReader, ARealFileTellsWhoWhenAndWhat) {
  LITEHEART_NEEDS_SHARED();
  const Recording ecg = read_recording(test::shared() / "formats/dicom/waveform_ecg.dcm");
  EXPECT_EQ(ecg.format, "DICOM 12-lead ECG");
  EXPECT_DOUBLE_EQ(ecg.rate_hz, 1000);
  EXPECT_EQ(ecg.start, "2013-01-25T10:59:19");
  EXPECT_EQ(ecg.device, "Mortara Instrument, Inc. el250 0.0.0");
  EXPECT_EQ(ecg.patient_id, "642341");
  EXPECT_EQ(ecg.birth_date, "1971-01-23");
  EXPECT_EQ(ecg.age_years, 42);
  EXPECT_EQ(ecg.sex, "female");
  EXPECT_EQ(ecg.statements, (std::vector<std::string>{"RITMO SINUSALE", "ECG NORMALE"}))
      << "measured values are no statements";
  ASSERT_EQ(ecg.warnings.size(), 1u);
  EXPECT_NE(ecg.warnings[0].find("'MEDIAN BEAT'"), std::string::npos) << ecg.warnings[0];
}

struct Syntax {
  const char* name;
  DicomStyle style;
  const char* uid;
};

class DicomSyntax : public testing::TestWithParam<Syntax> {};

TEST_P(DicomSyntax, IsReadWithHeaderAndWithout) {
  const Syntax& syntax = GetParam();
  const std::string data = test::dicom_ecg(syntax.style, {DicomGroupSpec{}}).bytes();
  std::vector<std::string> files = {test::dicom_with_header(
      syntax.uid, test::kGeneralClass,
      syntax.uid == std::string(kDeflated) ? test::raw_deflated(data) : data)};
  if (syntax.uid != std::string(kDeflated)) {
    files.push_back(data);
    files.push_back(files[0].substr(128 + 4));
  }
  for (const std::string& file : files) {
    const Recording ecg = read(file);
    EXPECT_EQ(ecg.format, "DICOM general ECG");
    EXPECT_EQ(ecg.leads, std::vector<std::string>{"I"});
    EXPECT_DOUBLE_EQ(ecg.rate_hz, 500);
    expect_mv(ecg, {0.002F, -0.004F, 0.006F, 0.008F});
    EXPECT_EQ(ecg.start, "2021-02-03T04:05:06.250+01:00");
    EXPECT_EQ(ecg.device, "Acme Cart 7 1.2");
    EXPECT_EQ(ecg.patient_name, "M\xC3\xBCller Ada");
    EXPECT_EQ(ecg.patient_id, "P-1");
    EXPECT_EQ(ecg.birth_date, "1980-02-29");
    EXPECT_EQ(ecg.age_years, 1.5);
    EXPECT_EQ(ecg.statements,
              (std::vector<std::string>{"Sinus rhythm", "Rhythm: Atrial fibrillation"}));
    EXPECT_TRUE(ecg.warnings.empty()) << joined(ecg.warnings);
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, DicomSyntax,
    testing::Values(Syntax{"ExplicitLittle", {true, false, false}, kExplicit},
                    Syntax{"ExplicitLittleUndefined", {true, false, true}, kExplicit},
                    Syntax{"ImplicitLittle", {false, false, false}, kImplicit},
                    Syntax{"ImplicitLittleUndefined", {false, false, true}, kImplicit},
                    Syntax{"ExplicitBig", {true, true, false}, kBig},
                    Syntax{"ExplicitBigUndefined", {true, true, true}, kBig},
                    Syntax{"Deflated", {true, false, true}, kDeflated}),
    [](const auto& test_case) { return test_case.param.name; });

TEST(DicomReader, SensitivityCorrectionBaselineAndUnitMakeMillivolts) {
  DicomGroupSpec group;
  group.channels = {{"2:2", "MDC", "Lead II", "0.5", "mV", "2", "10"},
                    {"5.6.3-9-3", "SCPECG", "Lead V1", "1e-6", "V", "3", "-1"}};
  group.samples = {1, 100, -3, 200};
  const Recording ecg = read(file_of({group}));
  EXPECT_EQ(ecg.leads, (std::vector<std::string>{"II", "V1"}));
  expect_mv(ecg, {11, 7, -1000 + 0.3F, -1000 + 0.6F});
}

TEST(DicomReader, LeadsAreKnownByAnyCodeOrByTheirName) {
  DicomGroupSpec group;
  group.channels = {{"5.6.3-9-61", "SCPECG", "?"}, {"2:62", "MDC", "?"},
                    {"131393", "MDC", "?"},        {"x", "LOCAL", "Lead aVF (Goldberger)"},
                    {"y", "LOCAL", "Chest"},       {"5.6.3-9-9", "SCPECG", "Lead V7"}};
  group.samples = {1, 2, 3, 4, 5, 6};
  EXPECT_EQ(read(file_of({group})).leads,
            (std::vector<std::string>{"III", "aVR", "-aVR", "aVF", "Chest", "V7"}));
}

TEST(DicomReader, EverySampleKindIsDecoded) {
  struct Kind {
    const char* name;
    std::vector<std::int64_t> samples;
  };
  for (const DicomStyle style : {DicomStyle{}, DicomStyle{true, true, false}}) {
    for (const Kind& kind : {Kind{"SB", {-128, 127, -1, 5}}, Kind{"UB", {0, 255, 128, 5}},
                             Kind{"SS", {-32768, 32767, -1, 5}}, Kind{"US", {0, 65535, 32768, 5}},
                             Kind{"SL", {-2147483648LL, 2147483647, -1, 5}}}) {
      DicomGroupSpec group;
      group.kind = kind.name;
      group.samples = kind.samples;
      const Recording ecg = read(file_of({group}, style));
      for (std::size_t t = 0; t < kind.samples.size(); ++t)
        EXPECT_FLOAT_EQ(ecg.mv[t], static_cast<float>(kind.samples[t]) * 0.002F) << kind.name;
    }
  }
  DicomGroupSpec companded;
  companded.kind = "MB";
  EXPECT_NE(error_of(file_of({companded})).find("of the kind 'MB'"), std::string::npos);
}

TEST(DicomReader, PaddingIsMissing) {
  for (const bool big : {false, true}) {
    DicomGroupSpec group;
    group.samples = {5, -32768, 6, -32767};
    group.padding = -32768;
    expect_mv(read(file_of({group}, {true, big, false})), {0.01F, kNaN, 0.012F, -65.534F});
  }
}

TEST(DicomReader, ASignCutToTheStoredBitsIsMended) {
  DicomGroupSpec group;
  group.channels[0].bits_stored = 12;
  group.samples = {1, 4095, 2048, 2047};  // -1, -2048
  const Recording mended = read(file_of({group}));
  expect_mv(mended, {0.002F, -0.002F, -4.096F, 4.094F});
  EXPECT_NE(joined(mended.warnings).find("sign of its 12 bits"), std::string::npos);
  group.samples = {1, -1, 2047, -2048};
  EXPECT_TRUE(read(file_of({group})).warnings.empty());
}

TEST(DicomReader, SkewIsTakenOut) {
  DicomGroupSpec group;
  group.channels = {{}, {"2:2", "MDC", "Lead II"}};
  group.channels[1].sample_skew = "1";
  group.samples = {1, 1, 2, 2, 3, 3, 4, 4};
  const Recording ecg = read(file_of({group}));
  expect_mv(ecg, {0.002F, 0.004F, 0.006F, 0.008F, kNaN, 0.002F, 0.004F, 0.006F});
  EXPECT_NE(joined(ecg.warnings).find("'II' is moved by 1 samples"), std::string::npos);
}

TEST(DicomReader, TheRhythmIsTakenOfSeveralGroups) {
  DicomGroupSpec rhythm, beat, longer, derived;
  rhythm.samples = {9, 9};
  beat.label = "MEDIAN BEAT", beat.samples = std::vector<std::int64_t>(50, 7);
  longer.label = "", longer.samples = std::vector<std::int64_t>(10, 8);
  derived.label = "", derived.originality = "DERIVED";
  derived.samples = std::vector<std::int64_t>(60, 5);
  EXPECT_FLOAT_EQ(read(file_of({beat, longer, rhythm})).mv[0], 0.018F) << "by its label";
  EXPECT_FLOAT_EQ(read(file_of({beat, derived, longer})).mv[0], 0.016F) << "an original before";
  const Recording of_beat = read(file_of({beat, rhythm}));
  EXPECT_FLOAT_EQ(of_beat.mv[0], 0.018F);
  EXPECT_NE(joined(of_beat.warnings).find("group 1 'MEDIAN BEAT' (1 channels, 0.1 s) is left out"),
            std::string::npos);
}

TEST(DicomReader, ChannelsThatAreNoVoltageAreLeftOut) {
  DicomGroupSpec group;
  group.channels = {{"1", "X", "Pressure", "1", "mm[Hg]"}, {}};
  group.samples = {100, 1, 100, 2};
  const Recording ecg = read(file_of({group}));
  EXPECT_EQ(ecg.leads, std::vector<std::string>{"I"});
  expect_mv(ecg, {0.002F, 0.004F});
  EXPECT_NE(joined(ecg.warnings).find("'Pressure' is left out: its unit is 'mm[Hg]'"),
            std::string::npos);
}

TEST(DicomReader, SamplesWithoutSensitivityNeedAUnit) {
  DicomGroupSpec group;
  group.channels[0].sensitivity = "";
  EXPECT_NE(error_of(file_of({group})).find("--unit"), std::string::npos);
  expect_mv(read(file_of({group}), {0, "uV"}), {0.001F, -0.002F, 0.003F, 0.004F});
}

TEST(DicomReader, ARealRateStaysReal) {
  DicomGroupSpec group;
  group.rate = "513.625";
  EXPECT_DOUBLE_EQ(read(file_of({group})).rate_hz, 513.625);
  group.rate = "0";
  EXPECT_NE(error_of(file_of({group})).find("no sampling frequency"), std::string::npos);
}

TEST(DicomReader, ACutFileIsReadAsFarAsItGoes) {
  DicomGroupSpec group;
  group.samples = std::vector<std::int64_t>(1000, 3);
  const std::string file = file_of({group});
  const Recording cut = read(file.substr(0, file.size() - 500));
  EXPECT_EQ(cut.samples, 750u);
  EXPECT_NE(joined(cut.warnings).find("250 of 1000 samples are missing"), std::string::npos);
  EXPECT_NE(error_of(file.substr(0, file.size() - 2000)).find("no samples"), std::string::npos);
}

TEST(DicomReader, OtherDicomIsNamed) {
  const auto of_class = [](const char* uid) {
    DicomBuilder root;
    root.text(0x00080016, "UI", uid);
    return test::dicom_with_header(kExplicit, uid, root.bytes());
  };
  EXPECT_NE(error_of(of_class("1.2.840.10008.5.1.4.1.1.2")).find("CTImageStorage"),
            std::string::npos);
  EXPECT_NE(error_of(of_class("1.2.840.10008.5.1.4.1.1.104.1")).find("EncapsulatedPDFStorage"),
            std::string::npos);
  EXPECT_NE(error_of(of_class("1.2.3.4")).find("1.2.3.4"), std::string::npos);
  EXPECT_NE(error_of(of_class(test::kTwelveLeadClass)).find("holds no waveform"),
            std::string::npos);
}

TEST(DicomReader, ImplicitElementsInAnExplicitFileAreRead) {
  // As some carts write the items of private sequences; here the patient's id.
  std::string file = file_of({DicomGroupSpec{}});
  const std::string id = DicomBuilder().text(0x00100020, "LO", "P-1").bytes();
  const std::string bare =
      DicomBuilder({false, false, false}).text(0x00100020, "LO", "P-1").bytes();
  file.replace(file.find(id), id.size(), bare);
  EXPECT_EQ(read(file).patient_id, "P-1");
}

TEST(DicomReader, ClaimsBeyondTheFileAreNotBelieved) {
  DicomGroupSpec group;
  group.declared_samples = 0xFFFFFFFF;
  const Recording ecg = read(file_of({group}));
  EXPECT_EQ(ecg.samples, 4u);
  EXPECT_NE(joined(ecg.warnings).find("cut off"), std::string::npos);
}

TEST(DicomReader, NestingWithoutEndIsRefusedAtOnce) {
  // A sequence in an item in a sequence, ...: DCMTK's own parser would overflow the stack.
  const std::string level("\x08\x00\x40\x11SQ\0\0\xFF\xFF\xFF\xFF\xFE\xFF\x00\xE0\xFF\xFF\xFF\xFF",
                          20);
  std::string deep;
  for (int i = 0; i < 500'000; ++i) deep += level;
  DicomBuilder root;
  root.text(0x00080016, "UI", test::kGeneralClass);
  const auto begin = std::chrono::steady_clock::now();
  const std::string error =
      error_of(test::dicom_with_header(kExplicit, test::kGeneralClass, root.bytes() + deep));
  EXPECT_NE(error.find("nested too deeply"), std::string::npos) << error;
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2));
}

TEST(DicomReader, ADeflatedBombIsRefused) {
  const std::string bomb = test::raw_deflated(std::string(100'000'000, '\0'));
  EXPECT_NE(
      error_of(test::dicom_with_header(kDeflated, test::kGeneralClass, bomb)).find("grows beyond"),
      std::string::npos);
}

TEST(DicomReader, NothingIsPrinted) {
  testing::internal::CaptureStderr();
  testing::internal::CaptureStdout();
  error_of(file_of({DicomGroupSpec{}}).substr(0, 500));
  DicomBuilder root;
  root.text(0x00080005, "CS", "NO SUCH SET").text(0x00080016, "UI", "\xFF\xFE");
  error_of(test::dicom_with_header(kExplicit, "1.2", root.bytes()));
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
}

TEST(DicomReader, TheHostileFileIsRefused) {
  LITEHEART_NEEDS_SHARED();
  EXPECT_NE(
      test::error_of([] { read_recording(test::shared() / "formats/hostile/dcm_t1000.dcm"); }), "");
}

class DamagedDicom : public test::Scratch {};

TEST_F(DamagedDicom, ReadsOrIsRefusedInBoundedTime) {
  LITEHEART_NEEDS_SHARED();
  const std::string bytes = test::read_bytes(test::shared() / "formats/dicom/waveform_ecg.dcm");
  const auto file = folder / "damaged.dcm";
  const auto begin = std::chrono::steady_clock::now();
  const int refused = test::refused_of_damaged(bytes, 30'000, file, [&] {
    const Recording ecg = read_recording(file);
    EXPECT_GT(ecg.samples, 0u);
    EXPECT_EQ(ecg.mv.size(), ecg.samples * ecg.leads.size());
  });
  EXPECT_GT(refused, 5);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(30));
}

}  // namespace
}  // namespace liteheart
