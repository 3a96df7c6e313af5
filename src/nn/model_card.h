// What a model is and how it is to be used: everything but its weights. No libtorch here.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "ecg/vocabulary.h"
#include "edge/condition.h"
#include "eval/report.h"
#include "nn/architecture.h"

namespace liteheart {

/// Everything but the weights; stored as JSON in the file's metadata under "liteheart".
struct ModelCard {
  static constexpr int kVersion = 1;
  edge::Conditioning conditioning;
  std::vector<int> leads = {0};  // what the model is given: indices into kLeadNames
  BackboneShape backbone;
  std::optional<RestorationShape> restoration;
  std::optional<TreesShape> trees;  // beside the network
  std::vector<Diagnosis> classes;
  Decision decision;          // thresholds and calibration; empty until learned
  Decision network_decision;  // the same of the network alone, of one that has trees beside it
  std::vector<std::string>
      not_judged;  // codes of classes its leads cannot judge: validation AUC below 0.8
  nlohmann::json provenance = nlohmann::json::object();  // data, licence, configuration, date

  /// Whether its leads can judge class c.
  bool judges(std::size_t c) const;
  /// `decision`, or where none was learned: the network's own probability, present from 0.5 on.
  Decision decision_or_plain() const;
};

/// "lead I at 100 Hz, 1024 samples, 1 to 47 Hz, fixed gain (mV)".
std::string reads_text(const ModelCard& card);
/// "39 diagnoses and the 12 leads, estimated".
std::string gives_text(const ModelCard& card);

nlohmann::json card_to_json(const ModelCard& card);
/// `place` names the file in errors. Throws Error on a missing key or another version.
ModelCard card_from_json(const nlohmann::json& json, const std::string& place);

}  // namespace liteheart
