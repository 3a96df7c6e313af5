// Whether different ways of running one model say the same.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "deploy/engine.h"
#include "eval/report.h"

namespace liteheart {

/// One way of running a model.
struct Way {
  std::string name;
  std::unique_ptr<Engine> engine;
};

/// How one way differs from the first, over all records and classes.
struct Agreement {
  std::string name;
  double microseconds = 0;                 // a window
  double largest = 0, percentile99 = 0;    // |logit - the first's|
  std::size_t changed = 0, decisions = 0;  // present or not, of judged classes
  double auc = 0, mean_average_precision = 0;
  std::vector<std::string> losing;  // classes whose AUC is more than 0.02 below the first's
};

/// Is told a way's name and how many records it has done.
using AgreementProgress = std::function<void(const std::string&, std::size_t)>;

/// Runs every way on `truth`'s records, whose windows are [record, lead, time] and whose logits are
/// written. The first way is what the others are compared with.
std::vector<Agreement> agreement(const std::vector<Way>& ways, std::span<const float> windows,
                                 Predictions truth, const AgreementProgress& progress);
std::string to_table(const std::vector<Agreement>& rows);

}  // namespace liteheart
