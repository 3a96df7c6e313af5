#include "train/taught_records.h"

#include <torch/types.h>

#include <utility>

#include "data/comma_list.h"
#include "distill/region.h"
#include "distill/rivals.h"

namespace liteheart {

TaughtRecords::TaughtRecords(const TrainConfig& config, const PreparedDataset& data,
                             std::vector<std::size_t> records,
                             std::span<const std::uint8_t> labelled, const torch::Device& device,
                             bool bf16,
                             const std::function<void(std::size_t, std::size_t)>& progress)
    : records_(std::move(records)), row_(data.size()) {
  const Rival* rival = find_rival(config.rival);
  std::vector<TeacherView> views;
  for (const std::string& teacher : comma_list(config.teacher)) {
    const bool blocks =
        views.empty() && (config.weight_region_features > 0 || (rival != nullptr && rival->blocks));
    views.push_back(
        teacher_view(teacher, data, records_, labelled, device, bf16, blocks, progress));
  }
  view_ = in_common(std::move(views));
  view_.all.map = map_of_kind(view_.all.map, region_map(config.region_map));
  for (std::size_t row = 0; row < records_.size(); ++row) row_[records_[row]] = row;
}

TeacherOpinion TaughtRecords::of(const Batch& batch, const torch::Device& device) const {
  std::vector<std::size_t> rows;
  for (const std::size_t record : batch.records) rows.push_back(row_[record]);
  return view_.rows(rows, batch, device);
}

at::Tensor TaughtRecords::rows(const Batch& batch) const {
  std::vector<std::int64_t> rows;
  const CutMix& mix = batch.cutmix;
  for (std::size_t i = 0; i < batch.records.size(); ++i) {
    const bool partner = !mix.partner.empty() && mix.share() > 0.5;
    const std::size_t most = partner ? static_cast<std::size_t>(mix.partner[i]) : i;
    rows.push_back(static_cast<std::int64_t>(row_[batch.records[most]]));
  }
  return torch::tensor(rows, torch::kLong);
}

}  // namespace liteheart
