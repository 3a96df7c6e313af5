// The CSV, the page and what they are put into, of results that the test writes.
#include <gtest/gtest.h>

#include "experiment/experiment_text.h"
#include "experiment/job_record.h"
#include "experiment/markdown.h"
#include "experiment/summary.h"
#include "experiment/tidy_csv.h"

namespace liteheart::test {
namespace {

namespace fs = std::filesystem;

class Tables : public ExperimentFiles {
 protected:
  /// A finished cell whose logits are those of the labels plus `error` for the first record.
  void finish(const std::string& method, std::uint64_t seed, float error) const {
    for (const Cell& c : g.experiments[0].cells) {
      if (c.method != method || c.seed != seed) continue;
      const Job &training = g.jobs[c.training], &evaluation = g.jobs[c.evaluation];
      write_bytes(folder / training.folder / "log.jsonl",
                  R"({"step":5,"epoch":1,"losses":{},"validation_map":0.5,"validation_auc":0.75,)"
                  R"("best":true,"seconds":12.5})"
                  "\n");
      const fs::path into = folder / evaluation.folder;
      write_bytes(into / "result.json",
                  R"({"model":{"macro_auc":0.5,"macro_auc_interval":[0.25,0.75],"macro_f1":null,)"
                  R"("parameters":250000,"multiply_adds":1118835456,)"
                  R"("classes":[{"code":"1","abbreviation":"AF","auc":0.625}]},)"
                  R"("restoration":{"II":{"pearson":0.5}}})");
      write_job_record(into, {evaluation.words, {}, 0, true});
      write_predictions(into / "predictions", stored(error), rows());
    }
  }

  static StoredPredictions stored(float error) {
    StoredPredictions s;
    s.classes = {{"164889003", "AF", {}, false, {}}};
    s.predictions = {4, 1, {1 + error, -1, 1, -1}, {1, 0, 1, 0}, {0, 1, 2, 3}};
    s.decision = {{0.5F}, {1}, {0}};
    return s;
  }
  static std::vector<const RecordRow*> rows() {
    static const std::vector<RecordRow> all = [] {
      std::vector<RecordRow> made(4);
      for (std::size_t i = 0; i < 4; ++i) {
        made[i].record = fmt::format("r{}", i);
        made[i].patient = fmt::format("p,\"{}", i);  // to be quoted
      }
      return made;
    }();
    return {&all[0], &all[1], &all[2], &all[3]};
  }

  const Grid g =
      grid(with(kExperiment, "seeds = [1, 2]", "seeds = [1, 2]\nbaseline = \"baseline\""));
};

TEST_F(Tables, TheCsvHasARowANumberOfWhatIsComplete) {
  finish("logit", 2, 0);
  EXPECT_EQ(tidy_csv(g, g.experiments[0], folder),
            "experiment,protocol,method,seed,test_set,class,metric,value,low,high\n"
            "table,few-labels,logit,2,hospital,,macro_auc,0.5,0.25,0.75\n"
            "table,few-labels,logit,2,hospital,,multiply_adds,1118835456,,\n"
            "table,few-labels,logit,2,hospital,,parameters,250000,,\n"
            "table,few-labels,logit,2,hospital,AF,auc,0.625,,\n"
            "table,few-labels,logit,2,hospital,II,restoration_r,0.5,,\n"
            "table,few-labels,logit,2,hospital,,epochs,1,,\n"
            "table,few-labels,logit,2,hospital,,best_epoch,1,,\n"
            "table,few-labels,logit,2,hospital,,seconds,12.5,,\n"
            "table,few-labels,logit,2,hospital,,validation_map,0.5,,\n"
            "table,few-labels,logit,2,hospital,,validation_auc,0.75,,\n");
}

TEST_F(Tables, PredictionsReadAsTheyWereWritten) {
  write_predictions(folder / "p", stored(0.25F), rows());
  const StoredPredictions s = read_predictions(folder / "p"), was = stored(0.25F);
  EXPECT_EQ(s.predictions.logit, was.predictions.logit);
  EXPECT_EQ(s.predictions.label, was.predictions.label);
  EXPECT_EQ(s.predictions.patient, was.predictions.patient);
  EXPECT_EQ(s.decision.threshold, was.decision.threshold);
  EXPECT_EQ(s.classes[0].abbreviation, "AF");
  fs::resize_file(folder / "p/logits.npy", 140);
  EXPECT_NE(error_of([&] { read_predictions(folder / "p"); }).find("ends too early"),
            std::string::npos);
}

TEST_F(Tables, TheSummaryShowsWhatIsThereAndWhatIsMissing) {
  finish("baseline", 1, -3);
  finish("liteheart", 1, 0);
  finish("liteheart", 2, 0);
  const BootstrapOptions bootstrap{0};
  const auto tables = system_tables(g, g.experiments[0], folder, bootstrap);
  const std::string page = summary_markdown(g.experiments[0].experiment, tables, bootstrap);
  EXPECT_NE(page.find("## A table\n"), std::string::npos) << page;
  EXPECT_NE(page.find("4 recordings of 4 patients"), std::string::npos) << page;
  EXPECT_NE(page.find("\nStill to run: teacher, 12 leads; logit.\n"), std::string::npos) << page;
  // Record 0, a positive, comes last: 2 of 4 pairs are in order.
  EXPECT_NE(page.find("| baseline | 1 of 2 | 0.500 |"), std::string::npos) << page;
  EXPECT_NE(page.find("| liteheart | 2 | 1.000 ± 0.000 |"), std::string::npos) << page;
  EXPECT_NE(page.find("| 0.25 M | 1119 M |"), std::string::npos) << page;
  EXPECT_NE(page.find("| baseline | +0.500 |"), std::string::npos) << page;
  EXPECT_NE(page.find("not a medical device"), std::string::npos) << page;
}

TEST_F(Tables, PooledProtocolsCountAsSeeds) {
  const Grid two = grid(with(with(kExperiment, "seeds = [1, 2]", "seeds = [1]\npooled = \"both\""),
                             "[methods.baseline]",
                             "[protocols.others]\ndata = \"hospital\"\n"
                             "settings = { labelled = 0.1, labelled_seed = 2 }\n"
                             "teacher = { network = \"student-base\" }\n[methods.baseline]"));
  const GridOfExperiment& e = two.experiments[0];
  float error = -3;  // in the first protocol, then none
  for (const Cell& c : e.cells) {
    if (c.method != "liteheart") continue;
    const Job& evaluation = two.jobs[c.evaluation];
    write_bytes(folder / evaluation.folder / "result.json", R"({"model":{"classes":[]}})");
    write_job_record(folder / evaluation.folder, {evaluation.words, {}, 0, true});
    write_predictions(folder / evaluation.folder / "predictions", stored(error), rows());
    error = 0;
  }
  const BootstrapOptions bootstrap{0};
  const auto tables = system_tables(two, e, folder, bootstrap);
  ASSERT_EQ(tables.size(), 3u);
  EXPECT_EQ(tables[2].protocol, "both");
  const std::string page = summary_markdown(e.experiment, tables, bootstrap);
  EXPECT_NE(page.find("| liteheart | 1 | 0.500 |"), std::string::npos) << page;
  EXPECT_NE(page.find("| liteheart | 1 | 1.000 |"), std::string::npos) << page;
  EXPECT_NE(page.find("| liteheart | 2 | 0.750 ± 0.354 |"), std::string::npos) << page;
}

TEST_F(Tables, APageTakesATextBetweenItsMarksOnly) {
  write_bytes(folder / "page.md",
              "before\n<!-- experiment table -->\nold\n<!-- /experiment table -->\nafter\n");
  replace_marked(folder / "page.md", "table", "new\n");
  EXPECT_EQ(read_bytes(folder / "page.md"),
            "before\n<!-- experiment table -->\nnew\n<!-- /experiment table -->\nafter\n");
  const std::string said = error_of([&] { replace_marked(folder / "page.md", "other", "new\n"); });
  EXPECT_NE(said.find("<!-- experiment other -->"), std::string::npos) << said;
}

}  // namespace
}  // namespace liteheart::test
