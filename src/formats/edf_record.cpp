#include "formats/edf_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <tuple>

namespace liteheart {
namespace {

/// At most eight signs and six decimals.
std::string seconds_text(double seconds) {
  for (int decimals = 6; decimals >= 0; --decimals) {
    std::string text = fmt::format("{:.{}f}", seconds, decimals);
    if (text.size() > 8) continue;
    if (decimals > 0) {
      text.erase(text.find_last_not_of('0') + 1);
      if (text.ends_with('.')) text.pop_back();
    }
    return text;
  }
  return {};
}

}  // namespace

EdfRecordLength choose_edf_record(double rate_hz, std::size_t most, std::size_t wanted) {
  constexpr double kLongestSeconds = 60, kNegligible = 1e-9;
  const double longest = std::clamp(kLongestSeconds * rate_hz, 1.0, static_cast<double>(most));
  EdfRecordLength best;
  std::tuple<double, bool, double> best_cost;
  for (std::size_t samples = 1; static_cast<double>(samples) <= longest; ++samples) {
    const auto count = static_cast<double>(samples);
    const std::string text = seconds_text(count / rate_hz);
    const double seconds = text.empty() ? 0 : std::stod(text);
    if (!(seconds > 0)) continue;
    const double error = std::abs(count / seconds / rate_hz - 1);
    const std::tuple cost(error == 0 ? 0 : std::max(error, kNegligible), samples > wanted,
                          std::abs(std::log(seconds)));
    if (best.samples != 0 && cost >= best_cost) continue;
    best_cost = cost;
    best = {samples, text, std::llround(seconds * static_cast<double>(kEdfTicksPerSecond)),
            count / seconds};
  }
  return best;
}

}  // namespace liteheart
