// Files that are no recordings, recordings without a heart in them, and files that are no models.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>

#include "cli/study.h"
#include "formats/registry.h"
#include "formats/wfdb_writer.h"

namespace liteheart::test {
namespace {

namespace fs = std::filesystem;

/// A 12-lead recording of the study under another name, to be spoilt.
Recording copy(const std::string& name) {
  Recording recording = read_recording(Study::get().recording());
  recording.name = name;
  return recording;
}

Recording with_lead_i_all(const std::string& name, float value) {
  Recording recording = copy(name);
  std::fill_n(recording.mv.begin(), recording.samples, value);
  return recording;
}

Recording first_second(const std::string& name) {
  Recording recording = copy(name);
  const std::size_t all = recording.samples;
  recording.samples = static_cast<std::size_t>(recording.rate_hz);
  std::vector<float> mv;
  for (std::size_t lead = 0; lead < recording.leads.size(); ++lead) {
    const auto from = recording.mv.begin() + static_cast<std::ptrdiff_t>(lead * all);
    mv.insert(mv.end(), from, from + static_cast<std::ptrdiff_t>(recording.samples));
  }
  recording.mv = mv;
  return recording;
}

/// One good recording between bad ones, diagnosed in one call.
class BadRecordings : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const ScratchFolder scratch;
    const std::string folder = scratch / "";
    for (const char* name : {"cut-short", "half", "no-signal", "rate-0"})
      write_wfdb(copy(name), folder);
    fs::resize_file(scratch / "cut-short.mat", 24 + 12 * 2 * 250);
    fs::resize_file(scratch / "half.mat", 24 + 12 * 2 * 2500);
    fs::remove(scratch / "no-signal.mat");
    std::string header = read_bytes(scratch / "rate-0.hea");
    header.replace(header.find(" 500 "), 5, " 0 ");
    write_bytes(scratch / "rate-0.hea", header);
    write_wfdb(with_lead_i_all("flat", 0.25F), folder);
    write_wfdb(with_lead_i_all("missing", std::numeric_limits<float>::quiet_NaN()), folder);
    write_wfdb(first_second("one-second"), folder);
    write_bytes(scratch / "letter.txt", "Dear doctor, please find no ECG attached.\n");

    std::vector<std::string> arguments = {"diagnose", "--threads", "1", "--model",
                                          Study::get().distilled};
    for (const char* file :
         {"cut-short.hea", "no-signal.hea", "rate-0.hea", "flat.hea", "missing.hea",
          "one-second.hea", "letter.txt", "absent.hea", "half.hea"})
      arguments.push_back(scratch / file);
    arguments.push_back(Study::get().recording());
    outcome_ = liteheart(arguments);
  }

  /// Whether exactly one line of stderr names the file, and says this about it.
  static testing::AssertionResult named_once(const std::string& file, const std::string& problem) {
    const auto said = lines_with(outcome_.err, "/" + file);
    if (said.size() == 1 && said[0].find(problem) != std::string::npos)
      return testing::AssertionSuccess();
    return testing::AssertionFailure() << outcome_.err;
  }

  static inline Outcome outcome_;
};

TEST_F(BadRecordings, AreCountedAndTheExitCodeIsOne) {
  EXPECT_EQ(outcome_.exit_code, 1);
  EXPECT_EQ(lines_with(outcome_.err, "8 recording(s) could not be judged").size(), 1u)
      << outcome_.err;
  EXPECT_EQ(lines(outcome_.err).size(), 9u) << outcome_.err;
}

TEST_F(BadRecordings, LeaveTheGoodOnesOfTheSameCallDiagnosed) {
  EXPECT_EQ(lines_with(outcome_.out, "alpha00001.hea: lead I, 10.0 s").size(), 1u) << outcome_.out;
  EXPECT_EQ(lines_with(outcome_.out, "half.hea: lead I, 5.0 s").size(), 1u) << outcome_.out;
  EXPECT_FALSE(lines_with(outcome_.out, kNotAMedicalDevice).empty());
}

TEST_F(BadRecordings, CutShortAreNamed) { EXPECT_TRUE(named_once("cut-short.hea", "cut off")); }

TEST_F(BadRecordings, CutInHalfSayHowMuchIsMissing) {
  EXPECT_EQ(lines_with(outcome_.out, "2500 of 5000 samples").size(), 1u) << outcome_.out;
}

TEST_F(BadRecordings, WithoutSignalFileAreNamed) {
  EXPECT_TRUE(named_once("no-signal.hea", "no-signal.mat"));
}

TEST_F(BadRecordings, OfRateZeroAreNamed) { EXPECT_TRUE(named_once("rate-0.hea", "rate is 0")); }

TEST_F(BadRecordings, WithoutAReadableSignalAreNotJudged) {
  EXPECT_EQ(lines_with(outcome_.out, "flat.hea: lead I, 10.0 s").size(), 1u) << outcome_.out;
  EXPECT_EQ(lines_with(outcome_.out, "missing.hea: lead I, 10.0 s").size(), 1u) << outcome_.out;
  EXPECT_EQ(lines_with(outcome_.out, "unreadable (flat").size(), 1u) << outcome_.out;
  EXPECT_EQ(lines_with(outcome_.out, "unreadable (missing").size(), 1u) << outcome_.out;
  EXPECT_EQ(lines_with(outcome_.out, "nothing is judged").size(), 2u) << outcome_.out;
}

TEST_F(BadRecordings, WithoutAReadableSignalAreNamedWithAWayOut) {
  EXPECT_TRUE(named_once("flat.hea", "unreadable (flat"));
  EXPECT_TRUE(named_once("missing.hea", "unreadable (missing"));
  EXPECT_EQ(lines_with(outcome_.err, "see to the electrodes and record anew").size(), 2u)
      << outcome_.err;
}

TEST_F(BadRecordings, OfOneSecondAreNamed) {
  EXPECT_TRUE(named_once("one-second.hea", "too short"));
}

TEST_F(BadRecordings, ThatAreTextAreNamed) {
  EXPECT_TRUE(named_once("letter.txt", "not a recording"));
}

TEST_F(BadRecordings, ThatAreNotThereAreNamed) {
  EXPECT_TRUE(named_once("absent.hea", "no such recording"));
}

TEST(BadRecording, IsInTheJsonWithItsError) {
  const ScratchFolder scratch;
  write_bytes(scratch / "letter.txt", "Dear doctor, please find no ECG attached.\n");
  const Outcome outcome =
      liteheart({"diagnose", "--json", scratch / "letter.txt", Study::get().recording()});
  EXPECT_EQ(outcome.exit_code, 1);
  const auto all = nlohmann::json::parse(outcome.out);
  ASSERT_EQ(all.size(), 2u);
  for (const auto& one : all) {
    const bool failed = one["file"] == scratch / "letter.txt";
    EXPECT_EQ(one.contains("error"), failed) << one;
    EXPECT_EQ(one.contains("findings"), !failed) << one;
  }
}

class BadModel : public testing::Test {
 protected:
  /// What a diagnosis with these bytes for a model says.
  testing::AssertionResult refused(const std::string& bytes, const std::string& problem) {
    const std::string file = scratch_ / "spoilt.safetensors";
    write_bytes(file, bytes);
    return fails_clearly(liteheart({"diagnose", "--model", file, Study::get().recording()}),
                         {file, problem});
  }
  const std::string good_ = read_bytes(Study::get().distilled + "/model.safetensors");

 private:
  ScratchFolder scratch_;
};

TEST_F(BadModel, CutShortIsRefused) {
  EXPECT_TRUE(refused(good_.substr(0, good_.size() / 2), "damaged"));
}

TEST_F(BadModel, OfRandomBytesIsRefused) {
  std::string bytes(4096, '\0');
  std::uint32_t state = 1;
  for (char& byte : bytes) byte = static_cast<char>((state = state * 1664525u + 1013904223u) >> 24);
  EXPECT_TRUE(refused(bytes, "damaged"));
}

TEST_F(BadModel, OfAnotherVersionIsRefusedNamingBoth) {
  const std::string mark = "\\\"version\\\":1";
  std::string bytes = good_;
  ASSERT_NE(bytes.find(mark), std::string::npos);
  bytes[bytes.find(mark) + mark.size() - 1] = '9';
  EXPECT_TRUE(refused(bytes, "version 9, this program reads version 1"));
}

TEST(MissingModel, IsNamed) {
  const ScratchFolder scratch;
  const std::string file = scratch / "absent.safetensors";
  EXPECT_TRUE(fails_clearly(liteheart({"diagnose", "--model", file, Study::get().recording()}),
                            {file, "check that the file exists"}));
}

}  // namespace
}  // namespace liteheart::test
