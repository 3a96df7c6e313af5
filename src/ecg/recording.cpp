#include "ecg/recording.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "ecg/error.h"
#include "ecg/leads.h"

namespace liteheart {

std::size_t find_lead(const Recording& recording, const std::string& name,
                      const std::string& place) {
  const auto at = std::ranges::find(recording.leads, lead_name(name));
  if (at == recording.leads.end())
    throw Error(place, fmt::format("has no lead '{}'", name),
                fmt::format("it has {}", fmt::join(recording.leads, ", ")));
  return static_cast<std::size_t>(at - recording.leads.begin());
}

void keep_lead(Recording& recording, std::size_t lead) {
  const auto mv = recording.lead(lead);
  recording.mv = std::vector<float>(mv.begin(), mv.end());
  recording.leads = {recording.leads[lead]};
}

void require_measured(const Recording& recording) {
  if (recording.estimated.empty()) return;
  const std::string what = recording.estimated.substr(0, recording.estimated.find(". "));
  throw Error(recording.name, "holds no measurements (" + what + ")",
              "use the recording that its leads were estimated from");
}

}  // namespace liteheart
