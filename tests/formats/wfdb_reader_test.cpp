#include "formats/wfdb_reader.h"

#include <gtest/gtest.h>

#include <cmath>

#include "wfdb_files.h"

namespace liteheart {
namespace {

using test::error_from_memory;
using test::int16_bytes;
using test::read_from_memory;

bool warns(const Recording& recording, const std::string& text) {
  for (const std::string& warning : recording.warnings) {
    if (warning.find(text) != std::string::npos) return true;
  }
  return false;
}

/// Two-lead frames 0, 1000, 1, 1001, ...
std::string ramp(int frames) {
  std::vector<int> values;
  for (int t = 0; t < frames; ++t) {
    values.push_back(t);
    values.push_back(1000 + t);
  }
  return int16_bytes(values);
}
const std::string kTwoLeads =
    "rec 2 100 200\nrec.dat 16 100/mV 16 0 0 0 0 I\nrec.dat 16 100/mV 16 0 0 0 0 MLII\n";

TEST(WfdbReader, Format16AlternatesLeadsAndStoresThemOneAfterAnother) {
  const Recording recording = read_from_memory(kTwoLeads, ramp(200));
  EXPECT_EQ(recording.samples, 200u);
  EXPECT_DOUBLE_EQ(recording.rate_hz, 100);
  EXPECT_EQ(recording.leads, (std::vector<std::string>{"I", "MLII"}));
  ASSERT_EQ(recording.mv.size(), 400u);
  for (int t = 0; t < 200; ++t) {
    EXPECT_FLOAT_EQ(recording.lead(0)[t], static_cast<float>(t) / 100);
    EXPECT_FLOAT_EQ(recording.lead(1)[t], static_cast<float>(1000 + t) / 100);
  }
  EXPECT_TRUE(recording.warnings.empty());
}

TEST(WfdbReader, Format212UnpacksSignedPairsAndAnOddEnd) {
  // 0x123, -2 | 2047, -2048 (missing) | -1
  const std::string bytes("\x23\xF1\xFE\xFF\x87\x00\xFF\x0F", 8);
  const Recording recording =
      read_from_memory("rec 1 1 5\nrec.dat 212 100/mV 12 0 0 0 0 I\n", bytes);
  ASSERT_EQ(recording.samples, 5u);
  EXPECT_FLOAT_EQ(recording.mv[0], 2.91f);
  EXPECT_FLOAT_EQ(recording.mv[1], -0.02f);
  EXPECT_FLOAT_EQ(recording.mv[2], 20.47f);
  EXPECT_TRUE(std::isnan(recording.mv[3]));
  EXPECT_FLOAT_EQ(recording.mv[4], -0.01f);
}

TEST(WfdbReader, InvalidSamplesAreNaN) {
  const Recording recording = read_from_memory("rec 1 1 3\nrec.dat 16 100 16 0 0 0 0 I\n",
                                               int16_bytes({100, -32768, -32767}));
  EXPECT_FLOAT_EQ(recording.mv[0], 1);
  EXPECT_TRUE(std::isnan(recording.mv[1]));
  EXPECT_FLOAT_EQ(recording.mv[2], -327.67f);
}

TEST(WfdbReader, UnitsBecomeMillivolts) {
  const auto first_value = [](const std::string& gain) {
    return read_from_memory("rec 1 1 1\nrec.dat 16 " + gain + "\n", int16_bytes({500})).mv[0];
  };
  EXPECT_FLOAT_EQ(first_value("1000/mv"), 0.5f);
  EXPECT_FLOAT_EQ(first_value("1/uV"), 0.5f);
  EXPECT_FLOAT_EQ(first_value("1/\xC2\xB5V"), 0.5f);
  EXPECT_FLOAT_EQ(first_value("1/\xCE\xBCV"), 0.5f);
  EXPECT_FLOAT_EQ(first_value("1e6/V"), 0.5f);
  EXPECT_FLOAT_EQ(first_value("1000(-500)/mV"), 1.0f);
  EXPECT_FLOAT_EQ(first_value("-1000/mV"), -0.5f);
}

TEST(WfdbReader, SignalsThatAreNoVoltageAreLeftOut) {
  const std::string header =
      "rec 2 100 200\nrec.dat 16 100/NU 16 0 0 0 0 PLETH\nrec.dat 16 100/mV 16 0 0 0 0 II\n";
  const Recording recording = read_from_memory(header, ramp(200));
  EXPECT_EQ(recording.leads, std::vector<std::string>{"II"});
  EXPECT_FLOAT_EQ(recording.mv[0], 10);
  EXPECT_TRUE(warns(recording, "PLETH is in NU"));
  EXPECT_NE(error_from_memory("rec 1 100 200\nrec.dat 16 1/bpm 16 0 0 0 0 HR\n", ramp(100))
                .find("no signal is a voltage"),
            std::string::npos);
}

TEST(WfdbReader, SkewMovesASignalBackAndLeavesItsEndMissing) {
  const std::string header =
      "rec 2 100 200\nrec.dat 16 100/mV 16 0 0 0 0 I\nrec.dat 16:3 100/mV 16 0 0 0 0 II\n";
  const Recording recording = read_from_memory(header, ramp(200));
  EXPECT_FLOAT_EQ(recording.lead(1)[0], 10.03f);
  EXPECT_FLOAT_EQ(recording.lead(1)[196], 11.99f);
  EXPECT_TRUE(std::isnan(recording.lead(1)[197]));
  EXPECT_FLOAT_EQ(recording.lead(0)[199], 1.99f);
  EXPECT_FLOAT_EQ(read_from_memory(header, ramp(203)).lead(1)[199], 12.02f);
}

TEST(WfdbReader, SignalsMayComeFromSeveralFiles) {
  const std::string header =
      "rec 3 1 2\na.dat 16 1/mV 16 0 0 0 0 I\nb.dat 16 1/mV 16 0 0 0 0 II\n"
      "a.dat 16 1/mV 16 0 0 0 0 III\n";
  const std::string a = int16_bytes({1, 2, 3, 4}), b = int16_bytes({5, 6});
  const Recording recording =
      read_whole(*open_wfdb(header, "rec.hea", [&](const std::string& file) {
        const std::string& bytes = file == "a.dat" ? a : b;
        return InputFile({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()},
                         "signals");
      }));
  EXPECT_EQ(recording.mv, (std::vector<float>{1, 3, 5, 6, 2, 4}));
}

TEST(WfdbReader, LengthComesFromTheFileWhereTheHeaderHasNone) {
  EXPECT_EQ(read_from_memory("rec 2 100\nrec.dat 16\nrec.dat 16\n", ramp(150)).samples, 150u);
  EXPECT_EQ(read_from_memory("rec 2 100\nrec.dat 16+24\nrec.dat 16+24\n", ramp(150)).samples, 144u);
}

TEST(WfdbReader, AShortSignalFileShortensTheRecordingAndSaysSo) {
  const Recording recording = read_from_memory(kTwoLeads, ramp(150));
  EXPECT_EQ(recording.samples, 150u);
  EXPECT_TRUE(warns(recording, "rec.dat is cut off: 150 of 200 samples (1.5 of 2 s)"));
  EXPECT_NE(error_from_memory(kTwoLeads, ramp(99)).find("line 2: rec.dat is cut off: 99 of 200"),
            std::string::npos);
  EXPECT_NE(error_from_memory(kTwoLeads, "").find("rec.dat holds no samples"), std::string::npos);
}

TEST(WfdbReader, ChecksumsAreModulo65536AndZeroMeansNone) {
  const auto reads_with = [](const std::string& checksum) {
    return read_from_memory("rec 1 1 3\nrec.dat 16 10/mV 16 0 0 " + checksum + " 0 I\n",
                            int16_bytes({30, -100, 7}));
  };
  EXPECT_TRUE(reads_with("-63").warnings.empty());
  EXPECT_TRUE(reads_with("65473").warnings.empty());
  EXPECT_TRUE(reads_with("0").warnings.empty());
  EXPECT_TRUE(warns(reads_with("-62"), "checksum of I"));
}

TEST(WfdbReader, ImplausibleAmplitudeIsDoubted) {
  std::vector<int> values(200, 0);
  values[100] = 25;
  const Recording recording =
      read_from_memory("rec 1 100 200\nrec.dat 16 1/mV 16 0 0 0 0 I\n", int16_bytes(values));
  EXPECT_TRUE(warns(recording, "range over 25 mV"));
  EXPECT_FLOAT_EQ(recording.mv[100], 25);
}

TEST(WfdbReader, MicrovoltsUnderAGainOf4880AreRecognisedByTheRecordersSteps) {
  const std::string header = "rec 1 100 1000\nrec.dat 16 4880/mV 16 0 0 0 0 I\n";
  std::vector<int> on_steps, between;
  for (int t = 0; t < 1000; ++t) {
    const double units = 200 * std::sin(t / 20.0);
    on_steps.push_back(static_cast<int>(std::lround(4.88 * std::round(units))));
    between.push_back(static_cast<int>(std::lround(4.88 * units)));
  }
  const Recording mended = read_from_memory(header, int16_bytes(on_steps));
  EXPECT_TRUE(warns(mended, "read as uV"));
  for (int t = 0; t < 1000; ++t) {
    ASSERT_NEAR(mended.mv[t], static_cast<float>(on_steps[t]) / 1000, 1e-6);
  }
  const Recording doubted = read_from_memory(header, int16_bytes(between));
  EXPECT_TRUE(warns(doubted, "if the samples are uV"));
  EXPECT_NEAR(doubted.mv[31], static_cast<float>(between[31]) / 4880, 1e-6);
}

TEST(WfdbReader, CommentsGiveAgeSexAndDiagnoses) {
  const auto with = [](const std::string& comments) {
    return read_from_memory("rec 1 1 1\nrec.dat 16\n" + comments, int16_bytes({1}));
  };
  const Recording full = with("#Age: 74.5\n#Sex: Female\n#Dx: 164889003, AF,PVC, STE,12345\n");
  EXPECT_EQ(full.age_years, 74.5);
  EXPECT_EQ(full.sex, "female");
  EXPECT_EQ(full.diagnoses,
            (std::vector<std::string>{"164889003", "164884008", "164931005", "12345"}));
  EXPECT_TRUE(full.warnings.empty());

  const Recording empty = with("#Age: NaN\n#Sex: Unknown\n#Dx: Unknown\n");
  EXPECT_EQ(empty.age_years, std::nullopt);
  EXPECT_EQ(empty.sex, "");
  EXPECT_TRUE(empty.diagnoses.empty());
  EXPECT_TRUE(empty.warnings.empty());

  const Recording odd = with("#Age: 300\n#Sex: M\n#Dx: hiccups\n");
  EXPECT_EQ(odd.sex, "male");
  EXPECT_TRUE(warns(odd, "age '300' is left out"));
  EXPECT_TRUE(warns(odd, "diagnosis 'hiccups' is not in the vocabulary"));
  EXPECT_EQ(odd.diagnoses, std::vector<std::string>{"hiccups"});

  EXPECT_TRUE(warns(with("#Estimated: from lead I\n"), "leads are no measurements: from lead I"));
}

TEST(WfdbReader, UnsupportedAndLyingRecordsAreErrorsThatNameTheLine) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"rec 1 100 9\nrec.dat 508\n", "line 2: rec.dat is no FLAC stream"},
      {"rec 1 100 9\nrec.dat 17\n", "line 2: 17 is not a WFDB format"},
      {"rec 1 100 9\nrec.dat 16x2000000000\n", "line 2: rec.dat holds no samples"},
      {"rec 1 100 0\n~ 0\n", "line 2: the signal has no file"},
      {"rec 1 100 9\n/etc/hostname 16\n", "does not lie beside the header"},
      {"rec 1 100 9\n../x.dat 16\n", "does not lie beside the header"},
      {"rec 2 100 9\nrec.dat 16\nrec.dat 212\n", "line 3: format or offset of rec.dat differs"},
      {"rec 2 100 9\nrec.dat 16+24\nrec.dat 16+8\n", "line 3: format or offset of rec.dat differs"},
      {"rec 1 100 9\nrec.dat 16+18446744073709551615\n", "rec.dat holds no samples"},
      {"rec 1 100 18446744073709551615\nrec.dat 16\n", "rec.dat is cut off"},
      {"rec 1 1 9\nrec.dat 16:9\n", "line 2: the skew of 9 frames exceeds the record"},
      {"rec 1 1 9\nrec.dat 16:18446744073709551615\n", "exceeds the record"},
  };
  for (const auto& [header, expected] : cases) {
    const std::string error = error_from_memory(header, ramp(10));
    EXPECT_NE(error.find(expected), std::string::npos) << header << "\n" << error;
  }
  EXPECT_NE(error_from_memory("rec 1 1 9\nrec.mat 16+24\n", "MATLAB 5.0 MAT-file, Platform: ...")
                .find("MATLAB file of version 5"),
            std::string::npos);
}

}  // namespace
}  // namespace liteheart
