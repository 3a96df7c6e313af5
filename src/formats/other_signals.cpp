#include "formats/other_signals.h"

#include <algorithm>
#include <array>

#include "formats/text.h"

namespace liteheart {

bool names_other_signal(std::string_view name) {
  constexpr std::array<std::string_view, 28> kOthers = {
      "eeg",  "emg",   "eog", "erg",   "eng", "meg", "mcg",    "temp", "resp", "sao2",
      "spo2", "pleth", "ppg", "pulse", "bp",  "abp", "art",    "cvp",  "icp",  "pap",
      "acc",  "hr",    "gsr", "eda",   "co2", "imp", "marker", "trig"};
  const std::string word = lower(trim(name));
  return std::ranges::any_of(kOthers,
                             [&](std::string_view other) { return word.starts_with(other); });
}

}  // namespace liteheart
