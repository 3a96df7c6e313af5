// Annotation files, from bytes encoded by hand as annot(5) describes them: no real .atr file lies
// among the shared data.
#include "formats/wfdb_annotations.h"

#include <gtest/gtest.h>

#include "formats/registry.h"
#include "scratch.h"
#include "wfdb_files.h"

namespace liteheart {
namespace {

/// Words of six bits of kind and ten of value, little endian.
std::string words(const std::vector<std::pair<int, int>>& pairs) {
  std::string bytes;
  for (const auto& [kind, value] : pairs) {
    const int word = kind << 10 | (value & 0x3FF);
    bytes.push_back(static_cast<char>(word & 255));
    bytes.push_back(static_cast<char>(word >> 8));
  }
  return bytes;
}
std::string aux(const std::string& text) {
  return words({{63, static_cast<int>(text.size())}}) + text +
         (text.size() % 2 == 1 ? std::string(1, '\0') : "");
}
std::string skip(int interval) {
  const auto bits = static_cast<unsigned>(interval);
  std::string bytes = words({{59, 0}});
  for (const unsigned shift : {16u, 24u, 0u, 8u}) bytes.push_back(static_cast<char>(bits >> shift));
  return bytes;
}
const std::string kEnd = words({{0, 0}});

WfdbAnnotations read(const std::string& bytes) {
  return read_wfdb_annotations({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()},
                               "rec.atr");
}

TEST(WfdbAnnotations, TimesAddUpAndSkipsReachFar) {
  const auto all = read(words({{28, 18}}) + aux("(N") + words({{1, 59}}) + skip(100000) +
                        words({{5, 7}}) + skip(-7) + words({{1, 0}}) + kEnd);
  ASSERT_EQ(all.marks.size(), 4u);
  EXPECT_EQ(all.marks[0].time, 18);
  EXPECT_EQ(all.marks[0].text, "(N");
  EXPECT_EQ(all.marks[1].time, 77);
  EXPECT_EQ(all.marks[2].time, 100084);
  EXPECT_EQ(all.marks[2].code, 5);
  EXPECT_EQ(all.marks[3].time, 100077);
  EXPECT_FALSE(all.cut_off);
}

TEST(WfdbAnnotations, NumberAndChannelStayWhileTheSubtypeDoesNot) {
  const auto all = read(words({{1, 1}, {60, -3}, {61, 2}, {62, 1}, {1, 1}}) + aux("odd") +
                        words({{1, 1}, {62, 0}}) + kEnd);
  ASSERT_EQ(all.marks.size(), 3u);
  EXPECT_EQ(all.marks[0].number, -3);
  EXPECT_EQ(all.marks[0].subtype, 2);
  EXPECT_EQ(all.marks[0].channel, 1);
  EXPECT_EQ(all.marks[1].number, -3);
  EXPECT_EQ(all.marks[1].subtype, 0);
  EXPECT_EQ(all.marks[1].channel, 1);
  EXPECT_EQ(all.marks[1].text, "odd");
  EXPECT_EQ(all.marks[2].channel, 0);
}

TEST(WfdbAnnotations, WhatIsNoAnnotationFileIsRefusedAndACutOneIsMarked) {
  EXPECT_THROW(read(words({{55, 3}})), Error);
  EXPECT_THROW(read(skip(-5) + words({{1, 0}}) + kEnd), Error);
  EXPECT_TRUE(read(words({{1, 5}})).cut_off);
  EXPECT_TRUE(read(words({{1, 5}, {63, 20}}) + "(AF").cut_off);
  EXPECT_TRUE(read(words({{1, 5}, {59, 0}}) + "x").cut_off);
  EXPECT_TRUE(read("").marks.empty());
}

TEST(WfdbAnnotations, MnemonicsAndBeatsAreThoseOfPhysioNet) {
  std::string beats, all;
  for (int code = 0; code < 50; ++code) {
    all += wfdb_mnemonic(code);
    if (is_wfdb_beat(code)) beats += wfdb_mnemonic(code);
  }
  EXPECT_EQ(all, "NLRaVFJASEj/Q~|sT*D\"=pB^t+u?![]en@xf()r");
  EXPECT_EQ(beats, "NLRaVFJASEj/QB?enfr");
  EXPECT_EQ(wfdb_mnemonic(28), "+");
  EXPECT_EQ(wfdb_mnemonic(41), "r");
}

class AnnotatedRecord : public test::Scratch {
 protected:
  void SetUp() override {
    test::write_bytes(folder / "rec.hea", "rec 1 100 300\nrec.dat 80x2 100/mV 8 0 0 0 0 II\n");
    test::write_bytes(folder / "rec.dat", std::string(600, 'x'));
  }
  Recording read_with(const std::string& extension, const std::string& bytes) {
    test::write_bytes(folder / ("rec." + extension), bytes);
    return read_recording(folder / "rec.hea");
  }
};

TEST_F(AnnotatedRecord, BeatsComeInSamplesAndRhythmsAsStatements) {
  const Recording recording = read_with(
      "atr", words({{28, 5}}) + aux("(AFIB") + words({{1, 15}, {14, 10}, {5, 10}, {28, 1}}) +
                 aux("(N") + words({{28, 1}}) + aux("(AFIB") + words({{8, 600}}) + kEnd);
  ASSERT_EQ(recording.beats.size(), 2u);
  EXPECT_EQ(recording.beats[0].sample, 40u) << "frame 20, of two samples each";
  EXPECT_EQ(recording.beats[0].label, "N");
  EXPECT_EQ(recording.beats[1].sample, 80u);
  EXPECT_EQ(recording.beats[1].label, "V");
  EXPECT_EQ(recording.statements, (std::vector<std::string>{"(AFIB", "(N"}));
  ASSERT_EQ(recording.warnings.size(), 1u);
  EXPECT_EQ(recording.warnings[0], "1 beats of rec.atr lie behind the recording's end; left out");
}

TEST_F(AnnotatedRecord, TheFilesOwnTimeResolutionCounts) {
  const Recording recording = read_with(
      "atr", words({{22, 0}}) + aux("## time resolution: 1000") + words({{1, 500}}) + kEnd);
  ASSERT_EQ(recording.beats.size(), 1u);
  EXPECT_EQ(recording.beats[0].sample, 100u);
}

TEST_F(AnnotatedRecord, BeatsComeFromQrsWhereAtrHasNone) {
  read_with("atr", words({{28, 5}}) + aux("(AFL") + kEnd);
  read_with("ecg", words({{5, 7}}) + kEnd);
  EXPECT_EQ(read_recording(folder / "rec").beats.at(0).label, "V");
  const Recording recording = read_with("qrs", words({{1, 6}}) + kEnd);
  EXPECT_EQ(recording.beats.at(0).sample, 12u);
  EXPECT_EQ(recording.beats.size(), 1u);
  EXPECT_EQ(recording.statements, std::vector<std::string>{"(AFL"});
}

TEST_F(AnnotatedRecord, ADamagedFileIsLeftOutWithAWarning) {
  const Recording recording = read_with("atr", "\xFF\xDF not annotations");
  EXPECT_TRUE(recording.beats.empty());
  ASSERT_EQ(recording.warnings.size(), 1u);
  EXPECT_EQ(recording.warnings[0].find("annotations are left out: rec.atr byte 2"), 0u);
}

TEST_F(AnnotatedRecord, DamageNeverEscapes) {
  const std::string bytes = words({{28, 5}}) + aux("(AFIB") + words({{1, 15}, {5, 10}}) + skip(40) +
                            words({{1, 6}, {61, 1}, {62, 1}}) + kEnd;
  test::refused_of_damaged(bytes, bytes.size(), folder / "rec.atr", [&] {
    const Recording recording = read_recording(folder / "rec.hea");
    for (const Beat& beat : recording.beats) ASSERT_LT(beat.sample, recording.samples);
  });
}

}  // namespace
}  // namespace liteheart
