// Three systems on the golden predictions of tests/eval, with samples, as a page gets them.
#pragma once

#include <fmt/format.h>

#include <cmath>
#include <string>
#include <vector>

#include "ecg/leads.h"
#include "eval/golden.h"
#include "report/evaluation_page.h"

namespace liteheart::test {

inline std::vector<Diagnosis> named_classes() {
  std::vector<Diagnosis> classes = diagnoses(golden()["report"]["codes"]);
  for (std::size_t c = 0; c < classes.size(); ++c) {
    classes[c].abbreviation = fmt::format("C{}", c);
    classes[c].name = fmt::format("class {}", c);
  }
  return classes;
}

inline EvaluatedSystem golden_system(const std::string& role, const std::string& logit) {
  EvaluatedSystem s{role, "models/" + role, {}};
  Evaluation& e = s.evaluation;
  e.predictions = golden_predictions(logit);
  e.decision = golden_decision();
  BootstrapOptions few;
  few.replicates = 20;
  e.report = make_report(e.predictions, e.decision, named_classes(), few);
  e.card.classes = named_classes();
  e.card.decision = e.decision;
  e.samples.emplace();
  e.samples->width = 3;
  for (std::size_t i = 0; i < e.predictions.records; ++i) {
    e.samples->embedded.push_back(i);
    for (int k = 0; k < 3; ++k)
      e.samples->embedding.push_back(std::sin(static_cast<float>(i) * static_cast<float>(k + 1)));
  }
  return s;
}

/// A recording of 300 samples, restored at half its height.
inline RestorationExample example(const std::string& record, double pearson) {
  RestorationExample e{record, pearson, {}, 300, {}, {}};
  for (std::size_t i = 0; i < kLeads * e.samples; ++i) {
    e.truth.push_back(std::sin(static_cast<float>(i) / 10));
    e.restored.push_back(e.truth.back() / 2);
  }
  return e;
}

inline EvaluationStudy golden_study() {
  EvaluationStudy study;
  study.data = "golden";
  study.split = "test";
  study.version = "1.2.3";
  study.systems = {golden_system("teacher", "hcci_logit"),
                   golden_system("baseline", "baseline_logit"), golden_system("model", "logit")};
  study.systems[2].evaluation.samples->restored = {
      example("rec-best", 0.9), example("rec-middle", 0.5), example("rec-worst", -0.1)};
  return study;
}

/// The parts of a drawing that play `role`.
inline std::vector<Part> parts(const Drawing& drawing, const std::string& role) {
  std::vector<Part> found;
  for (const Part& part : drawing.parts)
    if (part.role == role) found.push_back(part);
  return found;
}

}  // namespace liteheart::test
