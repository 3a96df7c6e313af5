#include "deploy/prepared_windows.h"

#include <algorithm>

#include "data/same_conditioning.h"

namespace liteheart {

std::vector<float> model_windows(const ModelCard& card, const PreparedDataset& data,
                                 std::span<const std::size_t> records) {
  require_same_conditioning(card.conditioning, data, "model");
  const auto window = static_cast<std::size_t>(card.conditioning.window);
  std::vector<float> out;
  out.reserve(records.size() * card.leads.size() * window);
  for (const std::size_t record : records) {
    for (const int lead : card.leads) {
      for (const std::int16_t x :
           data.signal(record).subspan(static_cast<std::size_t>(lead) * window, window))
        out.push_back(static_cast<float>(x) * data.scale());
    }
  }
  return out;
}

std::vector<std::size_t> spread(std::span<const std::size_t> records, std::size_t count) {
  std::vector<std::size_t> chosen;
  const std::size_t take = std::min(count, records.size());
  for (std::size_t i = 0; i < take; ++i) chosen.push_back(records[i * records.size() / take]);
  return chosen;
}

}  // namespace liteheart
