// `liteheart info` and `liteheart convert` on files, folders and archives.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "cli/study.h"
#include "formats/registry.h"
#include "formats/wfdb_writer.h"

namespace liteheart::test {
namespace {

using nlohmann::json;

json info(const std::vector<std::string>& files) {
  std::vector<std::string> arguments = {"info", "--json"};
  arguments.insert(arguments.end(), files.begin(), files.end());
  const Outcome outcome = liteheart(arguments);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  return json::parse(outcome.out);
}

TEST(Info, TellsFormatLeadsRateLengthHeartRateAndQuality) {
  const std::string name = Study::get().recording() + ".hea";
  const Outcome outcome = liteheart({"info", name});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  for (const char* const part :
       {"WFDB", "I II III aVR aVL aVF V1 V2 V3 V4 V5 V6", "500 Hz", "10.0 s (5000 samples)", " bpm",
        "quality", "mV", kNotAMedicalDevice})
    EXPECT_NE(outcome.out.find(part), std::string::npos) << part << "\n" << outcome.out;

  const json one = info({name}).at(0);
  EXPECT_EQ(one["leads"].size(), 12u);
  EXPECT_EQ(one["samples"], 5000);
  EXPECT_GT(one["rate_bpm"], 20);
  EXPECT_LT(one["rate_bpm"], 250);
}

TEST(Info, CountsTheBeatsOfARecordingWithoutAny) {
  const ScratchFolder scratch;
  Recording flat;
  flat.name = "flat";
  flat.rate_hz = 250;
  flat.samples = 2500;
  flat.leads = {"I"};
  flat.mv.assign(2500, 0.1F);
  write_wfdb(flat, scratch / "");
  const json one = info({scratch / "flat.hea"}).at(0);
  EXPECT_EQ(one["quality"], "unreadable");
  EXPECT_TRUE(one["rate_bpm"].is_null());
  EXPECT_EQ(one["leads"][0]["beats"], 0);
}

TEST(Info, GoesOnBehindAFileThatIsNone) {
  const ScratchFolder scratch;
  write_bytes(scratch / "letter.txt", "Dear doctor,\n\nI am well.\n");
  const Outcome outcome =
      liteheart({"info", scratch / "letter.txt", Study::get().recording() + ".hea"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_NE(outcome.err.find("letter.txt: not a recording of a known format"), std::string::npos)
      << outcome.err;
  EXPECT_NE(outcome.out.find("5000 samples"), std::string::npos);
}

/// The largest difference of the leads in mV.
double difference(const Recording& a, const Recording& b) {
  EXPECT_EQ(a.leads, b.leads);
  EXPECT_EQ(a.samples, b.samples);
  EXPECT_NEAR(a.rate_hz, b.rate_hz, 1e-6 * a.rate_hz);
  if (a.mv.size() != b.mv.size()) return std::numeric_limits<double>::infinity();
  double worst = 0;
  for (std::size_t i = 0; i < a.mv.size(); ++i)
    worst = std::max(worst, static_cast<double>(std::abs(a.mv[i] - b.mv[i])));
  return worst;
}

TEST(Convert, EveryFormatReadsBackWithinAStep) {
  const ScratchFolder scratch;
  const std::string name = Study::get().recording() + ".hea";
  const Recording original = read_recording(name);
  for (const char* const file : {"a.hea", "a.csv", "a.edf", "a.json", "a.dcm", "flac/a.hea"}) {
    SCOPED_TRACE(file);
    std::vector<std::string> arguments = {"convert", name, scratch / file};
    if (std::string(file).starts_with("flac"))
      arguments.insert(arguments.end(), {"--to", "wfdb-flac"});
    const Outcome outcome = liteheart(arguments);
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
    const Recording back = read_recording(scratch / file);
    EXPECT_LE(difference(back, original), 0.001);
    const bool keeps_patient = !std::string(file).ends_with(".csv");
    EXPECT_EQ(back.sex, keeps_patient ? original.sex : "");
  }
}

TEST(Convert, ReplacesNothingUnlessForced) {
  const ScratchFolder scratch;
  const std::string name = Study::get().recording() + ".hea", to = scratch / "a.csv";
  write_bytes(to, "mine");
  EXPECT_TRUE(fails_clearly(liteheart({"convert", name, to}), {"a.csv", "--force"}));
  EXPECT_EQ(read_bytes(to), "mine");
  EXPECT_EQ(liteheart({"convert", name, to, "--force"}).exit_code, 0);
  EXPECT_NE(read_bytes(to), "mine");
  EXPECT_TRUE(fails_clearly(liteheart({"convert", name, scratch / "a.xyz"}), {"a.xyz", "--to"}));
}

TEST(Convert, NoFileOfARecordIsReplacedUnasked) {
  const ScratchFolder scratch;
  const std::string name = Study::get().recording() + ".hea";
  write_bytes(scratch / "a.dat", "mine");
  EXPECT_TRUE(fails_clearly(liteheart({"convert", name, scratch / "a.hea"}), {"a.dat", "--force"}));
  EXPECT_EQ(read_bytes(scratch / "a.dat"), "mine");
  write_bytes(scratch / "my_ecg.hea", "mine");
  EXPECT_TRUE(fails_clearly(liteheart({"convert", name, scratch / "my ecg.hea"}), {"my_ecg.hea"}));
  EXPECT_EQ(read_bytes(scratch / "my_ecg.hea"), "mine");
}

TEST(Convert, TwoRecordingsOfOneNameBecomeTwoFiles) {
  const ScratchFolder scratch;
  const std::string name = Study::get().recording() + ".hea";
  for (const char* const file : {"in/x.edf", "in/x.json"})
    ASSERT_EQ(liteheart({"convert", name, scratch / file}).exit_code, 0);
  ASSERT_EQ(liteheart({"convert", scratch / "in", scratch / "out", "--to", "csv"}).exit_code, 0);
  EXPECT_EQ(find_recordings(scratch / "out").size(), 2u);
}

TEST(Convert, AFolderAndAnArchiveKeepTheirShape) {
  const ScratchFolder scratch;
  const Recording one = read_recording(Study::get().recording() + ".hea");
  write_wfdb(one, scratch / "in/x");
  write_wfdb(one, scratch / "in/y");
  ASSERT_EQ(std::system(("cd '" + scratch.path().string() + "' && tar czf in.tar.gz in").c_str()),
            0);
  for (const char* const source : {"in", "in.tar.gz"}) {
    const std::string to = scratch / (std::string(source) + ".out");
    const Outcome outcome =
        liteheart({"convert", scratch / source, to, "--to", "edf", "--lead", "I"});
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
    const auto found = find_recordings(to);
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0].filename(), one.name + ".edf");
    EXPECT_EQ(found[0].parent_path().filename(), "x");
    EXPECT_EQ(read_recording(found[1]).leads, std::vector<std::string>{"I"});
  }
}

}  // namespace
}  // namespace liteheart::test
