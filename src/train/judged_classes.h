// What a validation split can tell of the classes.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "eval/report.h"

namespace liteheart {

/// Validation AUC below which leads cannot judge a class.
inline constexpr double kJudgedAuc = 0.8;

/// Whether a class is there in some of the records and not in others, so that it can be measured.
bool tell_apart(const PreparedDataset& data, std::span<const std::size_t> records);

/// Codes of the classes that the predictions' leads cannot judge: AUC below kJudgedAuc on the
/// validation split, or none. Throws Error where the predictions' sizes do not fit.
std::vector<std::string> not_judged(const Predictions& validation,
                                    const std::vector<Diagnosis>& classes);

}  // namespace liteheart
