// The diagnoses LiteHeart knows: SNOMED CT classes of the PhysioNet/CinC 2021 Challenge, as a table
// that a user can extend with a CSV of the same columns.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace liteheart {

struct Diagnosis {
  std::string code;          // SNOMED CT
  std::string abbreviation;  // the Challenge's, e.g. "AF"
  std::string name;          // e.g. "atrial fibrillation"
  bool scored = false;       // one of the Challenge's scored classes
  std::string same_as;  // code of the class this one is counted as (equivalent pairs); or empty
  // What it is read from, joined by '|': rhythm, atrial (P waves, flutter), qrs (its shape), st_t,
  // voltage, axis. A signal in which one of them cannot be judged does not show it.
  std::string needs{};
};

class Vocabulary {
 public:
  /// The built-in table.
  static const Vocabulary& standard();
  /// The built-in table with the rows of `csv` added or replacing those of the same code.
  /// Columns: see src/ecg/diagnoses.csv. Throws Error with file and line.
  static Vocabulary extended(const std::filesystem::path& csv);

  const std::vector<Diagnosis>& diagnoses() const { return diagnoses_; }
  /// The entry of a SNOMED CT code, itself (not its equivalent); nullptr if unknown.
  const Diagnosis* find(std::string_view code) const;
  /// The code under which `token` is counted: a SNOMED CT code, abbreviation, name, text label of
  /// CPSC 2018/2020 or SCP-ECG statement (PTB-XL), mapped through equivalent pairs. nullopt if
  /// unknown.
  std::optional<std::string> canonical_code(std::string_view token) const;
  /// The entry, itself, that a data set's own label stands for in its SNOMED CT form: as
  /// canonical_code, but labels go before abbreviations. PVC of CPSC and PTB-XL is
  /// "ventricular ectopics" (VEB), AMI of PTB-XL "anterior myocardial infarction" (AnMI), its CLBBB
  /// is coded as LBBB. nullptr if unknown.
  const Diagnosis* find_label(std::string_view label) const;

 private:
  struct Token {
    std::string folded;
    std::size_t diagnosis;  // index into diagnoses_
  };
  using Tokens = std::vector<Token>;  // sorted by folded text
  const Diagnosis* lookup(const Tokens& tokens, std::string_view folded) const;

  std::vector<Diagnosis> diagnoses_;
  Tokens codes_, names_, labels_;  // names_: abbreviations and names
  friend class VocabularyBuilder;
};

}  // namespace liteheart
