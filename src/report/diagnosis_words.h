// What reports say of diagnoses, in words.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "data/recording_facts.h"
#include "deploy/diagnosis.h"

namespace liteheart {

/// One line: "atrial fibrillation (83 %); possible: ST depression (20 %), inverted T (10 %)",
/// "nothing found", "nothing is judged", "unreadable: lead off".
std::string headline(const RecordingDiagnosis& diagnosis);
/// "atrial fibrillation (83 %)" of each that is likely, and of each that is possible.
std::vector<std::string> likely_words(const RecordingDiagnosis& diagnosis);
std::vector<std::string> possible_words(const RecordingDiagnosis& diagnosis);

/// What a diagnosis means, in a sentence; empty where none is written.
std::string plain_words(const Diagnosis& diagnosis);
/// Whether it says that all is well: the normal rhythm.
bool is_normal(const Diagnosis& diagnosis);

/// "good", or "I II: limited: muscle noise; V1: unreadable: lead off".
std::string quality(const RecordingFacts& facts);
/// "19601 recordings", `made`: a model's provenance; or empty.
std::string trained_on(const nlohmann::json& made);

/// "83 %", "less than 1 %".
std::string percent(double share);
/// Their full names, with commas.
std::string names(const std::vector<Finding>& findings);
/// With a capital first letter.
std::string capital(std::string text);

}  // namespace liteheart
