#include "report/evaluation_page.h"

#include <gtest/gtest.h>

#include <set>

#include "report/embedding_figure.h"
#include "report/golden_study.h"
#include "report/html.h"
#include "report/restoration_figure.h"

namespace liteheart {
namespace {

std::string page_of(const EvaluationStudy& study) {
  return evaluation_page(study, evaluation_figures(study));
}

TEST(EvaluationPage, HoldsEverySectionAndThePicturesOfEachFigure) {
  const EvaluationStudy study = test::golden_study();
  const auto figures = evaluation_figures(study);
  const std::string page = evaluation_page(study, figures);
  for (const char* part : {"<h2>Systems side by side", "<h2>ROC and precision-recall curves",
                           "<h2>Classes", "<h2>Calibration", "<h2>Confusion", "<h2>Restored leads",
                           "<h2>Embeddings", "not a medical device", "LiteHeart 1.2.3"})
    EXPECT_NE(page.find(part), std::string::npos) << part;
  std::size_t panels = 0, images = 0;
  std::set<std::string> names;
  for (const PanelFigure& f : figures) {
    panels += f.panels.size();
    EXPECT_TRUE(names.insert(f.name).second) << f.name;
    EXPECT_NE(page.find(escaped(f.caption)), std::string::npos) << f.name;
  }
  for (std::size_t at = 0; (at = page.find("<img ", at)) != page.npos; ++at) ++images;
  EXPECT_EQ(images, panels);
  EXPECT_EQ(page.find("<h2>Training"), std::string::npos);  // there are no logs
}

TEST(EvaluationPage, NeedsNothingButItself) {
  const std::string page = page_of(test::golden_study());
  for (const char* outside : {"<script", "http://", "https://", "url(", "@import", "<link"})
    EXPECT_EQ(page.find(outside), std::string::npos) << outside;
}

TEST(EvaluationPage, ShowsNamesAsTheyAreWritten) {
  const std::string evil = "<script>alert(\"&'\")</script>";
  EvaluationStudy study = test::golden_study();
  study.data = study.split = study.version = evil;
  for (EvaluatedSystem& s : study.systems) {
    s.path = evil;
    s.evaluation.card.provenance = {{evil, {{evil, evil}}}};
    for (ClassReport& c : s.evaluation.report.classes)
      c.diagnosis.name = c.diagnosis.abbreviation = evil;
    for (RestorationExample& e : s.evaluation.samples->restored) e.record = evil;
  }
  const std::string page = page_of(study);
  EXPECT_EQ(page.find("<script"), std::string::npos);
  EXPECT_NE(page.find(escaped(evil)), std::string::npos);
}

TEST(EvaluationPage, OfOneSystemHasNoGapAndNoEmptySections) {
  EvaluationStudy study = test::golden_study();
  study.systems = {test::golden_system("model", "logit")};
  const std::string page = page_of(study);
  EXPECT_EQ(page.find("Gap closed"), std::string::npos);
  EXPECT_EQ(page.find("<h2>Restored leads"), std::string::npos);
}

TEST(EvaluationPage, OfClassesThatCannotBeEvaluatedStillIsWhole) {
  EvaluationStudy study = test::golden_study();
  study.systems = {test::golden_system("model", "logit")};
  Evaluation& e = study.systems[0].evaluation;
  std::fill(e.predictions.label.begin(), e.predictions.label.end(), std::uint8_t{0});
  e.report = make_report(e.predictions, e.decision, test::named_classes(), {.replicates = 0});
  EXPECT_NE(page_of(study).find("0 have positives and negatives"), std::string::npos);
}

TEST(RestorationFigure, NamesBestMedianAndWorstAndDrawsTwelveLeadsOfEach) {
  const EvaluationStudy study = test::golden_study();
  const PanelFigure f = restoration_figure(study.systems[2]);
  ASSERT_EQ(f.panels.size(), 3u);
  const char* const titles[] = {"Best: rec-best", "Median: rec-middle", "Worst: rec-worst"};
  for (std::size_t i = 0; i < 3; ++i) {
    const Drawing& d = f.panels[i].drawing;
    EXPECT_TRUE(d.title.starts_with(titles[i])) << d.title;
    EXPECT_EQ(test::parts(d, "truth").size(), 12u);
    EXPECT_EQ(test::parts(d, "restored").size(), 12u);
    // 15 mm/s: 2.6 s at 100 Hz begin at one x and end 38.85 mm further.
    const auto line = std::get<Lines>(test::parts(d, "truth")[0].mark).lines.at(0);
    EXPECT_NEAR(line.back().x - line.front().x, 2.59 * 15, 1e-9);
  }
}

TEST(EmbeddingFigure, ColoursTheMostFrequentClassesAndDrawsEveryRecordingOnce) {
  const EvaluationStudy study = test::golden_study();
  const PanelFigure f = embedding_figure(study.systems, 1);
  ASSERT_EQ(f.panels.size(), 3u);
  for (const Panel& p : f.panels) {
    std::size_t drawn = 0;
    for (const Part& part : test::parts(p.drawing, "recording"))
      drawn += std::get<Dots>(part.mark).centres.size();
    EXPECT_EQ(drawn, study.systems[0].evaluation.predictions.records);
  }
}

}  // namespace
}  // namespace liteheart
