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

std::vector<float> calibration_windows(const ModelCard& card, const PreparedDataset& data) {
  constexpr std::size_t kRecords = 512;
  return model_windows(card, data, spread(data.indices(Split::kTrain), kRecords));
}

Predictions model_truth(const ModelCard& card, const PreparedDataset& data,
                        std::span<const std::size_t> records) {
  Predictions truth;
  truth.records = records.size();
  truth.classes = card.classes.size();
  std::vector<std::ptrdiff_t> column;
  for (const Diagnosis& d : card.classes) {
    const auto at = std::find_if(data.classes().begin(), data.classes().end(),
                                 [&](const Diagnosis& c) { return c.code == d.code; });
    column.push_back(at == data.classes().end() ? -1 : at - data.classes().begin());
  }
  for (const std::size_t record : records) {
    const auto labels = data.labels(record);
    for (const auto c : column)
      truth.label.push_back(c < 0 ? 0 : labels[static_cast<std::size_t>(c)]);
  }
  return truth;
}

std::vector<std::size_t> spread(std::span<const std::size_t> records, std::size_t count) {
  std::vector<std::size_t> chosen;
  const std::size_t take = std::min(count, records.size());
  for (std::size_t i = 0; i < take; ++i) chosen.push_back(records[i * records.size() / take]);
  return chosen;
}

}  // namespace liteheart
