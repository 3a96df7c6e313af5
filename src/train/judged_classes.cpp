#include "train/judged_classes.h"

#include <algorithm>
#include <cstdint>

#include "eval/columns.h"
#include "eval/decision.h"
#include "eval/metrics.h"

namespace liteheart {
bool tell_apart(const PreparedDataset& data, std::span<const std::size_t> records) {
  for (std::size_t c = 0; c < data.classes().size(); ++c) {
    const auto positives = std::count_if(records.begin(), records.end(), [&](std::size_t record) {
      return data.labels(record)[c] != 0;
    });
    if (positives > 0 && positives < std::ssize(records)) return true;
  }
  return false;
}

std::vector<std::string> not_judged(const Predictions& validation,
                                    const std::vector<Diagnosis>& classes) {
  check_predictions(validation);
  const auto logit = columns(validation.logit, validation.classes);
  const auto label = columns(validation.label, validation.classes);
  const std::vector<std::uint32_t> once(validation.records, 1);
  std::vector<std::string> codes;
  for (std::size_t c = 0; c < validation.classes; ++c) {
    const auto areas = RankedScores(logit.of(c), label.of(c)).areas(once);
    if (!areas || areas->roc_auc < kJudgedAuc) codes.push_back(classes[c].code);
  }
  return codes;
}

}  // namespace liteheart
