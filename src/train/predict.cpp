#include "train/predict.h"

#include <algorithm>
#include <optional>

#include "data/same_conditioning.h"
#include "data/splits.h"
#include "ecg/error.h"
#include "train/batch.h"
#include "train/measured_records.h"

namespace liteheart {

torch::Tensor lead_columns(const ModelCard& card) {
  const std::vector<std::int64_t> leads(card.leads.begin(), card.leads.end());
  return torch::tensor(leads, torch::kLong);
}

std::vector<std::int64_t> class_columns(const ModelCard& card, const std::vector<Diagnosis>& wanted,
                                        const std::string& place) {
  std::vector<std::int64_t> columns;
  for (const Diagnosis& d : wanted) {
    const auto at = std::find_if(card.classes.begin(), card.classes.end(),
                                 [&](const Diagnosis& c) { return c.code == d.code; });
    if (at == card.classes.end()) {
      throw Error(
          place, "the model does not know " + d.name + " (" + d.code + ")",
          "prepare the data with --classes naming only what it knows, or train on this data");
    }
    columns.push_back(at - card.classes.begin());
  }
  return columns;
}

Predictions predict(Model& model, const PreparedDataset& data, std::span<const std::size_t> records,
                    const PredictOptions& options) {
  require_same_conditioning(model.card.conditioning, data, "model");
  const std::vector<std::int64_t> columns = class_columns(model.card, data.classes(), "model");
  const torch::Tensor column = torch::tensor(columns, torch::kLong);
  const torch::Tensor leads = lead_columns(model.card);
  std::optional<MeasuredRecords> measured;
  if (model.trees) measured.emplace(data, model.card.leads, options.measuring);

  torch::InferenceMode inference;
  model.train(false);
  Predictions p;
  p.records = records.size();
  p.classes = data.classes().size();
  p.logit.reserve(p.records * p.classes);
  p.label.reserve(p.records * p.classes);
  for (std::size_t from = 0; from < records.size();) {
    const auto part = records.subspan(
        from,
        std::min<std::size_t>(records.size() - from, static_cast<std::size_t>(options.batch)));
    const torch::Tensor signal = load_signals(data, part);
    ModelOutput out;
    {
      Autocast autocast(options.bf16, options.device);
      out = model.forward(signal.index_select(1, leads).to(options.device));
    }
    torch::Tensor all = out.backbone.logits.to(torch::kCPU).contiguous();
    if (measured) {
      all = all.clone();  // `each` is shown the network's
      const auto classes = static_cast<std::size_t>(all.size(1));
      for (std::size_t i = 0; i < part.size(); ++i)
        model.add_trees({all.data_ptr<float>() + i * classes, classes}, measured->row(part[i]));
    }
    const torch::Tensor logits = all.index_select(1, column).contiguous();
    p.logit.insert(p.logit.end(), logits.data_ptr<float>(),
                   logits.data_ptr<float>() + logits.numel());
    from += part.size();
    if (options.each) options.each(from, signal, out);
  }
  std::vector<RecordRow> rows;
  for (const std::size_t record : records) {
    rows.push_back(data.rows()[record]);
    const auto labels = data.labels(record);
    p.label.insert(p.label.end(), labels.begin(), labels.end());
  }
  p.patient = patient_groups(rows);
  return p;
}

}  // namespace liteheart
