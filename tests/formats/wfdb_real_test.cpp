// Real records of several hospitals and devices.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <sstream>

#include "ecg/leads.h"
#include "formats/registry.h"
#include "shared.h"
#include "wfdb_files.h"

namespace liteheart {
namespace {

namespace fs = std::filesystem;
using test::shared;

/// Rows of a CSV without quotes, by column name.
std::vector<std::map<std::string, std::string>> table(const fs::path& file) {
  std::ifstream stream(file);
  std::vector<std::string> columns;
  std::vector<std::map<std::string, std::string>> rows;
  for (std::string line; std::getline(stream, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    std::istringstream fields(line);
    std::size_t i = 0;
    if (!columns.empty()) rows.emplace_back();
    for (std::string field; std::getline(fields, field, ','); ++i) {
      if (rows.empty() && columns.size() == i) {
        columns.push_back(field);
      } else {
        rows.back()[columns.at(i)] = field;
      }
    }
  }
  return rows;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ";") + part;
  return text;
}

double correlation(const std::vector<double>& a, const std::vector<double>& b) {
  double ab = 0, aa = 0, bb = 0, mean_a = 0, mean_b = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    mean_a += a[i] / static_cast<double>(a.size());
    mean_b += b[i] / static_cast<double>(a.size());
  }
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += (a[i] - mean_a) * (b[i] - mean_b);
    aa += (a[i] - mean_a) * (a[i] - mean_a);
    bb += (b[i] - mean_b) * (b[i] - mean_b);
  }
  return ab / std::sqrt(aa * bb);
}

TEST(RealWfdb, SamplesAgreeWithAnIndependentDecoder) {
  LITEHEART_NEEDS_SHARED();
  std::map<std::string, Recording> recordings;
  const auto rows = table(fs::path(LITEHEART_SOURCE_DIR) / "tests/formats/golden.csv");
  ASSERT_GT(rows.size(), 200u);
  for (const auto& row : rows) {
    const std::string& file = row.at("file");
    if (!recordings.contains(file)) recordings[file] = read_recording(shared() / file);
    const Recording& recording = recordings[file];
    const std::size_t lead = std::stoul(row.at("lead")), at = std::stoul(row.at("at"));
    EXPECT_DOUBLE_EQ(recording.rate_hz, std::stod(row.at("rate_hz"))) << file;
    ASSERT_EQ(recording.samples, std::stoul(row.at("samples"))) << file;
    EXPECT_EQ(recording.leads.at(lead), row.at("name")) << file;
    EXPECT_FLOAT_EQ(recording.lead(lead)[at], std::stof(row.at("mv"))) << file << " sample " << at;
  }
}

TEST(RealWfdb, EveryRecordOfOtherCentresReadsAsItsLabelsSay) {
  LITEHEART_NEEDS_SHARED();
  std::map<std::string, std::map<std::string, std::string>> labels;
  for (auto& row : table(shared() / "data/centres/labels.csv")) labels[row["record"]] = row;
  const auto files = find_recordings(shared() / "data/centres");
  EXPECT_EQ(files.size(), labels.size());
  for (const fs::path& file : files) {
    const Recording recording = read_recording(file);
    const auto& label = labels.at(recording.name);
    EXPECT_EQ(joined(recording.diagnoses), label.at("snomed")) << file;
    EXPECT_DOUBLE_EQ(recording.rate_hz, std::stod(label.at("hz"))) << file;
    EXPECT_EQ(recording.samples, std::stoul(label.at("samples"))) << file;
    EXPECT_EQ(recording.sex, label.at("sex") == "Male" ? "male" : "female") << file;
    EXPECT_EQ(recording.age_years.value_or(-1), std::stod(label.at("age"))) << file;
    EXPECT_TRUE(std::equal(recording.leads.begin(), recording.leads.end(), kLeadNames.begin(),
                           kLeadNames.end()))
        << file;
    EXPECT_TRUE(recording.warnings.empty()) << file << ": " << joined(recording.warnings);
  }
}

TEST(RealWfdb, SingleLeadRecordsOfAliveCorKeepTheNameOfTheirLead) {
  LITEHEART_NEEDS_SHARED();
  const auto files = find_recordings(shared() / "data/cinc2017");
  EXPECT_EQ(files.size(), 150u);
  for (const fs::path& file : files) {
    const Recording recording = read_recording(file);
    EXPECT_EQ(recording.leads, std::vector<std::string>{"ECG"});
    EXPECT_DOUBLE_EQ(recording.rate_hz, 300);
    EXPECT_TRUE(recording.warnings.empty()) << file << ": " << joined(recording.warnings);
  }
}

TEST(RealWfdb, TheTwoRatesOfAPtbXlRecordAreOneRecording) {
  LITEHEART_NEEDS_SHARED();
  const Recording high = read_recording(shared() / "formats/wfdb_ptbxl/00001_hr");
  const Recording low = read_recording(shared() / "formats/wfdb_ptbxl/00001_lr");
  ASSERT_EQ(high.leads, low.leads);
  EXPECT_EQ(low.leads[3], "aVR") << "written AVR";
  ASSERT_EQ(high.samples, 5 * low.samples);
  for (std::size_t lead = 0; lead < 12; ++lead) {
    std::vector<double> a, b;
    constexpr std::size_t kEdge = 10;  // where PTB-XL's own resampler rings
    for (std::size_t t = kEdge; t + kEdge < low.samples; ++t) {
      double mean = 0;
      for (std::size_t k = 0; k < 5; ++k) mean += high.lead(lead)[5 * t + k - 2] / 5.0;
      a.push_back(mean);
      b.push_back(low.lead(lead)[t]);
    }
    EXPECT_GT(correlation(a, b), 0.98) << low.leads[lead];
  }
}

TEST(RealWfdb, TheChallengeFormOfAPtbRecordAgreesWithItsOriginal) {
  LITEHEART_NEEDS_SHARED();
  // The original also names Frank leads in a second file that is not there: ask for the twelve
  // only.
  std::istringstream original(test::file_text(shared() / "formats/wfdb/s0010_re.hea"));
  std::string header;
  for (std::string line; std::getline(original, line);) {
    if (line.find(".xyz") == std::string::npos) header += line + "\n";
  }
  header.replace(header.find(" 15 "), 4, " 12 ");
  const Recording ptb =
      test::read_from_memory(header, test::file_text(shared() / "formats/wfdb/s0010_re.dat"));
  const Recording challenge = read_recording(shared() / "data/centres/PTB/S0001.hea");
  ASSERT_EQ(ptb.leads, challenge.leads);
  ASSERT_EQ(ptb.mv.size(), challenge.mv.size());
  for (std::size_t i = 0; i < ptb.mv.size(); ++i) {
    ASSERT_NEAR(ptb.mv[i], challenge.mv[i], 0.00101);
  }
  EXPECT_EQ(ptb.age_years, 81);
  EXPECT_TRUE(ptb.warnings.empty()) << joined(ptb.warnings);
}

/// Whether both leads hold the same samples, as far as the shorter goes.
void expect_same(const Recording& a, std::size_t lead_a, const Recording& b, std::size_t lead_b,
                 const std::string& what) {
  const std::size_t samples = std::min(a.samples, b.samples);
  ASSERT_GT(samples, 0u) << what;
  for (std::size_t t = 0; t < samples; ++t)
    ASSERT_EQ(a.lead(lead_a)[t], b.lead(lead_b)[t]) << what << " sample " << t;
}

TEST(RealWfdb, RecordsThatHoldTheSameSignalInOtherFormatsAgree) {
  LITEHEART_NEEDS_SHARED();
  const auto read = [](const std::string& name) {
    return read_recording(shared() / "formats/wfdb" / (name + ".hea"));
  };
  const Recording two = read("310derive"), reference = read("310derive_2");
  expect_same(two, 1, read("311derive"), 0, "310 and 311");
  expect_same(reference, 0, read("311derive_2"), 0, "310 and 311");
  for (const char* name : {"310derive_3", "311derive_3", "311derive_4"})
    expect_same(reference, 0, read(name), 0, name);
  expect_same(read("100"), 1, read("100-no-len"), 1, "with and without a length");
  expect_same(read("test01_00s"), 0, read("test01_00s_frame"), 0, "two samples a frame elsewhere");
  expect_same(read("test01_00s"), 3, read("test01_00s_frame"), 1, "two samples a frame elsewhere");
  // The excerpt's third signal repeats its first, so its pairs of samples straddle frames.
  expect_same(read("100"), 0, read("100_3chan"), 0, "212 with an odd number of signals");
}

TEST(RealWfdb, SignalsOfAnotherRateOrWithoutAFileAreLeftOutAndNamed) {
  LITEHEART_NEEDS_SHARED();
  const Recording frame = read_recording(shared() / "formats/wfdb/test01_00s_frame.hea");
  EXPECT_EQ(frame.leads, (std::vector<std::string>{"ECG_1", "ECG_3"}));
  EXPECT_EQ(joined(frame.warnings),
            "ECG_2 sampled at 1000 Hz, the other leads at 500 Hz; left out");
  EXPECT_EQ(frame.age_years, 25);
  EXPECT_EQ(frame.sex, "male");
  const Recording ptb = read_recording(shared() / "formats/wfdb/s0010_re.hea");
  EXPECT_EQ(ptb.leads.size(), 12u);
  ASSERT_EQ(ptb.warnings.size(), 1u);
  EXPECT_EQ(ptb.warnings[0],
            "signal file s0010_re.xyz: No such file or directory; vx, vy, vz left out");
  EXPECT_EQ(ptb.start, "1990-10-01");
  EXPECT_EQ(joined(ptb.statements),
            "Reason for admission: Myocardial infarction;"
            "Acute infarction (localization): infero-latera;"
            "Additional diagnoses: Diabetes mellitus");
}

TEST(RealWfdb, AMultiSegmentRecordIsOneRecordingWithGaps) {
  LITEHEART_NEEDS_SHARED();
  const fs::path folder = shared() / "formats/wfdb/s25047";
  const Recording whole = read_recording(folder / "s25047-2704-05-04-10-44.hea");
  EXPECT_EQ(whole.start, "2704-05-04T10:44:18.529");
  EXPECT_EQ(whole.leads, (std::vector<std::string>{"II", "V"}));
  ASSERT_EQ(whole.samples, 543240u);
  EXPECT_EQ(joined(whole.warnings), "ABP is in mmHg, which is no voltage; left out");
  for (std::size_t t = 0; t < 25740; ++t) ASSERT_TRUE(std::isnan(whole.lead(0)[t]));
  // Segment 16 has a gain of its own, and begins where 1 to 15 end.
  const Recording part = read_recording(folder / "3234460_0016.hea");
  constexpr std::size_t kBegin = 123629;
  for (std::size_t t = 0; t < part.samples; ++t) {
    if (std::isnan(part.lead(1)[t])) continue;
    ASSERT_EQ(whole.lead(1)[kBegin + t], part.lead(1)[t]) << t;
  }
  EXPECT_EQ(find_recordings(folder).size(), 2u) << "the record and its numerics";
}

TEST(RealWfdb, TheLengthOfARecordWithoutOneComesFromItsFile) {
  LITEHEART_NEEDS_SHARED();
  EXPECT_EQ(read_recording(shared() / "formats/wfdb/100-no-len.hea").samples, 650000u);
  EXPECT_EQ(read_recording(shared() / "formats/wfdb/a103l-no-len.hea").samples, 82500u);
}

TEST(RealWfdb, SkewedRecordsAreRealigned) {
  LITEHEART_NEEDS_SHARED();
  const Recording plain = read_recording(shared() / "formats/wfdb/100.hea");
  const Recording skewed = read_recording(shared() / "formats/wfdb/100skew.hea");
  for (std::size_t t = 0; t + 3 < plain.samples; ++t) {
    ASSERT_EQ(skewed.lead(1)[t], plain.lead(1)[t + 3]);
  }
  EXPECT_EQ(skewed.lead(0)[17], plain.lead(0)[17]);
}

TEST(RealWfdb, MicrovoltsUnderAGainOf4880AreMended) {
  LITEHEART_NEEDS_SHARED();
  const fs::path file = shared() / "data/centres/Ningbo/JS11438.hea";
  std::string header = test::file_text(file);
  for (std::size_t at = 0; (at = header.find("1000/mV", at)) != std::string::npos;) {
    header.replace(at, 4, "4880");
  }
  const Recording truth = read_recording(file);
  const Recording mended =
      test::read_from_memory(header, test::file_text(fs::path(file).replace_extension(".mat")));
  ASSERT_EQ(mended.warnings.size(), 1u);
  for (std::size_t i = 0; i < truth.mv.size(); ++i) ASSERT_NEAR(mended.mv[i], truth.mv[i], 1e-6);
}

TEST(RealWfdb, HostileRecordsReadOrSayWhy) {
  LITEHEART_NEEDS_SHARED();
  const fs::path hostile = shared() / "formats/hostile";
  for (const char* name : {"c2", "p12"}) {
    const Recording recording = read_recording(hostile / name);
    for (std::size_t lead = 0; lead < recording.leads.size(); ++lead) {
      for (std::size_t t = 0; t < recording.samples; ++t) {
        ASSERT_FLOAT_EQ(recording.lead(lead)[t], static_cast<float>(t % 1000 + 1000 * lead) / 1000);
      }
    }
  }
  EXPECT_THROW(read_recording(hostile / "wfdb212_t50.hea"), Error);
}

TEST(RealWfdb, RecordsWithoutALeadOrAFileSayWhatIsMissing) {
  LITEHEART_NEEDS_SHARED();
  const std::map<std::string, std::string> expected = {
      {"mixedsignals", "line 2: signal file mixedsignals_e.dat"},
      {"s25047/s25047-2704-05-04-10-44n", "no signal is a voltage"},
      {"s25047/3234460_layout", "the signal has no file"},
  };
  for (const auto& [name, text] : expected) {
    try {
      read_recording(shared() / "formats/wfdb" / (name + ".hea"));
      ADD_FAILURE() << name << " reads";
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find(text), std::string::npos) << error.what();
    }
  }
}

}  // namespace
}  // namespace liteheart
