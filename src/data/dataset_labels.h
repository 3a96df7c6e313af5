// From what recordings declare to the classes of a data set and its label matrix.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "data/prepare.h"
#include "ecg/vocabulary.h"

namespace liteheart {

/// Gathers the diagnoses of recordings as they come by; which classes are kept is only known at the
/// end.
class LabelCollector {
 public:
  /// Throws Error if options.classes names something that the vocabulary does not know.
  LabelCollector(const PrepareOptions& options, const Vocabulary& vocabulary);

  /// Adds the next record with the diagnoses it declares, under any name that the vocabulary knows.
  void add(std::span<const std::string> diagnoses);

  /// Classes that are kept, in the vocabulary's order, after equivalent ones were merged. Throws
  /// Error if none has enough positives.
  std::vector<Diagnosis> classes() const;
  /// [record, class] for `classes`.
  std::vector<std::uint8_t> labels(std::span<const Diagnosis> classes) const;
  /// Diagnoses that the vocabulary does not know, and how many records declare each.
  const std::map<std::string, std::size_t>& unknown() const { return unknown_; }

 private:
  std::size_t index_of(const std::string& code) const;

  const Vocabulary& vocabulary_;
  int min_positives_;
  std::vector<std::uint8_t> wanted_;    // [diagnosis]
  bool listed_;                         // the user lists the classes, whatever their count
  std::vector<std::size_t> positives_;  // [diagnosis]
  std::vector<std::vector<std::uint16_t>> records_;  // diagnosis numbers of each record, unique
  std::map<std::string, std::size_t> number_of_;     // of a diagnosis, by code
  std::map<std::string, std::size_t> unknown_;
};

}  // namespace liteheart
