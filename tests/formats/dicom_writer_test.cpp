// What write_dicom writes, read back here and by pydicom and DCMTK.
#include "formats/dicom_writer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "ecg/leads.h"
#include "formats/registry.h"
#include "python_check.h"
#include "scratch.h"
#include "shared.h"

namespace liteheart {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

Recording recording_of(std::vector<std::string> leads, double rate_hz, std::size_t samples) {
  Recording recording;
  recording.name = "made";
  recording.rate_hz = rate_hz;
  recording.samples = samples;
  recording.leads = std::move(leads);
  for (std::size_t i = 0; i < recording.leads.size() * samples; ++i)
    recording.mv.push_back(static_cast<float>(std::sin(0.37 * static_cast<double>(i)) *
                                              static_cast<double>(1 + i / samples)));
  return recording;
}

std::vector<std::string> twelve() { return {kLeadNames.begin(), kLeadNames.end()}; }

class DicomWriter : public test::Scratch {
 protected:
  Recording round_trip(const Recording& recording) {
    write_dicom(recording, file);
    return read_recording(file);
  }
  void write_values(const Recording& recording) {
    test::write_bytes(
        values, {reinterpret_cast<const char*>(recording.mv.data()), recording.mv.size() * 4});
  }
  std::filesystem::path file = folder / "written.dcm", values = folder / "values.f32";
};

TEST_F(DicomWriter, ASampleComesBackWithinAStep) {
  Recording recording = recording_of(twelve(), 500, 1000);
  recording.mv[7] = kNaN;
  recording.mv[1001] = 250;  // mV: a coarse step
  const Recording back = round_trip(recording);
  EXPECT_EQ(back.leads, recording.leads);
  EXPECT_EQ(back.rate_hz, recording.rate_hz);
  for (std::size_t lead = 0; lead < 12; ++lead) {
    float largest = 0;
    for (const float mv : recording.lead(lead))
      if (!std::isnan(mv)) largest = std::max(largest, std::abs(mv));
    for (std::size_t t = 0; t < recording.samples; ++t) {
      const float mv = recording.lead(lead)[t];
      if (std::isnan(mv))
        EXPECT_TRUE(std::isnan(back.lead(lead)[t]));
      else
        ASSERT_NEAR(back.lead(lead)[t], mv, largest / 32767 * 0.51) << lead << " " << t;
    }
  }
}

TEST_F(DicomWriter, UsualStepsOfDevicesLoseNothing) {
  for (const double step : {5.0, 4.88, 2.5, 1.25, 1.0, 0.5}) {
    Recording recording = recording_of({"I"}, 500, 2000);
    for (std::size_t t = 0; t < recording.samples; ++t)
      recording.mv[t] = static_cast<float>(std::round(recording.mv[t] * 1000) * step / 1000);
    const Recording back = round_trip(recording);
    for (std::size_t t = 0; t < recording.samples; ++t)
      ASSERT_FLOAT_EQ(back.mv[t], recording.mv[t]) << step;
  }
}

TEST_F(DicomWriter, TheClassFollowsLeadsRateAndLength) {
  EXPECT_EQ(round_trip(recording_of(twelve(), 500, 5000)).format, "DICOM 12-lead ECG");
  EXPECT_EQ(round_trip(recording_of(twelve(), 500, 16384)).format, "DICOM 12-lead ECG");
  EXPECT_EQ(round_trip(recording_of(twelve(), 500, 16385)).format, "DICOM general ECG");
  EXPECT_EQ(round_trip(recording_of({"I"}, 513.625, 500)).format, "DICOM general ECG");
  EXPECT_EQ(round_trip(recording_of({"I", "II"}, 128, 500)).format, "DICOM ambulatory ECG");
  EXPECT_EQ(round_trip(recording_of(twelve(), 100, 500)).format, "DICOM ambulatory ECG");
  EXPECT_NE(test::error_of([&] { round_trip(recording_of({"I"}, 2000, 500)); }).find("2000 Hz"),
            std::string::npos);
  EXPECT_NE(test::error_of([&] { round_trip(recording_of({"I"}, 40, 500)); }), "");
  EXPECT_NE(test::error_of([&] {
              round_trip(recording_of(std::vector<std::string>(25, "x"), 500, 10));
            }).find("25 leads"),
            std::string::npos);
}

TEST_F(DicomWriter, FactsAndStatementsComeBack) {
  Recording recording = recording_of({"I", "MLII", "ECG"}, 513.625, 100);
  recording.start = "2021-12-17T10:20:30.500+01:00";
  recording.device = "Watch 5,1";
  recording.patient_id = "id\\7";
  recording.patient_name = "M\xC3\xBCller";
  recording.birth_date = "1980-02-29";
  recording.age_years = 41;
  recording.sex = "female";
  recording.statements = {"Sinus rhythm", "second \xE2\x89\xA5 line\\x"};
  const Recording back = round_trip(recording);
  EXPECT_EQ(back.leads, recording.leads);
  EXPECT_EQ(back.start, recording.start);
  EXPECT_EQ(back.device, recording.device);
  EXPECT_EQ(back.patient_id, "id 7") << "a backslash separates values in DICOM";
  EXPECT_EQ(back.patient_name, recording.patient_name);
  EXPECT_EQ(back.birth_date, recording.birth_date);
  EXPECT_EQ(back.age_years, recording.age_years);
  EXPECT_EQ(back.sex, recording.sex);
  EXPECT_EQ(back.statements, recording.statements);
  EXPECT_TRUE(back.warnings.empty());
}

TEST_F(DicomWriter, NothingIsInvented) {
  const Recording back = round_trip(recording_of({"I"}, 500, 100));
  EXPECT_EQ(back.start + back.patient_id + back.patient_name + back.birth_date + back.sex, "");
  EXPECT_FALSE(back.age_years.has_value());
  EXPECT_EQ(back.device, "LiteHeart");
}

TEST_F(DicomWriter, TheSameContentHasTheSameUidAndOtherContentAnother) {
  const Recording recording = recording_of({"I"}, 500, 100);
  Recording other = recording;
  other.mv[50] += 1e-3F;
  EXPECT_EQ(dicom_file(recording), dicom_file(recording));
  const auto uid = [](const std::string& bytes) { return bytes.substr(bytes.find("2.25."), 40); };
  EXPECT_NE(uid(dicom_file(recording)), uid(dicom_file(other)));
}

TEST_F(DicomWriter, TextThatIsNoUtf8IsMended) {
  Recording recording = recording_of({"I\xFF"}, 500, 100);
  recording.patient_name = std::string("a\xC3", 2);
  recording.statements = {std::string("x\0y", 3)};
  const Recording back = round_trip(recording);
  EXPECT_EQ(back.leads.front(), "I?");
  EXPECT_EQ(back.patient_name, "a?");
  EXPECT_EQ(back.statements.front(), "x y");
}

TEST_F(DicomWriter, PydicomReadsTheSameSamples) {
  Recording recording = recording_of(twelve(), 500, 5000);
  recording.mv[123] = kNaN;
  write_dicom(recording, file);
  write_values(recording);
  LITEHEART_AGREES("check_dicom.py", file.string() + " " + values.string());
}

TEST_F(DicomWriter, PydicomReadsWhatWasReadOfARealFile) {
  LITEHEART_NEEDS_SHARED();
  const Recording recording = read_recording(test::shared() / "formats/dicom/waveform_ecg.dcm");
  const Recording back = round_trip(recording);
  EXPECT_EQ(back.mv, recording.mv);
  EXPECT_EQ(back.statements, recording.statements);
  write_values(recording);
  LITEHEART_AGREES("check_dicom.py", file.string() + " " + values.string());
}

TEST_F(DicomWriter, DcmdumpReadsIt) {
  write_dicom(recording_of({"I", "ECG"}, 300, 900), file);
  const std::string listing = folder / "listing";
  const int status = std::system(
      ("dcmdump +P WaveformData -q " + file.string() + " >" + listing + " 2>" + listing + ".errors")
          .c_str());
  if (WEXITSTATUS(status) == 127) GTEST_SKIP() << "needs DCMTK's dcmdump";
  EXPECT_EQ(status, 0);
  EXPECT_NE(test::read_bytes(listing).find("3600, 1 WaveformData"), std::string::npos)
      << test::read_bytes(listing);
  EXPECT_EQ(test::read_bytes(listing + ".errors"), "");
}

}  // namespace
}  // namespace liteheart
