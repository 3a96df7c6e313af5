// What write_edf writes, read back by the house's reader and by EDFlib.
#include "formats/edf_writer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "edf_files.h"
#include "edflib_files.h"
#include "formats/edf_record.h"
#include "formats/edf_scale.h"
#include "formats/registry.h"
#include "matching.h"
#include "scratch.h"
#include "shared.h"

namespace liteheart {
namespace {

using test::has;
using test::only;
using test::same_samples;
using test::Strings;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

/// Smooth noise of a few mV that sits on no recorder's steps.
Recording made(double rate, std::size_t samples, Strings leads) {
  Recording recording;
  recording.name = "made";
  recording.rate_hz = rate;
  recording.samples = samples;
  recording.leads = std::move(leads);
  std::mt19937 random(7);
  std::normal_distribution<double> noise(0, 0.3);
  for (std::size_t i = 0; i < recording.leads.size() * samples; ++i)
    recording.mv.push_back(
        static_cast<float>(std::sin(static_cast<double>(i) * 0.05) + noise(random)));
  return recording;
}

std::vector<float> rounded_to(const std::vector<float>& mv, double step_mv) {
  std::vector<float> result;
  for (const float value : mv)
    result.push_back(static_cast<float>(std::round(value / step_mv) * step_mv));
  return result;
}

class EdfWriter : public test::Scratch {
 protected:
  Recording round_trip(const Recording& recording) {
    written = write_edf(recording, file);
    return read_recording(file);
  }
  const std::string file = (folder / "new" / "ecg.edf").string();
  EdfWritten written;
};

TEST_F(EdfWriter, ARoundTripLosesLessThanOneStep) {
  const Recording recording = made(500, 5000, {"I", "II", "V6"});
  const Recording read = round_trip(recording);
  EXPECT_EQ(read.format, "EDF+");
  EXPECT_EQ(read.rate_hz, 500);
  EXPECT_EQ(read.leads, recording.leads);
  EXPECT_LT(written.step_mv, 1e-4) << "the range is about 4 mV";
  EXPECT_TRUE(same_samples(read.mv, recording.mv, written.step_mv * 0.51));
  EXPECT_TRUE(written.warnings.empty());
  EXPECT_TRUE(read.warnings.empty());
}

TEST_F(EdfWriter, WhatSitsOnARecordersStepsIsNotChanged) {
  for (const double step_mv : {1e-3, 4.88e-3, 2.5e-3, 1e-4}) {
    Recording recording = made(250, 1000, {"I"});
    recording.mv = rounded_to(recording.mv, step_mv);
    EXPECT_EQ(round_trip(recording).mv, recording.mv) << step_mv;
    EXPECT_NEAR(written.step_mv, step_mv, 1e-12);
  }
}

TEST_F(EdfWriter, ALargeOffsetCostsNoFineness) {
  Recording recording = made(250, 1000, {"I", "II"});
  for (std::size_t i = 0; i < 1000; ++i) recording.mv[i] += 300;
  const Recording read = round_trip(recording);
  EXPECT_LT(written.step_mv, 2e-4);
  EXPECT_TRUE(same_samples(read.mv, recording.mv, written.step_mv));
}

TEST_F(EdfWriter, FlatAndEmptyLeadsAreKept) {
  Recording recording = made(250, 500, {"I", "II", "III"});
  std::fill_n(recording.mv.begin(), 500, 0.123456f);
  std::fill_n(recording.mv.begin() + 500, 500, kNan);
  std::fill_n(recording.mv.begin() + 1000, 500, 0.0f);
  EXPECT_TRUE(same_samples(round_trip(recording).mv, recording.mv, written.step_mv));
}

TEST_F(EdfWriter, MissingSamplesAreMissingAgain) {
  Recording recording = made(250, 1000, {"I", "II"});
  for (std::size_t i = 100; i < 150; ++i) recording.mv[i] = kNan;
  recording.mv[1999] = kNan;
  recording.mv[1500] = std::numeric_limits<float>::infinity();
  const Recording read = round_trip(recording);
  recording.mv[1500] = kNan;
  EXPECT_TRUE(same_samples(read.mv, recording.mv, written.step_mv));
  EXPECT_TRUE(read.statements.empty()) << "the mark is no statement";
}

TEST_F(EdfWriter, ALastRecordThatIsNotFullIsCutAgain) {
  const Recording recording = made(250, 1234, {"I"});
  const Recording read = round_trip(recording);
  EXPECT_EQ(read.samples, 1234u);
  EXPECT_TRUE(same_samples(read.mv, recording.mv, written.step_mv));
}

TEST_F(EdfWriter, PatientStartAndStatementsComeBack) {
  Recording recording = made(500, 777, {"ECG1", "MLII", "chest"});
  recording.patient_id = "PAT_0042";
  recording.patient_name = "Ada  Lovelace";
  recording.birth_date = "1815-12-10";
  recording.sex = "female";
  recording.start = "1843-07-10T23:59:58.250";
  recording.device = "Holter 3000";
  recording.statements = {"Sinus rhythm", "p\xC3\xA4roxysmal, 2\x14 beats (at 3 s)", ""};
  const Recording read = round_trip(recording);
  EXPECT_EQ(read.leads, recording.leads);
  EXPECT_EQ(read.patient_id, "PAT_0042");
  EXPECT_EQ(read.patient_name, recording.patient_name);
  EXPECT_EQ(read.birth_date, recording.birth_date);
  EXPECT_EQ(read.sex, recording.sex);
  EXPECT_EQ(read.start, recording.start);
  EXPECT_EQ(read.device, recording.device);
  EXPECT_EQ(read.statements, (Strings{"Sinus rhythm", "p\xC3\xA4roxysmal, 2  beats (at 3 s)"}));
  EXPECT_TRUE(written.warnings.empty());
}

TEST_F(EdfWriter, ManyStatementsFit) {
  Recording recording = made(500, 5000, {"I"});
  for (int i = 0; i < 100; ++i) recording.statements.push_back(fmt::format("statement {}", i));
  EXPECT_EQ(round_trip(recording).statements, recording.statements);
  recording.statements.assign(1, std::string(10000, 'x'));
  EXPECT_TRUE(round_trip(recording).statements.empty());
  EXPECT_TRUE(only(written.warnings, "1 statements are too long"));
}

TEST_F(EdfWriter, WhatEdfCannotHoldIsAWarning) {
  Recording recording = made(500, 500, {"a lead of a very long name"});
  recording.diagnoses = {"426783006"};
  recording.beats = {{3, "N"}};
  recording.age_years = 63;
  round_trip(recording);
  ASSERT_EQ(written.warnings.size(), 2u);
  EXPECT_TRUE(has(written.warnings[0], "no place for diagnoses, beats, the age"));
  EXPECT_TRUE(has(written.warnings[1], "is cut to 16"));
  recording = made(500, 2, {"I"});
  recording.mv[1] = 1e30f;
  EXPECT_NEAR(round_trip(recording).mv[1], 9999, 1);
  EXPECT_TRUE(only(written.warnings, "cut at +-9.999 V"));
}

TEST_F(EdfWriter, TheHeaderIsAsciiAndRecordsAreSmall) {
  Recording recording = made(1000, 3000, {"I", "II", "V1"});
  recording.patient_name = "M\xC3\xBCller\nX";
  recording.device = std::string(200, 'd');
  round_trip(recording);
  const std::string bytes = test::read_bytes(file);
  const std::string header = bytes.substr(0, 256 * 5);
  EXPECT_EQ(std::count_if(header.begin(), header.end(), [](char c) { return c < ' ' || c > '~'; }),
            0);
  EXPECT_TRUE(has(header, "M?ller_X"));
  EXPECT_TRUE(has(header, "EDF+C"));
  EXPECT_LE((bytes.size() - header.size()) / std::stoul(header.substr(236, 8)), 61440u);
}

TEST_F(EdfWriter, RefusesWhatIsNoRecording) {
  Recording bad = made(500, 10, {"I"});
  bad.mv.pop_back();
  EXPECT_THROW(write_edf(bad, file), Error);
  bad = made(500, 10, {"I"});
  bad.rate_hz = 0;
  EXPECT_THROW(write_edf(bad, file), Error);
  bad.rate_hz = 1e12;
  EXPECT_TRUE(has(test::error_of([&] { write_edf(bad, file); }), "do not fit into EDF+"));
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST(EdfRecord, TheRateIsExactWhereARecordCanHaveIt) {
  for (const double rate : {250.0, 500.0, 360.0, 128.0, 1000.0, 513.625, 977.5, 0.5, 300.0, 12.5}) {
    const EdfRecordLength length = choose_edf_record(rate, 27648, 30000);
    EXPECT_EQ(static_cast<double>(length.samples) / std::stod(length.seconds), rate);
    EXPECT_EQ(length.rate_hz, rate);
  }
  EXPECT_EQ(choose_edf_record(513.625, 27648, 30000).samples, 4109u);
  EXPECT_EQ(choose_edf_record(500, 27648, 5000).seconds, "1");
}

TEST(EdfRecord, OtherRatesAreNearest) {
  for (const double rate : {512.508, 130.27391, 128.0 / 3, 513.625}) {
    const EdfRecordLength length = choose_edf_record(rate, 2304, 30000);  // twelve leads
    EXPECT_GT(length.samples, 0u);
    EXPECT_LE(length.samples, 2304u);
    EXPECT_NEAR(length.rate_hz / rate, 1, 1e-8) << rate;
  }
}

TEST_F(EdfWriter, ARateThatIsNotExactIsAWarningWithItsError) {
  Recording recording = made(130.27391, 3000, {"I"});
  EXPECT_NEAR(round_trip(recording).rate_hz, 130.27391, 1e-6);
  EXPECT_TRUE(only(written.warnings, "the rate of 130.27391 Hz is written as"));
}

TEST_F(EdfWriter, EdfLibOpensWhatIsWrittenAndReadsTheSame) {
  LITEHEART_NEEDS_EDFLIB();
  Recording recording = made(513.625, 12345, {"I", "II", "V1"});
  recording.patient_id = "P1";
  recording.patient_name = "Ada Lovelace";
  recording.sex = "female";
  recording.birth_date = "1951-05-02";
  recording.start = "2024-02-29T10:20:30.125";
  recording.device = "Watch 5";
  recording.statements = {"Sinus rhythm", "caf\xC3\xA9"};
  recording.mv[5] = kNan;
  round_trip(recording);
  const auto theirs = test::read_by_edflib(file);
  ASSERT_EQ(theirs.leads.size(), 3u) << theirs.error;
  for (std::size_t lead = 0; lead < 3; ++lead) {
    EXPECT_DOUBLE_EQ(theirs.leads[lead].rate_hz, 513.625);
    for (std::size_t t = 0; t < recording.samples; ++t) {
      if (std::isnan(recording.lead(lead)[t])) {
        EXPECT_EQ(theirs.leads[lead].digital[t], -32768);
      } else {
        ASSERT_NEAR(theirs.leads[lead].uv[t] / 1000, recording.lead(lead)[t], written.step_mv);
        ASSERT_NE(theirs.leads[lead].digital[t], -32768);
      }
    }
  }
  EXPECT_TRUE(has(theirs.leads[2].label, "ECG V1"));
  EXPECT_EQ(theirs.patient_code, "P1");
  EXPECT_EQ(theirs.patient_name, "Ada Lovelace");
  EXPECT_EQ(theirs.sex, "Female");
  EXPECT_EQ(theirs.birth_date, "02 may 1951");
  EXPECT_EQ(theirs.equipment, "Watch 5");
  EXPECT_EQ(theirs.start, "2024-2-29 10:20:30+1250000");
  ASSERT_EQ(theirs.annotations.size(), 4u);
  EXPECT_EQ(theirs.annotations[0].text, "Missing samples hold the digital minimum");
  EXPECT_EQ(theirs.annotations[2].text, "Sinus rhythm");
  EXPECT_EQ(theirs.annotations[1].text, "Recording ends");
  EXPECT_NEAR(theirs.annotations[1].onset_s, 12345 / 513.625, 1e-6);
}

TEST_F(EdfWriter, EdfLibOpensRecordingsOfAllShapes) {
  LITEHEART_NEEDS_EDFLIB();
  const Strings twelve = {"I",  "II", "III", "aVR", "aVL", "aVF",
                          "V1", "V2", "V3",  "V4",  "V5",  "V6"};
  for (const double rate : {100.0, 130.27391, 250.0, 257.0, 512.508, 513.625, 1000.0, 8000.0}) {
    for (const std::size_t samples : {1u, 7u, 5000u, 20001u}) {
      for (const Strings& leads : {Strings{"I"}, twelve}) {
        const Recording recording = made(rate, samples, leads);
        const Recording read = round_trip(recording);
        EXPECT_EQ(read.samples, samples) << rate << " Hz, " << leads.size();
        EXPECT_TRUE(same_samples(read.mv, recording.mv, written.step_mv));
        const auto theirs = test::read_by_edflib(file);
        ASSERT_EQ(theirs.leads.size(), leads.size()) << theirs.error << " at " << rate;
        EXPECT_NEAR(theirs.leads[0].rate_hz / rate, 1, 1e-6);
      }
    }
  }
}

TEST_F(EdfWriter, ARealRecordingComesBack) {
  LITEHEART_NEEDS_SHARED();
  const Recording real = read_recording(test::shared() / "formats/wfdb_ptbxl/00001_hr.hea");
  const Recording read = round_trip(real);
  EXPECT_EQ(read.mv, real.mv) << "it sits on steps of 1 uV";
  EXPECT_EQ(read.leads, real.leads);
}

}  // namespace
}  // namespace liteheart
