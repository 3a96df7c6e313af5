#include "report/paper_style.h"

#include <fmt/format.h>

#include <cmath>

namespace liteheart {

std::string clock_text(double seconds) {
  const auto whole = static_cast<long>(std::floor(seconds + 1e-6));
  if (whole < 3600) return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

}  // namespace liteheart
