#include "formats/wfdb_writer.h"

#include <gtest/gtest.h>

#include <cmath>
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
  bad = sample_recording();
  bad.leads[0] = "I\nrec.dat 16";
  EXPECT_THROW(write_wfdb(bad, folder.path()), Error);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(WfdbWriter, AFolderThatCannotBeIsAnError) {
  const test::TemporaryFolder folder;
  const auto file = folder.write("taken", "a file, no folder");
  EXPECT_THROW(write_wfdb(sample_recording(), file), Error);
  EXPECT_THROW(write_wfdb(sample_recording(), "/dev/full/x"), Error);
}

}  // namespace
}  // namespace liteheart
