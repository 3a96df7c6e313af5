// Findings and their probabilities as bars.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "report/drawing.h"

namespace liteheart {

struct ChartRow {
  std::string name;
  double probability = 0, threshold = 0;
  bool present = false, likely = false, normal = false;  // normal: no reason to worry
  std::optional<double> low, high;
};

Drawing draw_findings(const std::vector<ChartRow>& rows);
std::string findings_in_words(const std::vector<ChartRow>& rows);

}  // namespace liteheart
