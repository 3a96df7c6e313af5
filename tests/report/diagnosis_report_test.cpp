#include "report/diagnosis_report.h"

#include <gtest/gtest.h>

#include "report/diagnosis_words.h"
#include "report/report_files.h"

namespace liteheart {
namespace {

Finding finding(const char* code, const char* name, double probability, double threshold) {
  Finding f;
  f.diagnosis = {code, "ABB", name, true, {}, {}};
  f.probability = probability;
  f.threshold = threshold;
  f.present = probability >= threshold;
  f.windows = 1;
  f.windows_present = f.present;
  f.in_window = {static_cast<float>(probability)};
  return f;
}

/// Of a flat recording of 10 s, without a model.
DiagnosisReport report() {
  DiagnosisReport r;
  r.file = "some/where/<watch>.csv";
  Recording recording;
  recording.format = "Apple Watch CSV";
  recording.name = "<watch>";
  recording.rate_hz = 100;
  recording.samples = 1000;
  recording.leads = {"I"};
  recording.patient_name = "Ada & Ek";
  recording.statements = {"Sinus Rhythm <device>"};
  r.facts.about = recording;
  r.facts.leads = {{"I", 0, 1, {}}};
  r.facts.leads[0].quality.beats = 12;
  r.facts.leads[0].quality.rate_bpm = 72;
  recording.mv.assign(1000, 0.2F);
  r.card.leads = {0};
  r.card.conditioning = edge::compact_100();
  r.card.restoration.emplace();
  RecordingDiagnosis& d = r.diagnosis;
  d.name = "<watch>";
  d.leads = "I";
  d.seconds = 10;
  d.windows = d.windows_read = 1;
  d.grade = edge::Grade::kGood;
  d.window_from_s = {0};
  d.window_s = 10.24;
  d.findings = {finding("164889003", "atrial fibrillation", 0.83, 0.2),
                finding("426783006", "sinus rhythm", 0.1, 0.2)};
  d.not_judged = {finding("39732003", "left axis deviation", 0.5, 0.9)};
  d.obscured = {finding("429622005", "ST depression", 0.5, 0.9)};
  r.steady = {Steadiness{0.7, 0.9}, std::nullopt};
  r.shown = {0};
  Stretch stretch{recording, 0, {}, {}, {}};
  Look look;
  look.finding = 0;
  look.times = {{-1, 2, 3, 1}};
  look.regions = {{0, 2, 3, 0.25}, {6, 4, 5, 0.1}};
  stretch.looks = {look};
  r.stretches = {stretch};
  return r;
}

bool says(const std::string& text, const std::string& words) {
  return text.find(words) != std::string::npos;
}

TEST(DiagnosisReport, says_what_was_found_how_sure_and_from_where) {
  const std::string html = to_html(to_document(report(), {}));
  EXPECT_TRUE(says(html, "In lead I the model finds: atrial fibrillation (83 %)."));
  EXPECT_TRUE(says(html, "The upper chambers beat in a fast and disorderly way"));
  EXPECT_TRUE(says(html, "about 83 had it"));
  EXPECT_TRUE(says(html, "70 % to 90 %"));
  EXPECT_TRUE(says(html, "It is reported from 20 % on"));
  EXPECT_TRUE(says(html, "2.0 to 3.0 s"));
  EXPECT_TRUE(says(html, "25.0 %"));
  EXPECT_TRUE(says(html, "V1 (estimated)")) << "the model has never seen V1";
  EXPECT_TRUE(says(html, "72 beats a minute"));
}

TEST(DiagnosisReport, tells_what_is_possible_from_what_is_found) {
  DiagnosisReport r = report();
  r.diagnosis.findings = {finding("164889003", "atrial fibrillation", 0.83, 0.2),
                          finding("164865005", "myocardial infarction", 0.32, 0.1),
                          finding("55930002", "ST changes", 0.09, 0.08)};
  r.steady = {std::nullopt, std::nullopt, std::nullopt};
  r.shown = {0, 1};
  std::string html = to_html(to_document(r, {}));
  EXPECT_TRUE(says(html, "In lead I the model finds: atrial fibrillation (83 %)."));
  EXPECT_TRUE(says(html, "Possible, but more often wrong than right"));
  EXPECT_TRUE(says(html, "too much: myocardial infarction (32 %); ST changes (9 %)."));
  EXPECT_TRUE(says(html, "Myocardial infarction (ABB): possible, 32 %"));
  EXPECT_TRUE(says(html, "not looked into here: ST changes."));
  EXPECT_EQ(headline(r.diagnosis),
            "atrial fibrillation (83 %); possible: myocardial infarction (32 %), ST changes (9 %)");

  r.diagnosis.findings.erase(r.diagnosis.findings.begin());
  r.shown = {0};
  html = to_html(to_document(r, {}));
  EXPECT_FALSE(says(html, "the model finds"));
  EXPECT_TRUE(says(html, "Nothing is likelier than not. Possible"));
}

TEST(DiagnosisReport, of_a_model_that_judges_nothing_is_no_all_clear) {
  DiagnosisReport r = report();
  r.diagnosis.findings.clear();
  r.steady.clear(), r.shown.clear();
  r.stretches[0].looks.clear();
  const std::string html = to_html(to_document(r, {}));
  EXPECT_TRUE(says(html, "The model can judge nothing in lead I."));
  EXPECT_FALSE(says(html, "nothing above its thresholds"));
  EXPECT_EQ(headline(r.diagnosis), "nothing is judged");
}

TEST(DiagnosisReport, says_what_it_cannot_know) {
  const std::string html = to_html(to_document(report(), {}));
  EXPECT_TRUE(
      says(html, "Lead I does not show it well enough, whatever the signal: left axis deviation."));
  EXPECT_TRUE(says(html, "This signal does not show it"));
  EXPECT_TRUE(says(html, "ST depression"));
  EXPECT_TRUE(says(html, "not a medical device"));
}

TEST(DiagnosisReport, puts_the_devices_word_beside_its_own) {
  const std::string html = to_html(to_document(report(), {}));
  EXPECT_TRUE(
      says(html, "<td>Sinus Rhythm &lt;device&gt;</td><td>atrial fibrillation (83 %)</td>"));
  EXPECT_TRUE(says(html, "Ada &amp; Ek"));
  EXPECT_FALSE(says(html, "<watch>"));
}

TEST(DiagnosisReport, reports_nothing_of_an_unreadable_signal) {
  DiagnosisReport r = report();
  r.diagnosis.grade = edge::Grade::kUnreadable;
  r.diagnosis.faults = edge::kLeadOff;
  r.diagnosis.findings.clear();
  r.diagnosis.obscured.clear();
  r.shown.clear();
  r.steady.clear();
  r.stretches[0].looks.clear();
  const std::string html = to_html(to_document(r, {}));
  EXPECT_TRUE(says(html, "This signal cannot be judged (lead off)"));
  EXPECT_FALSE(says(html, "the model finds"));
  EXPECT_FALSE(says(html, "What could not be judged"));
  EXPECT_TRUE(says(headline(r.diagnosis), "unreadable: lead off"));
}

TEST(DiagnosisReport, is_the_same_on_paper) {
  const auto pages = to_pages(to_document(report(), {}), kA4);
  std::string text;
  for (const Drawing& page : pages)
    for (const Part& part : page.parts)
      if (const auto* const t = std::get_if<Text>(&part.mark)) text += t->text + "\n";
  EXPECT_TRUE(says(text, "In lead I the model finds: atrial fibrillation (83 %)."));
  EXPECT_TRUE(says(text, "V1 (estimated)"));
  EXPECT_TRUE(says(text, "left axis deviation"));
}

TEST(Index, puts_what_a_person_should_see_first_first) {
  DiagnosisReport sick = report(), well = report(), bad = report();
  sick.file = "b/sick";
  well.file = "b/well";
  well.diagnosis.findings = {finding("426783006", "sinus rhythm", 0.9, 0.2)};
  bad.file = "b/bad";
  bad.diagnosis.grade = edge::Grade::kUnreadable;
  bad.diagnosis.findings.clear();
  const std::string html = index_page({index_entry(well, "well.html"), index_entry(bad, "bad.html"),
                                       index_entry(std::string("b/broken"), "is cut off"),
                                       index_entry(sick, "s k.html")});
  const auto at = [&](const std::string& words) { return html.find(words); };
  EXPECT_LT(at(">sick<"), at(">bad<"));
  EXPECT_LT(at(">bad<"), at(">broken<"));
  EXPECT_LT(at(">broken<"), at(">well<"));
  EXPECT_TRUE(says(html, "href=\"s%20k.html\""));
  EXPECT_TRUE(says(html, "is cut off"));
  EXPECT_TRUE(says(html, "#by-name:checked ~ .entries > li { order: var(--name); }"));
  EXPECT_TRUE(says(html, "--worst:0;--name:2;")) << "by name: bad, broken, sick, well";
}

TEST(PlainWords, are_there_for_every_diagnosis_of_the_challenge) {
  for (const Diagnosis& diagnosis : Vocabulary::standard().diagnoses())
    if (diagnosis.scored) {
      EXPECT_FALSE(plain_words(diagnosis).empty()) << diagnosis.name;
    }
  EXPECT_TRUE(plain_words({"1", "", "", true, {}, {}}).empty());
}

}  // namespace
}  // namespace liteheart
