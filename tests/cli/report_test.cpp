// `liteheart diagnose --report` and `liteheart draw`: files that a person opens.
#include <gtest/gtest.h>

#include <chrono>
#include <limits>

#include "cli/study.h"
#include "formats/registry.h"
#include "formats/wfdb_writer.h"

namespace liteheart::test {
namespace {

namespace fs = std::filesystem;

bool says(const std::string& text, const std::string& words) {
  return text.find(words) != std::string::npos;
}

std::vector<std::string> with_report(const std::string& recording, const std::string& report) {
  return {"diagnose", "--threads", "1", recording, "--report", report};
}

void write_flat(const std::string& folder, const std::string& name, float mv) {
  Recording flat;
  flat.name = name;
  flat.rate_hz = 250;
  flat.samples = 5000;
  flat.leads = {"I"};
  flat.mv.assign(5000, mv);
  write_wfdb(flat, folder);
}

TEST(Report, IsAPageByItselfMadeInASecondAndTheSameAgain) {
  const ScratchFolder scratch;
  const std::string recording = Study::get().recording();
  const auto start = std::chrono::steady_clock::now();
  const Outcome outcome = liteheart(with_report(recording, scratch / "page.html"));
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_LT(seconds, 5) << "1 s on an idle machine";
  const std::string page = read_bytes(scratch / "page.html");
  for (const char* const part :
       {"What the model says", "Where the model looked", "Share of attention", "estimated",
        "What could not be judged", "Looked for and not found", "liteheart-lead-i.lhm",
        "alt=\"ECG from 0:00 to 0:10", kNotAMedicalDevice})
    EXPECT_TRUE(says(page, part)) << part;
  EXPECT_FALSE(says(page, "<script"));
  EXPECT_FALSE(says(page, "http://")) << "pictures are within the page";
  EXPECT_FALSE(says(page, "https://"));
  liteheart(with_report(recording, scratch / "again.html"));
  EXPECT_EQ(page, read_bytes(scratch / "again.html"));
}

TEST(Report, ComesAsPdfAndAsPng) {
  const ScratchFolder scratch;
  for (const char* const name : {"page.pdf", "page.png"}) {
    ASSERT_EQ(liteheart(with_report(Study::get().recording(), scratch / name)).exit_code, 0);
    EXPECT_GT(fs::file_size(scratch / name), 20'000u);
  }
  EXPECT_EQ(read_bytes(scratch / "page.pdf").substr(0, 5), "%PDF-");
  EXPECT_EQ(read_bytes(scratch / "page.png").substr(1, 3), "PNG");
}

TEST(Report, OfAFolderHasAnIndexWithEverythingInIt) {
  const ScratchFolder scratch;
  fs::create_directories(scratch / "in");
  write_flat(scratch / "in", "flat", 0.1F);
  write_bytes(scratch / "in/cut.hea", "cut 1 250 2500\n");
  for (const char* const ending : {".hea", ".mat"})
    fs::copy_file(Study::get().recording() + ending,
                  scratch / ("in/alpha00001" + std::string(ending)));
  const Outcome outcome = liteheart(with_report(scratch / "in", scratch / "out"));
  EXPECT_EQ(outcome.exit_code, 1) << "one could not be read";
  const std::string index = read_bytes(scratch / "out/index.html");
  EXPECT_TRUE(says(index, "<h1>3 recordings</h1>"));
  EXPECT_TRUE(says(index, "href=\"alpha00001.html\""));
  EXPECT_TRUE(says(index, "unreadable: "));
  EXPECT_TRUE(says(index, "cut.hea"));
  EXPECT_TRUE(says(read_bytes(scratch / "out/flat.html"), "This signal cannot be judged"));
}

TEST(Report, SaysBeforeTheWorkWhatIsWrongWithItsName) {
  const ScratchFolder scratch;
  const std::string recording = Study::get().recording();
  EXPECT_TRUE(
      says(liteheart(with_report(recording, scratch / "page.doc")).err, ".html, .pdf or .png"));
  EXPECT_TRUE(
      says(liteheart(with_report(recording, scratch / "no/page.html")).err, "is no folder"));
  const Outcome many =
      liteheart(with_report(Study::get().recordings + "/alpha", scratch / "page.html"));
  EXPECT_EQ(many.exit_code, 1);
  EXPECT_TRUE(says(many.err, "name a folder for --report")) << many.err;
  EXPECT_FALSE(fs::exists(scratch / "page.html"));
  write_bytes(scratch / "file", "x");
  EXPECT_EQ(liteheart(with_report(recording, scratch / "file/sub")).exit_code, 1);
}

TEST(Report, ShowsWhereATeacherLookedWhereItCan) {
  const ScratchFolder scratch;
  int looked = 0;
  // Not every recording has twelve leads that the quality gate lets through.
  for (int number = 1; number <= 6; ++number) {
    auto arguments = with_report(Study::get().recording(number), scratch / "page.html");
    arguments.insert(arguments.end(), {"--teacher", Study::get().teacher});
    const Outcome outcome = liteheart(arguments);
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
    looked +=
        says(read_bytes(scratch / "page.html"), "Where the teacher, which reads 12 leads, looked.");
  }
  EXPECT_GT(looked, 0);
}

TEST(Report, IsMadeOfATrainingsFolder) {
  const ScratchFolder scratch;
  auto arguments = with_report(Study::get().recording(), scratch / "page.html");
  arguments.insert(arguments.end(), {"--model", Study::get().distilled});
  const Outcome outcome = liteheart(arguments);
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_TRUE(
      says(read_bytes(scratch / "page.html"), "The twelve leads as the model imagines them"));
}

TEST(Draw, WritesEveryKindOfPictureAndNumbersPages) {
  const ScratchFolder scratch;
  const std::string recording = Study::get().recording();
  for (const char* const name : {"a.svg", "a.pdf", "a.png"}) {
    const Outcome outcome = liteheart({"draw", recording, scratch / name, "--layout", "6x2"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_GT(fs::file_size(scratch / name), 10'000u);
  }
  EXPECT_EQ(liteheart({"draw", recording, scratch / "one.svg", "--lead", "V2"}).exit_code, 0);
  EXPECT_LT(fs::file_size(scratch / "one.svg"), fs::file_size(scratch / "a.svg") / 2);
  EXPECT_TRUE(says(liteheart({"draw", recording, scratch / "a.svg", "--lead", "V9"}).err,
                   "has no lead 'V9'; it has I, II"));
  const Outcome pages = liteheart({"draw", recording, scratch / "b.svg", "--speed", "50"});
  EXPECT_EQ(pages.exit_code, 0);
  EXPECT_TRUE(fs::exists(scratch / "b-1.svg") && fs::exists(scratch / "b-2.svg")) << pages.out;
  EXPECT_EQ(
      liteheart({"draw", recording, scratch / "c.svg", "--estimate", "--missing-only"}).exit_code,
      0);
  EXPECT_EQ(
      liteheart({"draw", recording, scratch / "d.svg", "--overview", "--lead", "V2"}).exit_code, 0);
}

TEST(Draw, RefusesWhatItCannotDrawInOneLine) {
  const ScratchFolder scratch;
  const std::string recording = Study::get().recording();
  EXPECT_TRUE(says(liteheart({"draw", recording, scratch / "a.gif"}).err, ".svg, .pdf or .png"));
  EXPECT_TRUE(
      says(liteheart({"draw", recording, scratch / "a.svg", "--from", "11"}).err, "10.0 s long"));
  EXPECT_TRUE(
      says(liteheart({"draw", recording, scratch / "a.svg", "--overview", "--lead", "V9"}).err,
           "has no lead 'V9'"));
  EXPECT_EQ(liteheart({"draw", recording, scratch / "a.svg", "--speed", "0"}).exit_code, 2);
  Recording hour;
  hour.name = "hour";
  hour.rate_hz = 50;
  hour.samples = 50 * 3600;
  hour.leads = {"I"};
  hour.mv.assign(hour.samples, 0);
  write_wfdb(hour, scratch / "");
  EXPECT_TRUE(says(liteheart({"draw", scratch / "hour.hea", scratch / "a.svg"}).err, "--overview"));
  EXPECT_EQ(liteheart({"draw", scratch / "hour.hea", scratch / "a.svg", "--overview"}).exit_code,
            0);
}

}  // namespace
}  // namespace liteheart::test
