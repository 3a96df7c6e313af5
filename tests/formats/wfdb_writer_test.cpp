#include "formats/wfdb_writer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <limits>

#include "ecg/error.h"
#include "formats/registry.h"
#include "wfdb_files.h"

namespace liteheart {
namespace {

Recording sample_recording() {
  Recording recording;
  recording.name = "S0042";
  recording.rate_hz = 513.625;
  recording.samples = 3;
  recording.leads = {"I", "aVR"};
  recording.mv = {0.1234f, std::numeric_limits<float>::quiet_NaN(), -2.5f, 40, -1e30f, 0};
  recording.diagnoses = {"164889003", "59118001"};
  recording.age_years = 63;
  recording.sex = "female";
  return recording;
}

TEST(WfdbWriter, WhatIsWrittenReadsBack) {
  const test::TemporaryFolder folder;
  write_wfdb(sample_recording(), folder.path() / "new" / "folder");
  const Recording read = read_recording(folder.path() / "new" / "folder" / "S0042.hea");
  EXPECT_EQ(read.name, "S0042");
  EXPECT_DOUBLE_EQ(read.rate_hz, 513.625);
  EXPECT_EQ(read.samples, 3u);
  EXPECT_EQ(read.leads, (std::vector<std::string>{"I", "aVR"}));
  EXPECT_EQ(read.diagnoses, (std::vector<std::string>{"164889003", "59118001"}));
  EXPECT_EQ(read.age_years, 63);
  EXPECT_EQ(read.sex, "female");
  EXPECT_FLOAT_EQ(read.mv[0], 0.123f);
  EXPECT_TRUE(std::isnan(read.mv[1]));
  EXPECT_FLOAT_EQ(read.mv[2], -2.5f);
  EXPECT_FLOAT_EQ(read.mv[3], 32.767f) << "saturated";
  EXPECT_FLOAT_EQ(read.mv[4], -32.767f) << "saturated";
  EXPECT_FLOAT_EQ(read.mv[5], 0);
  for (const std::string& warning : read.warnings) {
    EXPECT_EQ(warning.find("checksum"), std::string::npos);
  }
}

TEST(WfdbWriter, TheSignalFileIsAMatlab4MatrixOfInt16) {
  const test::TemporaryFolder folder;
  write_wfdb(sample_recording(), folder.path());
  const std::string bytes = test::file_text(folder.path() / "S0042.mat");
  const std::string head("\x1E\0\0\0\x02\0\0\0\x03\0\0\0\0\0\0\0\x04\0\0\0val\0", 24);
  EXPECT_EQ(bytes, head + test::int16_bytes({123, 32767, -32768, -32767, -2500, 0}));
}

TEST(WfdbWriter, LeavesNoTemporaryFiles) {
  const test::TemporaryFolder folder;
  write_wfdb(sample_recording(), folder.path());
  write_wfdb(sample_recording(), folder.path());
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 2);
}

TEST(WfdbWriter, RefusesWhatCannotBeRead) {
  const test::TemporaryFolder folder;
  Recording bad = sample_recording();
  bad.name = "../evil";
  EXPECT_THROW(write_wfdb(bad, folder.path()), Error);
  bad = sample_recording();
  bad.mv.pop_back();
  EXPECT_THROW(write_wfdb(bad, folder.path()), Error);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(WfdbWriter, OddLeadNamesStayOnTheirLine) {
  for (const WfdbLayout layout :
       {WfdbLayout::kChallengeMat, WfdbLayout::kFormat16, WfdbLayout::kFlac}) {
    const test::TemporaryFolder folder;
    Recording odd = sample_recording();
    odd.leads = {" V4R (posterior)\nrec.dat 16 ", "#\xC2\xB5\t1"};
    write_wfdb(odd, folder.path(), layout);
    EXPECT_EQ(read_recording(folder.path() / "S0042.hea").leads,
              (std::vector<std::string>{"V4R (posterior) rec.dat 16", "#\xC2\xB5 1"}));
  }
}

TEST(WfdbWriter, AnyNameBecomesARecordName) {
  EXPECT_EQ(wfdb_record_name("Example aECG/1"), "Example_aECG_1");
  EXPECT_EQ(wfdb_record_name("a-b_c.d"), "a-b_c.d");
  EXPECT_EQ(wfdb_record_name("\xC3\xA9"), "__");
  EXPECT_EQ(wfdb_record_name(""), "_");
  EXPECT_EQ(wfdb_record_name(".."), "_..");
}

/// `leads` leads of a sine with `per_mv` steps in 1 mV, as a reader gives it, some missing.
Recording stepped(std::size_t leads, double per_mv, double amplitude_mv) {
  Recording recording;
  recording.name = "steps";
  recording.rate_hz = 250;
  recording.samples = 5000;
  recording.start = "2020-02-05T11:39:16.250";
  recording.age_years = 63;
  recording.sex = "male";
  recording.diagnoses = {"164889003"};
  for (std::size_t lead = 0; lead < leads; ++lead) {
    recording.leads.push_back("lead " + std::to_string(lead));
    for (std::size_t t = 0; t < recording.samples; ++t) {
      const double mv = amplitude_mv * std::sin(static_cast<double>(t * (lead + 1)) / 40);
      recording.mv.push_back(t % 777 == 5 ? std::numeric_limits<float>::quiet_NaN()
                                          : static_cast<float>(std::round(mv * per_mv) / per_mv));
    }
  }
  return recording;
}

double largest_error(const Recording& a, const Recording& b) {
  double error = a.mv.size() == b.mv.size() ? 0 : 1e9;
  for (std::size_t i = 0; i < a.mv.size() && error < 1e9; ++i) {
    if (std::isnan(a.mv[i]) != std::isnan(b.mv[i])) return 1e9;
    if (!std::isnan(a.mv[i]))
      error = std::max(error, std::abs(static_cast<double>(a.mv[i]) - b.mv[i]));
  }
  return error;
}

TEST(WfdbWriter, SignalsInStepsLoseNothingInFormat16AndFlac) {
  // Steps of 5 uV, 1 uV, 4.88 uV, 2.5 uV, AliveCor's 0.5 uV, an odd gain; up to the edge of int16.
  const std::pair<double, double> kCases[] = {{200, 3},        {1000, 32.7}, {1e3 / 4.88, 5},
                                              {400, 10},       {2000, 16.3}, {7247, 4.5},
                                              {1e3 / 5.7, 180}};
  for (const auto& [per_mv, amplitude] : kCases) {
    const Recording recording = stepped(3, per_mv, amplitude);
    for (const WfdbLayout layout : {WfdbLayout::kFormat16, WfdbLayout::kFlac}) {
      const test::TemporaryFolder folder;
      write_wfdb(recording, folder.path(), layout);
      const Recording read = read_recording(folder.path() / "steps.hea");
      EXPECT_LE(largest_error(recording, read), 1.3e-7 * amplitude) << per_mv;
      EXPECT_EQ(read.start, recording.start);
      EXPECT_EQ(read.age_years, 63);
      EXPECT_EQ(read.sex, "male");
      EXPECT_EQ(read.diagnoses, recording.diagnoses);
      EXPECT_EQ(read.leads, recording.leads);
      EXPECT_TRUE(amplitude > 10 || read.warnings.empty());
    }
  }
}

TEST(WfdbWriter, OtherSignalsLoseHalfAStepOfTheirRangeAndNoneSaturates) {
  for (const double amplitude : {1e-3, 0.4, 3.0, 500.0}) {
    Recording recording = stepped(2, 1e7 / amplitude, amplitude);
    for (std::size_t t = 0; t < recording.samples; ++t) recording.mv[t] += 1.5f;  // far from 0
    const test::TemporaryFolder folder;
    write_wfdb(recording, folder.path(), WfdbLayout::kFormat16);
    const Recording read = read_recording(folder.path() / "steps.hea");
    EXPECT_LE(largest_error(recording, read), std::max(amplitude * 1.001 / 32766, 5.2e-6));
  }
  Recording flat = stepped(1, 1, 0);
  std::fill(flat.mv.begin(), flat.mv.end(), 8123.4f);
  const test::TemporaryFolder folder;
  write_wfdb(flat, folder.path(), WfdbLayout::kFormat16);
  EXPECT_LE(largest_error(flat, read_recording(folder.path() / "steps.hea")), 1e-3);
}

TEST(WfdbWriter, TheReferenceProgramReadsTheFlacFiles) {
  if (std::system("flac --version > /dev/null 2>&1") != 0) GTEST_SKIP() << "needs flac";
  const test::TemporaryFolder folder;
  Recording recording = stepped(12, 200, 3);
  recording.rate_hz = 513.625;
  write_wfdb(recording, folder.path(), WfdbLayout::kFlac);
  const std::string at = folder.path().string() + "/steps";
  ASSERT_EQ(std::system(("flac -t -s " + at + ".dat " + at + "_2.dat").c_str()), 0);
  ASSERT_EQ(std::system(("flac -d -s --force-raw-format --endian=little --sign=signed -o " + at +
                         ".raw " + at + "_2.dat")
                            .c_str()),
            0);
  const std::string raw = test::file_text(at + ".raw");
  ASSERT_EQ(raw.size(), 2 * 4 * recording.samples);
  for (std::size_t t = 0; t < recording.samples; ++t) {
    const float mv = recording.lead(8)[t];
    const auto low = static_cast<unsigned char>(raw[8 * t]);
    const int units = static_cast<std::int16_t>(low | raw[8 * t + 1] * 256);
    ASSERT_EQ(units, std::isnan(mv) ? -32768 : std::lround(mv * 200)) << t;
  }
  const Recording read = read_recording(folder.path() / "steps.hea");
  EXPECT_EQ(read.leads.size(), 12u);
  EXPECT_LE(largest_error(recording, read), 3e-7);
}

TEST(WfdbWriter, AFolderThatCannotBeIsAnError) {
  const test::TemporaryFolder folder;
  const auto file = folder.write("taken", "a file, no folder");
  EXPECT_THROW(write_wfdb(sample_recording(), file), Error);
  EXPECT_THROW(write_wfdb(sample_recording(), "/dev/full/x"), Error);
}

}  // namespace
}  // namespace liteheart
