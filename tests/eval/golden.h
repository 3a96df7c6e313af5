// tests/eval/golden.json: numbers made by make_golden.py beside it, with scikit-learn, SciPy,
// NumPy.
#pragma once

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "eval/report.h"

namespace liteheart::test {

inline constexpr double kGoldenTolerance = 1e-9;

inline const nlohmann::json& golden() {
  static const nlohmann::json numbers =
      nlohmann::json::parse(std::ifstream(LITEHEART_SOURCE_DIR "/tests/eval/golden.json"));
  return numbers;
}

inline std::vector<Diagnosis> diagnoses(const nlohmann::json& codes) {
  std::vector<Diagnosis> classes;
  for (const auto& code : codes) {
    Diagnosis d;
    d.code = code.get<std::string>();
    classes.push_back(d);
  }
  return classes;
}

/// The report case, with the logits under `logit_key`.
inline Predictions golden_predictions(const std::string& logit_key) {
  const auto& c = golden()["report"];
  Predictions p;
  p.classes = c["codes"].size();
  p.label = c["label"].get<std::vector<std::uint8_t>>();
  p.records = p.label.size() / p.classes;
  p.logit = c[logit_key].get<std::vector<float>>();
  p.patient = c["patient"].get<std::vector<int>>();
  return p;
}

inline Decision golden_decision() {
  const auto& d = golden()["report"]["decision"];
  return {.threshold = d["threshold"].get<std::vector<float>>(),
          .slope = d["slope"].get<std::vector<float>>(),
          .intercept = d["intercept"].get<std::vector<float>>()};
}

inline BootstrapOptions golden_bootstrap() {
  const auto& b = golden()["report"]["bootstrap"];
  BootstrapOptions options;
  options.replicates = b["replicates"];
  options.confidence = b["confidence"];
  options.seed = b["seed"];
  return options;
}

}  // namespace liteheart::test
