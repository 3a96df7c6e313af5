// What write_fhir writes, read back here and checked by a script against FHIR R4.
#include "formats/fhir_writer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "ecg/leads.h"
#include "formats/fhir_reader.h"
#include "formats/registry.h"
#include "python_check.h"
#include "scratch.h"

namespace liteheart {
namespace {

Recording recording_of(std::vector<std::string> leads, double rate_hz) {
  Recording recording;
  recording.name = "made";
  recording.rate_hz = rate_hz;
  recording.samples = 500;
  recording.leads = std::move(leads);
  for (std::size_t i = 0; i < recording.leads.size() * recording.samples; ++i)
    recording.mv.push_back(static_cast<float>(std::sin(0.37 * static_cast<double>(i))));
  recording.mv[3] = std::numeric_limits<float>::quiet_NaN();
  return recording;
}

Recording full() {
  Recording recording = recording_of({"I", "MLII", "V1"}, 513.625);
  recording.start = "2021-12-17T10:20:30.500+01:00";
  recording.device = "Watch";
  recording.patient_id = "7";
  recording.patient_name = "Jo \"B\" Doe";
  recording.birth_date = "1980-02-29";
  recording.sex = "female";
  recording.statements = {"Sinus rhythm"};
  return recording;
}

class FhirWriter : public test::Scratch {
 protected:
  Recording round_trip(const Recording& recording) {
    write_fhir(recording, file);
    return read_recording(file);
  }
  void write(const Recording& recording) {
    write_fhir(recording, file);
    test::write_bytes(
        values, {reinterpret_cast<const char*>(recording.mv.data()), recording.mv.size() * 4});
  }
  std::filesystem::path file = folder / "written.json", values = folder / "values.f32";
};

TEST_F(FhirWriter, WhatIsWrittenComesBack) {
  const Recording recording = full(), back = round_trip(recording);
  EXPECT_EQ(back.format, "FHIR Observation");
  EXPECT_EQ(back.leads, recording.leads);
  EXPECT_NEAR(back.rate_hz, recording.rate_hz, 1e-9);
  ASSERT_EQ(back.samples, recording.samples);
  for (std::size_t i = 0; i < recording.mv.size(); ++i) {
    if (std::isnan(recording.mv[i]))
      EXPECT_TRUE(std::isnan(back.mv[i]));
    else
      ASSERT_NEAR(back.mv[i], recording.mv[i], 0.51 / 32767);
  }
  EXPECT_EQ(back.start, recording.start);
  EXPECT_EQ(back.device, recording.device);
  EXPECT_EQ(back.patient_id, recording.patient_id);
  EXPECT_EQ(back.patient_name, recording.patient_name);
  EXPECT_EQ(back.birth_date, recording.birth_date);
  EXPECT_EQ(back.sex, recording.sex);
  EXPECT_EQ(back.statements, recording.statements);
  EXPECT_TRUE(back.warnings.empty());
}

TEST_F(FhirWriter, ATimeWithoutAZoneIsKeptInANote) {
  Recording recording = full();
  recording.start = "2021-12-17T10:20:30";
  EXPECT_NE(fhir_observation(recording).find("\"effectiveDateTime\": \"2021-12-17\""),
            std::string::npos)
      << "a time without a zone is no FHIR dateTime";
  const Recording back = round_trip(recording);
  EXPECT_EQ(back.start, recording.start);
  EXPECT_EQ(back.statements, recording.statements);
}

TEST_F(FhirWriter, NothingIsInvented) {
  const std::string text = fhir_observation(recording_of({"I"}, 500));
  for (const char* word : {"Patient", "subject", "effective", "device", "interpretation", "final"})
    EXPECT_EQ(text.find(word), std::string::npos) << word;
}

TEST_F(FhirWriter, TextThatIsNoUtf8IsMended) {
  Recording recording = full();
  recording.patient_name = "a\xFF";
  EXPECT_EQ(round_trip(recording).patient_name, "a\xEF\xBF\xBD");
}

TEST_F(FhirWriter, ARecordingWithoutSamplesIsRefused) {
  Recording recording = full();
  recording.mv.clear();
  EXPECT_NE(test::error_of([&] { fhir_observation(recording); }), "");
}

TEST_F(FhirWriter, AFullObservationIsFhir) {
  write(full());
  LITEHEART_AGREES("check_fhir.py", file.string() + " " + values.string());
}

TEST_F(FhirWriter, ABareObservationIsFhir) {
  Recording recording = recording_of({kLeadNames.begin(), kLeadNames.end()}, 500);
  recording.start = "2021-12-17T10:20:30";
  write(recording);
  LITEHEART_AGREES("check_fhir.py", file.string() + " " + values.string());
}

}  // namespace
}  // namespace liteheart
