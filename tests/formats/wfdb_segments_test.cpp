// Multi-segment records, of fixed and variable layout.
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <limits>
#include <map>

#include "formats/registry.h"
#include "scratch.h"
#include "wfdb_files.h"

namespace liteheart {
namespace {

using test::int16_bytes;

class WfdbSegments : public test::Scratch {
 protected:
  void write(const std::string& name, const std::string& bytes) {
    test::write_bytes(folder / name, bytes);
  }
  Recording read() { return read_recording(folder / "rec.hea"); }
  std::string error() {
    return test::error_of([&] { read(); });
  }
  bool warned(const Recording& recording, const std::string& text) {
    for (const std::string& warning : recording.warnings)
      if (warning.find(text) != std::string::npos) return true;
    return false;
  }
  /// A segment of one signal with `gain`, of samples 100, 200, ...
  void segment(const std::string& name, int samples, const std::string& gain = "100/mV",
               const std::string& lead = "II") {
    std::vector<int> values;
    for (int t = 1; t <= samples; ++t) values.push_back(100 * t);
    write(name + ".dat", int16_bytes(values));
    write(name + ".hea", name + " 1 10 " + std::to_string(samples) + "\n" + name + ".dat 16 " +
                             gain + " 16 0 0 0 0 " + lead + "\n");
  }
};

void expect_mv(std::span<const float> mv, const std::vector<float>& expected) {
  ASSERT_EQ(mv.size(), expected.size());
  for (std::size_t i = 0; i < mv.size(); ++i) {
    if (std::isnan(expected[i]))
      EXPECT_TRUE(std::isnan(mv[i])) << i;
    else
      EXPECT_FLOAT_EQ(mv[i], expected[i]) << i;
  }
}
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

TEST_F(WfdbSegments, FixedLayoutJoinsSegmentsGapsAndRepeats) {
  segment("a", 2);
  segment("b", 3, "200/mV");
  write("rec.hea", "rec/4 1 10 8 10:44:18.5 04/05/2004\na 2\n~ 1\nb 3\na 2\n");
  const Recording recording = read();
  expect_mv(recording.lead(0), {1, 2, kNaN, 0.5, 1, 1.5, 1, 2});
  EXPECT_EQ(recording.start, "2004-05-04T10:44:18.500");
  EXPECT_TRUE(recording.warnings.empty());
}

TEST_F(WfdbSegments, FixedLayoutGoesByPlaceWhereNamesAreMissing) {
  segment("a", 2);
  segment("b", 1, "200/mV", "");
  write("rec.hea", "rec/2 1 10 3\na 2\nb 1\n");
  expect_mv(read().lead(0), {1, 2, 0.5});
}

TEST_F(WfdbSegments, VariableLayoutFindsLeadsByNameWithEachSegmentsOwnGainAndUnit) {
  write("lay.hea",
        "lay 3 10 0\n~ 0 100/mV 16 0 0 0 0 I\n~ 0 100/mV 16 0 0 0 0 II\n"
        "~ 0 1/mmHg 16 0 0 0 0 ABP\n");
  segment("a", 2, "100/mV", "II");
  segment("b", 2, "1/uV", "I");
  write("rec.hea", "rec/4 3 10 5\nlay 0\na 2\n~ 1\nb 2\n");
  const Recording recording = read();
  EXPECT_EQ(recording.leads, (std::vector<std::string>{"I", "II"}));
  expect_mv(recording.lead(0), {kNaN, kNaN, kNaN, 0.1F, 0.2F});
  expect_mv(recording.lead(1), {1, 2, kNaN, kNaN, kNaN});
  ASSERT_EQ(recording.warnings.size(), 1u);
  EXPECT_EQ(recording.warnings[0], "ABP is in mmHg, which is no voltage; left out");
}

TEST_F(WfdbSegments, AMissingLayoutIsMadeUpFromTheSegments) {
  segment("a", 1, "100/mV", "II");
  segment("b", 1, "100/mV", "V");
  write("rec.hea", "rec/3 2 10 2\nlay 0\na 1\nb 1\n");
  const Recording recording = read();
  EXPECT_EQ(recording.leads, (std::vector<std::string>{"II", "V"}));
  expect_mv(recording.mv, {1, kNaN, kNaN, 1});
  EXPECT_TRUE(warned(recording, "segment lay is missing"));
}

TEST_F(WfdbSegments, ANullSegmentIsAGap) {
  segment("a", 1);
  write("null.hea", "null 1 10 2\n~ 0 100/mV 16 0 0 0 0 II\n");
  write("rec.hea", "rec/3 1 10 4\na 1\nnull 2\na 1\n");
  expect_mv(read().lead(0), {1, kNaN, kNaN, 1});
}

TEST_F(WfdbSegments, WhatCannotBeReadIsMissingWithAWarningUnlessAllIs) {
  segment("a", 2);
  segment("c", 2);
  std::filesystem::remove(folder / "c.dat");
  segment("d", 40);
  write("d.dat", int16_bytes({7}));
  write("e.hea", "e 1 20 1\na.dat 16 1/mV 16 0 0 0 0 II\n");
  write("rec.hea", "rec/5 1 10 46\na 2\nb 1\nc 2\nd 40\ne 1\n");
  const Recording recording = read();
  EXPECT_EQ(recording.samples, 46u);
  EXPECT_EQ(std::count_if(recording.mv.begin(), recording.mv.end(), [](float v) { return v == v; }),
            2);
  EXPECT_TRUE(warned(recording, "b.hea"));
  EXPECT_TRUE(warned(recording, "signal file c.dat"));
  EXPECT_TRUE(warned(recording, "d.dat is cut off: 1 of 40"));
  EXPECT_TRUE(warned(recording, "sampled at 20 Hz, the record at 10 Hz"));
  EXPECT_TRUE(warned(recording, "4 of 5 segments cannot be read"));
  std::filesystem::remove(folder / "a.hea");
  EXPECT_NE(error().find("none of the 5 segments can be read"), std::string::npos) << error();
}

TEST_F(WfdbSegments, SegmentsShorterThanListedEndInMissingSamples) {
  segment("a", 2);
  write("rec.hea", "rec/2 1 10 6\na 4\na 2\n");
  const Recording recording = read();
  expect_mv(recording.lead(0), {1, 2, kNaN, kNaN, 1, 2});
  EXPECT_TRUE(warned(recording, "segment a: 2 of 4 samples are there"));
}

TEST_F(WfdbSegments, NestedAndCyclicRecordsAreRefused) {
  segment("a", 2);
  write("rec.hea", "rec/2 1 10 4\na 2\nrec 2\n");
  EXPECT_NE(error().find("rec.hea line 3: segment rec has segments itself"), std::string::npos);
  write("inner.hea", "inner/1 1 10 2\na 2\n");
  write("rec.hea", "rec/2 1 10 4\na 2\ninner 2\n");
  EXPECT_NE(error().find("segment inner has segments itself"), std::string::npos);
}

TEST_F(WfdbSegments, AbsurdLengthsAndCutHeadersAreRefusedAtOnce) {
  segment("a", 2);
  const auto begin = std::chrono::steady_clock::now();
  for (const char* lines :
       {"rec/2 1 10 1000000000002\na 2\n~ 1000000000000\n",
        "rec/2 1 10\na 2\n~ 18446744073709551615\n", "rec/2 1 10\na 2\na 1000000000000000\n"}) {
    write("rec.hea", lines);
    EXPECT_NE(error().find("the segments last"), std::string::npos) << error();
  }
  write("rec.hea", "rec/3 1 10 4\na 2\na 2\n");
  EXPECT_NE(error().find("3 segments declared, 2 listed"), std::string::npos) << error();
  write("rec.hea", "rec/1 1 10 4\na 2\na 2\n");
  EXPECT_NE(error().find("a line beyond the 1 declared segments"), std::string::npos) << error();
  write("rec.hea", "rec/1 1 10 4\na many\n");
  EXPECT_NE(error().find("line 2: 'many' is no number of samples"), std::string::npos) << error();
  write("rec.hea", "rec/100000 1 10 4\na 2\n");
  EXPECT_NE(error().find("100000 segments declared"), std::string::npos) << error();
  write("rec.hea", "rec/2 1 10 4\na 2\n../a 2\n");
  EXPECT_TRUE(warned(read(), "does not lie beside it"));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
}

TEST_F(WfdbSegments, ALongGapWithinReasonIsKept) {
  segment("a", 2);
  write("rec.hea", "rec/3 1 10 1000004\na 2\n~ 1000000\na 2\n");
  const Recording recording = read();
  ASSERT_EQ(recording.samples, 1000004u);
  EXPECT_FLOAT_EQ(recording.mv[1000003], 2);
}

}  // namespace
}  // namespace liteheart
