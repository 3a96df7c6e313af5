// `liteheart diagnose` on recordings as people have them.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "cli/study.h"
#include "edge/condition.h"
#include "formats/registry.h"
#include "formats/wfdb_writer.h"
#include "shared.h"

namespace liteheart::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// Lead I alone, `times` times over, under another name.
Recording lead_i(const std::string& name, std::size_t times = 1, const std::string& lead = "I") {
  const Recording source = read_recording(Study::get().recording());
  Recording one;
  one.name = name;
  one.rate_hz = source.rate_hz;
  one.samples = times * source.samples;
  one.leads = {lead};
  for (std::size_t i = 0; i < times; ++i)
    one.mv.insert(one.mv.end(), source.lead(0).begin(), source.lead(0).end());
  return one;
}

std::vector<std::string> diagnose(const std::vector<std::string>& arguments) {
  std::vector<std::string> all = {"diagnose", "--threads", "1", "--model", Study::get().judges_all};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return all;
}

/// What --json says about each recording.
json judged(const std::vector<std::string>& files) {
  auto arguments = diagnose(files);
  arguments.push_back("--json");
  const Outcome outcome = liteheart(arguments);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  return json::parse(outcome.out);
}

std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> cells(1);
  for (const char c : line) {
    if (c == ',')
      cells.emplace_back();
    else
      cells.back() += c;
  }
  return cells;
}

TEST(Diagnose, NamesTheRecordingAndEndsWithWhatItIsNot) {
  const Outcome outcome = liteheart(diagnose({Study::get().recording()}));
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  const auto said = lines(outcome.out);
  ASSERT_GT(said.size(), 3u);
  EXPECT_EQ(said.front(), Study::get().recording() + ".hea: lead I, 10.0 s, 1 window");
  EXPECT_NE(said.back().find(kNotAMedicalDevice), std::string::npos) << said.back();
}

TEST(Diagnose, JudgesOrSetsApartEveryClassOfTheModel) {
  const std::string& model = Study::get().distilled;
  const Outcome outcome = liteheart(
      {"diagnose", "--threads", "1", "--json", "--model", model, Study::get().recording()});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const json one = json::parse(outcome.out).at(0);
  const json data = json::parse(read_bytes(Study::get().data + "/dataset.json"));
  EXPECT_EQ(one["findings"].size() + one["obscured"].size() + one["not_judged"].size(),
            data["classes"].size());
  for (const json& finding : one["findings"]) {
    EXPECT_EQ(finding["present"], finding["probability"] >= finding["threshold"]) << finding;
    EXPECT_GE(finding["probability"], 0);
    EXPECT_LE(finding["probability"], 1);
  }
  EXPECT_NE(one["disclaimer"].get<std::string>().find(kNotAMedicalDevice), std::string::npos);
}

/// Apart from rounding: libtorch rounds a window by its place in the batch.
void expect_same_findings(const json& a, const json& b) {
  ASSERT_EQ(a.size(), b.size());
  std::map<std::string, json> by_code;
  for (const json& f : a) by_code[f["code"]] = f;
  for (json f : b) {
    json& other = by_code.at(f["code"]);
    EXPECT_NEAR(f["probability"].get<double>(), other["probability"].get<double>(), 1e-6)
        << f["code"];
    f["probability"] = other["probability"];
    EXPECT_EQ(f, other);
  }
}

TEST(Diagnose, TakesHeaderSignalFileAndRecordName) {
  const std::string name = Study::get().recording();
  const json all = judged({name, name + ".hea", name + ".mat"});
  ASSERT_EQ(all.size(), 3u);
  for (const std::size_t other : {1, 2}) {
    expect_same_findings(all[0]["findings"], all[other]["findings"]);
    EXPECT_EQ(all[other]["quality"], all[0]["quality"]);
  }
}

TEST(Diagnose, SaysTheSameOfLeadIWithAndWithoutTheOtherEleven) {
  const ScratchFolder scratch;
  write_wfdb(lead_i("one"), scratch / "");
  const json all = judged({Study::get().recording(), scratch / "one.hea"});
  ASSERT_EQ(all.size(), 2u);
  expect_same_findings(all[0]["findings"], all[1]["findings"]);
  EXPECT_TRUE(all[1]["warnings"].empty()) << all[1]["warnings"];
}

TEST(Diagnose, SeesAllOfAMinute) {
  const ScratchFolder scratch;
  write_wfdb(lead_i("minute", 6), scratch / "");
  const json minute = judged({scratch / "minute.hea"}).at(0);
  EXPECT_EQ(minute["seconds"], 60);
  EXPECT_EQ(minute["windows"], 6);
  for (const json& finding : minute["findings"]) EXPECT_LE(finding["windows_present"], 6);
}

TEST(Diagnose, AsksWhatALeadOfUnknownNameIs) {
  const ScratchFolder scratch;
  write_wfdb(lead_i("unnamed", 1, "ECG"), scratch / "");
  const json guessed = judged({scratch / "unnamed.hea"}).at(0);
  ASSERT_EQ(guessed["warnings"].size(), 1u);
  EXPECT_NE(guessed["warnings"][0].get<std::string>().find("'ECG'"), std::string::npos);
  const json told = judged({scratch / "unnamed.hea", "--lead", "I"}).at(0);
  EXPECT_TRUE(told["warnings"].empty());
  EXPECT_EQ(told["findings"], guessed["findings"]);
  EXPECT_TRUE(fails_clearly(
      {1, "", lines(liteheart(diagnose({scratch / "unnamed.hea", "--lead", "II"})).err).at(0)},
      {"unnamed.hea", "lead II", "reads lead I"}));
}

TEST(Diagnose, TakesTheShippedModelOfTheLeadThatIsThere) {
  const ScratchFolder scratch;
  for (const char* const lead : {"I", "II", "ECG"}) write_wfdb(lead_i(lead, 1, lead), scratch / "");
  const auto leads = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"diagnose", "--threads", "1", "--json"});
    const Outcome outcome = liteheart(words);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    std::vector<std::string> all;
    for (const json& one : json::parse(outcome.out)) all.push_back(one["leads"]);
    return all;
  };
  using Leads = std::vector<std::string>;
  EXPECT_EQ(leads({scratch / "II.hea", scratch / "I.hea", scratch / "ECG.hea", scratch / "II.hea"}),
            (Leads{"II", "I", "I", "II"}));
  EXPECT_EQ(leads({scratch / "ECG.hea", "--lead", "II"}), Leads{"II"});
  EXPECT_EQ(leads({Study::get().recording()}), Leads{"I"});
  EXPECT_EQ(leads({Study::get().recording(), "--lead", "ii"}), Leads{"II"});
  ASSERT_EQ(liteheart({"diagnose", scratch / "II.hea", scratch / "I.hea", scratch / "ECG.hea",
                       "--report", scratch / "pages"})
                .exit_code,
            0);
  for (const auto& [page, model] : {std::pair("II", "lead-ii"), {"I", "lead-i"}, {"ECG", "lead-i"}})
    EXPECT_NE(read_bytes(scratch / "pages/" + page + ".html").find(std::string(model) + ".lhm"),
              std::string::npos)
        << page;
  EXPECT_TRUE(fails_clearly(liteheart({"diagnose", Study::get().recording(), "--lead", "V5"}),
                            {"no model for lead V5", "--model"}));
}

TEST(Diagnose, ReadsAliveCorRecordingsAt300Hz) {
  LITEHEART_NEEDS_SHARED();
  const auto recording = [](const char* name) {
    return (shared() / "data" / "cinc2017" / name).string();
  };
  const json all = judged({recording("A00001.hea"), recording("A00003.hea")});
  ASSERT_EQ(all.size(), 2u);
  for (const json& one : all) {
    EXPECT_GE(one["seconds"], 9);
    EXPECT_FALSE(one["findings"].empty());
    EXPECT_NE(one["warnings"].dump().find("'ECG'"), std::string::npos) << one["warnings"];
  }
}

TEST(Diagnose, WritesTheChallengesFileWithEveryClassOfTheModel) {
  const ScratchFolder scratch;
  const Study& study = Study::get();
  const Outcome outcome =
      liteheart({"diagnose", "--threads", "1", "--json", "--model", study.distilled,
                 study.recording(), "--challenge", scratch / "challenge"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const json one = json::parse(outcome.out).at(0);
  const auto file = lines(read_bytes(scratch / "challenge/alpha00001.csv"));
  ASSERT_EQ(file.size(), 4u);
  EXPECT_EQ(file[0], "#alpha00001");
  const auto codes = split(file[1]), labels = split(file[2]), scores = split(file[3]);
  ASSERT_EQ(codes.size(),
            one["findings"].size() + one["obscured"].size() + one["not_judged"].size());
  ASSERT_EQ(labels.size(), codes.size());
  ASSERT_EQ(scores.size(), codes.size());
  std::map<std::string, json> finding;
  for (const json& f : one["findings"]) finding[f["code"].get<std::string>()] = f;
  std::set<std::string> not_judged;
  for (const char* const list : {"obscured", "not_judged"})
    for (const json& d : one[list]) not_judged.insert(d["code"].get<std::string>());
  ASSERT_FALSE(not_judged.empty());
  for (std::size_t i = 0; i < codes.size(); ++i) {
    SCOPED_TRACE(codes[i]);
    if (not_judged.erase(codes[i]) == 1) {
      EXPECT_EQ(labels[i], "0");
      continue;
    }
    ASSERT_TRUE(finding.contains(codes[i]));
    EXPECT_EQ(labels[i], finding[codes[i]]["present"].get<bool>() ? "1" : "0");
    EXPECT_NEAR(std::stod(scores[i]), finding[codes[i]]["probability"].get<double>(), 1e-6);
  }
  EXPECT_TRUE(not_judged.empty());
}

TEST(Diagnose, RestoresTwelveLeadsAroundTheConditionedLeadI) {
  const ScratchFolder scratch;
  const Recording minute = lead_i("minute", 6);
  write_wfdb(minute, scratch / "");
  judged({scratch / "minute.hea", "--restored", scratch / "restored"});
  const Recording restored = read_recording(scratch / "restored/minute.hea");
  EXPECT_EQ(restored.leads.size(), 12u);
  EXPECT_EQ(restored.rate_hz, 100);
  ASSERT_EQ(restored.samples, 6000u);
  ASSERT_EQ(restored.leads[0], "I");

  const edge::Conditioning c = edge::compact_100();
  std::vector<float> expected(restored.samples),
      scratch_floats(edge::filter_scratch(c, minute.rate_hz, minute.samples, 1));
  ASSERT_EQ(edge::filter_recording(c, minute.rate_hz, minute.mv.data(), minute.samples, 1,
                                   expected.data(), expected.size(), scratch_floats.data(),
                                   scratch_floats.size()),
            edge::Status::kOk);
  float error = 0;
  for (std::size_t t = 0; t < expected.size(); ++t)
    error = std::max(error, std::abs(restored.lead(0)[t] - expected[t]));
  EXPECT_LE(error, 0.00051F);  // half a step of the file's 1/1000 mV
}

TEST(Diagnose, NeverTakesEstimatedLeadsForMeasuredOnes) {
  const ScratchFolder scratch;
  write_wfdb(lead_i("watch"), scratch / "");
  judged({scratch / "watch.hea", "--restored", scratch / "restored"});
  const std::string restored = scratch / "restored/watch.hea", kept = scratch / "kept.hea";
  const Outcome judged_again = liteheart(diagnose({restored}));
  EXPECT_EQ(judged_again.exit_code, 1);
  EXPECT_NE(judged_again.err.find(restored + ": watch: holds no measurements (estimated by"),
            std::string::npos)
      << judged_again.err;
  EXPECT_TRUE(fails_clearly(liteheart({"convert", restored, scratch / "lost.edf"}),
                            {restored, "no measurements", "--to wfdb"}));
  EXPECT_FALSE(fs::exists(scratch / "lost.edf"));
  EXPECT_EQ(liteheart({"convert", restored, kept, "--to", "wfdb"}).exit_code, 0);
  EXPECT_EQ(read_recording(kept).estimated, read_recording(restored).estimated);
  EXPECT_TRUE(fails_clearly(liteheart({"prepare", scratch / "restored", "--out", scratch / "data"}),
                            {"restored"}));
  EXPECT_EQ(liteheart({"draw", kept, scratch / "kept.svg"}).exit_code, 0);
}

TEST(Diagnose, CannotRestoreWithoutARestorationNet) {
  const ScratchFolder scratch;
  const Study& study = Study::get();
  const Outcome outcome = liteheart({"diagnose", "--model", study.student, study.recording(),
                                     "--restored", scratch / "restored"});
  EXPECT_TRUE(fails_clearly(outcome, {"--restored", "no restoration net"}));
}

}  // namespace
}  // namespace liteheart::test
