#include "formats/wfdb_header.h"

#include <gtest/gtest.h>

#include "ecg/error.h"

namespace liteheart {
namespace {

WfdbHeader parse(const std::string& text) { return parse_wfdb_header(text, "rec.hea"); }

std::string error_of(const std::string& text) {
  try {
    parse(text);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

WfdbSignal signal_of(const std::string& line) {
  return parse("rec 1 500 1000\n" + line).signals[0];
}

TEST(WfdbHeader, ReadsEveryFieldOfAFullHeader) {
  const WfdbHeader header = parse(
      "rec 1 360.5/720(12) 650000 10:44:18.529 04/05/2704\n"
      "rec.dat 212x2:3+24 1000.5(-12)/uV 11 1024 995 -22131 0 lead with blanks \n");
  EXPECT_EQ(header.record, "rec");
  EXPECT_DOUBLE_EQ(header.rate_hz, 360.5);
  EXPECT_EQ(header.samples, 650000u);
  ASSERT_EQ(header.signals.size(), 1u);
  const WfdbSignal& signal = header.signals[0];
  EXPECT_EQ(signal.file, "rec.dat");
  EXPECT_EQ(signal.format, 212);
  EXPECT_EQ(signal.samples_per_frame, 2);
  EXPECT_EQ(signal.skew, 3u);
  EXPECT_EQ(signal.byte_offset, 24u);
  EXPECT_DOUBLE_EQ(signal.gain, 1000.5);
  EXPECT_DOUBLE_EQ(signal.baseline, -12);
  EXPECT_EQ(signal.units, "uV");
  EXPECT_EQ(signal.checksum, 65536 - 22131);
  EXPECT_EQ(signal.name, "lead with blanks");
  EXPECT_EQ(signal.line, 2);
}

TEST(WfdbHeader, MissingFieldsTakeTheirDefaults) {
  const WfdbHeader header = parse("rec 1\nrec.dat 16\n");
  EXPECT_DOUBLE_EQ(header.rate_hz, 250);
  EXPECT_EQ(header.samples, 0u);
  EXPECT_DOUBLE_EQ(header.signals[0].gain, 200);
  EXPECT_DOUBLE_EQ(header.signals[0].baseline, 0);
  EXPECT_EQ(header.signals[0].units, "");
  EXPECT_EQ(header.signals[0].name, "");
}

TEST(WfdbHeader, GainZeroIs200AndBaselineIsTheAdcZeroUnlessWritten) {
  EXPECT_DOUBLE_EQ(signal_of("rec.dat 16 0 11 1024 0 0 0 I").gain, 200);
  EXPECT_DOUBLE_EQ(signal_of("rec.dat 16 0 11 1024 0 0 0 I").baseline, 1024);
  EXPECT_DOUBLE_EQ(signal_of("rec.dat 16 100(0) 11 1024 0 0 0 I").baseline, 0);
  EXPECT_DOUBLE_EQ(signal_of("rec.dat 16 1.052e+04/mV").gain, 10520);
}

TEST(WfdbHeader, CommentsAndBlankLinesMayStandAnywhere) {
  const WfdbHeader header = parse(
      "\xEF\xBB\xBF# before\r\n\r\nrec 2 360\r\n# between\r\nrec.dat 16\r\n\r\nrec.dat 16\r\n# "
      "age: 81\r\n"
      "#Sex: F\r\n#Dx: AF,RBBB\r\n");
  EXPECT_EQ(header.signals.size(), 2u);
  EXPECT_EQ(header.record_line, 3);
  EXPECT_EQ(header.age, "81");
  EXPECT_EQ(header.sex, "F");
  EXPECT_EQ(header.diagnoses, "AF,RBBB");
}

TEST(WfdbHeader, DatesComeInAnyOrderWithOrWithoutLength) {
  for (const char* tail : {"5000 05-Feb-2020 11:39:16", "5000 11:39:16 05/02/2020",
                           "5000 2014-05-08 05:05:15 ", "5000 05:05:15.123"}) {
    EXPECT_EQ(parse(std::string("rec 1 500 ") + tail + "\nrec.dat 16\n").samples, 5000u) << tail;
  }
  EXPECT_EQ(parse("rec 1 500 05-Feb-2020 11:39:16\nrec.dat 16\n").samples, 0u);
  EXPECT_EQ(parse("rec 1 500 11:39:16\nrec.dat 16\n").samples, 0u);
}

TEST(WfdbHeader, StartIsIsoInWhateverOrderItIsWritten) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"5000 10:44:18.529 04/05/2704", "2704-05-04T10:44:18.529"},
      {"5000 05-Feb-2020 11:39:16", "2020-02-05T11:39:16"},
      {"05-February-2020 11:39", "2020-02-05T00:11:39"},
      {"5000 2014-05-08 05:05:15", "2014-05-08T05:05:15"},
      {"5000 12:00:00 02/25/1999", "1999-02-25T12:00:00"},
      {"5000 19:46:25.757", "19:46:25.757"},
      {"05/02/2020", "2020-02-05"},
      {"5000 25:00:00", ""},
      {"5000 10:61:00 31/02/2020", ""},
      {"5000 : - //", ""},
      {"5000", ""},
  };
  for (const auto& [tail, expected] : cases)
    EXPECT_EQ(parse("rec 1 500/1000(5) " + tail + "\nrec.dat 16\n").start, expected) << tail;
  EXPECT_EQ(parse("rec 1 500 9\nrec.dat 16\n# ECG date: 01/10/1990\n").start, "1990-10-01");
}

TEST(WfdbHeader, CommentsOfOtherDatabasesTellAgeSexAndDiagnoses) {
  const auto with = [](const std::string& comments) {
    return parse("rec 1 500 9\nrec.dat 16\n" + comments);
  };
  EXPECT_EQ(with("# 69 M 1085 1629 x1\n").age, "69");
  EXPECT_EQ(with("# 69 M 1085 1629 x1\n").sex, "M");
  EXPECT_EQ(with("# -1 F 8 x2\n").age, "");
  EXPECT_EQ(with("# 69 beats\n").age, "");
  const WfdbHeader full =
      with("# <age>: 25  <sex>: M  <diagnoses>: AV block  <medications>: (none)\n");
  EXPECT_EQ(full.age, "25");
  EXPECT_EQ(full.sex, "M");
  EXPECT_EQ(full.statements, std::vector<std::string>{"diagnoses: AV block"});
  const WfdbHeader unknown = with("# <age>: ?? <sex>: ? <diagnoses>: (none)\n# <broken\n");
  EXPECT_EQ(unknown.age + unknown.sex, "");
  EXPECT_TRUE(unknown.statements.empty());
  EXPECT_EQ(with("# Reason for admission: Myocarditis\n# Diagnose:\n# Smoker: no\n"
                 "# Former infarction (localization): no\n# Additional diagnoses: unknown\n")
                .statements,
            std::vector<std::string>{"Reason for admission: Myocarditis"});
}

TEST(WfdbHeader, MultiSegmentHeadersListTheirSegments) {
  const WfdbHeader header = parse("rec/3 2 125 5000\nlayout 0\n~ 25\nrec_1 4975\n");
  EXPECT_TRUE(header.multi_segment);
  ASSERT_EQ(header.segments.size(), 3u);
  EXPECT_EQ(header.segments[0].record, "layout");
  EXPECT_EQ(header.segments[1].record, "~");
  EXPECT_EQ(header.segments[1].samples, 25u);
  EXPECT_EQ(header.segments[2].record, "rec_1");
  EXPECT_EQ(header.segments[2].samples, 4975u);
  EXPECT_EQ(header.segments[2].line, 4);
}

TEST(WfdbHeader, LyingHeadersAreErrorsThatNameTheLine) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "rec.hea: no record line"},
      {"# only a comment\n", "no record line"},
      {"rec\n", "line 1: '' is no number of signals"},
      {"rec twelve 500\n", "line 1: 'twelve' is no number of signals"},
      {"rec -1 500\n", "line 1: '-1' is no number of signals"},
      {"rec 99999999999999999999999 500\n", "is no number of signals"},
      {"rec 0 500 1000\n", "line 1: the record has no signals"},
      {"rec 1 0 1000\nrec.dat 16\n", "line 1: the sampling rate is 0 Hz"},
      {"rec 1 -500 1000\nrec.dat 16\n", "line 1: the sampling rate is -500 Hz"},
      {"rec 1 nan 1000\nrec.dat 16\n", "line 1: 'nan' is no sampling rate"},
      {"rec 1 1e300 1000\nrec.dat 16\n", "line 1: the sampling rate is 1e+300 Hz"},
      {"rec 1 500Hz 1000\nrec.dat 16\n", "line 1: '500Hz' is no sampling rate"},
      {"rec 1 500 many\nrec.dat 16\n", "line 1: 'many' is no number of samples"},
      {"rec 1 500 -5\nrec.dat 16\n", "line 1: '-5' is no number of samples"},
      {"rec/0 1 500 10\n", "line 1: '0' is no number of segments"},
      {"rec 12 500 1000\nrec.dat 16\n", "line 1: 12 signals declared, 1 described"},
      {"rec 4000000000 500 1000\nrec.dat 16\n", "4000000000 signals declared"},
      {"rec 1 500 1000\nrec.dat 16\nrec.dat 16\n", "line 3: a line beyond the 1 declared"},
      {"rec 1 500 1000\nrec.dat\n", "line 2: '' is no signal format"},
      {"rec 1 500 1000\nrec.dat sixteen\n", "line 2: 'sixteen' is no signal format"},
      {"rec 1 500 1000\nrec.dat 16x0\n", "line 2: '16x0' is no signal format"},
      {"rec 1 500 1000\nrec.dat 16+-24\n", "line 2: '16+-24' is no signal format"},
      {"rec 1 500 1000\nrec.dat 16++24\n", "line 2: '16++24' is no signal format"},
      {"rec 1 500 1000\nrec.dat -16\n", "line 2: '-16' is no signal format"},
      {"rec 1 500 1000\nrec.dat 16 mV\n", "line 2: 'mV' is no gain"},
      {"rec 1 500 1000\nrec.dat 16 200(1024\n", "line 2: '200(1024' is no gain"},
      {"rec 1 500 1000\nrec.dat 16 inf/mV\n", "line 2: 'inf/mV' is no gain"},
      {"rec 1 500 1000\nrec.dat 16 1e-300/mV\n", "line 2: the gain '1e-300/mV' is absurd"},
      {"rec 1 500 1000\nrec.dat 16 200 I\n", "line 2: the ADC resolution 'I' is no number"},
  };
  for (const auto& [header, expected] : cases) {
    EXPECT_NE(error_of(header).find(expected), std::string::npos) << header << "\n"
                                                                  << error_of(header);
  }
}

TEST(WfdbHeader, IsRecognisedByItsRecordLine) {
  EXPECT_TRUE(looks_like_wfdb_header("# comment\n\n100 2 360 650000\n"));
  EXPECT_TRUE(looks_like_wfdb_header("s25047/20 3 125 543240 10:44:18\n"));
  EXPECT_TRUE(looks_like_wfdb_header("rec 1"));
  for (const char* other : {"", "# nothing", "Name,Lead I\n", "<?xml version=\"1.0\"?>", "rec two",
                            "\x01\x02 2 360", "Lead 1 one"}) {
    EXPECT_FALSE(looks_like_wfdb_header(other)) << other;
  }
}

}  // namespace
}  // namespace liteheart
