#include "data/dataset_labels.h"

#include <fmt/format.h>

#include <algorithm>

#include "ecg/error.h"

namespace liteheart {

LabelCollector::LabelCollector(const PrepareOptions& options, const Vocabulary& vocabulary)
    : vocabulary_(vocabulary),
      min_positives_(options.min_positives),
      listed_(!options.classes.empty()) {
  const auto& diagnoses = vocabulary.diagnoses();
  for (std::size_t d = 0; d < diagnoses.size(); ++d) number_of_[diagnoses[d].code] = d;
  wanted_.assign(diagnoses.size(), 0);
  positives_.assign(diagnoses.size(), 0);
  if (!listed_)
    for (std::size_t d = 0; d < diagnoses.size(); ++d)
      wanted_[d] = options.all_classes || diagnoses[d].scored;
  for (const std::string& token : options.classes) {
    const auto code = vocabulary.canonical_code(token);
    if (!code)
      throw Error(
          "", fmt::format("class '{}' is not in the vocabulary", token),
          "give SNOMED CT codes or abbreviations, or extend the vocabulary with --vocabulary");
    wanted_[index_of(*code)] = 1;
  }
}

std::size_t LabelCollector::index_of(const std::string& code) const { return number_of_.at(code); }

void LabelCollector::add(std::span<const std::string> diagnoses) {
  std::vector<std::uint16_t> numbers;
  for (const std::string& token : diagnoses) {
    if (const auto code = vocabulary_.canonical_code(token)) {
      numbers.push_back(static_cast<std::uint16_t>(index_of(*code)));
    } else {
      ++unknown_[token];
    }
  }
  std::ranges::sort(numbers);
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  numbers.shrink_to_fit();
  for (const std::uint16_t d : numbers) ++positives_[d];
  records_.push_back(std::move(numbers));
}

std::vector<Diagnosis> LabelCollector::classes() const {
  std::vector<Diagnosis> kept;
  const auto& diagnoses = vocabulary_.diagnoses();
  const auto enough = static_cast<std::size_t>(std::max(min_positives_, 1));
  for (std::size_t d = 0; d < diagnoses.size(); ++d)
    if (wanted_[d] && (listed_ || positives_[d] >= enough)) kept.push_back(diagnoses[d]);
  if (!kept.empty()) return kept;
  const auto most = std::ranges::max(positives_);
  if (most == 0)
    throw Error(
        "",
        fmt::format("none of {} recordings names a diagnosis of the vocabulary", records_.size()),
        "put labels into their headers or tables, extend the vocabulary with --vocabulary, or "
        "name the classes with --classes");
  throw Error("",
              fmt::format("no class has {} positives among {} recordings (the most frequent "
                          "diagnosis has {})",
                          enough, records_.size(), most),
              "lower --min-positives or name the classes with --classes");
}

std::vector<std::uint8_t> LabelCollector::labels(std::span<const Diagnosis> classes) const {
  std::vector<int> column(wanted_.size(), -1);
  for (std::size_t c = 0; c < classes.size(); ++c)
    column[index_of(classes[c].code)] = static_cast<int>(c);
  std::vector<std::uint8_t> labels(records_.size() * classes.size());
  for (std::size_t i = 0; i < records_.size(); ++i)
    for (const std::uint16_t d : records_[i])
      if (column[d] >= 0) labels[i * classes.size() + static_cast<std::size_t>(column[d])] = 1;
  return labels;
}

}  // namespace liteheart
