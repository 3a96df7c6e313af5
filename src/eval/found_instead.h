// Which diagnosis is found in place of another, where a recording may have several.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "eval/metrics.h"

namespace liteheart {

struct FoundInstead {
  std::size_t classes = 0;
  std::vector<std::size_t> records;  // [true class]: recordings that have it
  std::vector<double> share;         // [true class, found class] of them; 0 where there are none

  double at(std::size_t truth, std::size_t found) const { return share[truth * classes + found]; }
};

/// On the diagonal the share of a class's recordings in which it is found itself; elsewhere the
/// share in which the other class is found without being true there. decided: [record, class].
FoundInstead found_instead(const Multilabel& truth, std::span<const std::uint8_t> decided);

}  // namespace liteheart
