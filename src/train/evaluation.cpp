#include "train/evaluation.h"

#include <algorithm>
#include <chrono>

#include "data/same_conditioning.h"
#include "ecg/error.h"
#include "train/predict.h"

namespace liteheart {
namespace {

Decision decision_for(const ModelCard& card, const std::vector<std::int64_t>& columns) {
  const Decision all = card.decision_or_plain();
  Decision d;
  for (const std::int64_t column : columns) {
    const auto c = static_cast<std::size_t>(column);
    d.threshold.push_back(all.threshold[c]);
    d.slope.push_back(all.slope[c]);
    d.intercept.push_back(all.intercept[c]);
  }
  return d;
}

/// Whether the quality gate reads each of the model's leads.
bool is_accepted(const RecordRow& row, const ModelCard& card) {
  return row.quality.empty() || std::none_of(card.leads.begin(), card.leads.end(), [&](int lead) {
           return row.quality[static_cast<std::size_t>(lead)] == 'u';
         });
}

/// Of the chosen records alone.
Predictions select(const Predictions& all, std::span<const std::size_t> chosen) {
  Predictions some;
  some.records = chosen.size();
  some.classes = all.classes;
  for (const std::size_t i : chosen) {
    const auto begin = static_cast<std::ptrdiff_t>(i * all.classes),
               end = begin + static_cast<std::ptrdiff_t>(all.classes);
    some.logit.insert(some.logit.end(), all.logit.begin() + begin, all.logit.begin() + end);
    some.label.insert(some.label.end(), all.label.begin() + begin, all.label.begin() + end);
    some.patient.push_back(all.patient[i]);
  }
  return some;
}

}  // namespace

Evaluation evaluate_model(const std::filesystem::path& path, const PreparedDataset& data,
                          std::span<const std::size_t> records, const BootstrapOptions& bootstrap,
                          const std::function<void(std::size_t, std::size_t)>& progress) {
  const auto start = std::chrono::steady_clock::now();
  Model model = load_model(path);
  require_same_conditioning(model.card.conditioning, data, path.string());
  Evaluation e;
  e.card = model.card;
  e.decision = decision_for(model.card, class_columns(model.card, data.classes(), path.string()));
  RestorationError error;
  const edge::Conditioning& conditioning = data.conditioning();
  MeasurementComparison measurements(conditioning.rate_hz,
                                     conditioning.normalization == edge::Normalization::kFixedGain);
  PredictOptions options;
  std::size_t seen = 0;
  options.each = [&](std::size_t done, const torch::Tensor& signal, const torch::Tensor& restored) {
    if (restored.defined()) {
      const torch::Tensor r = restored.contiguous();
      const auto samples = static_cast<std::size_t>(signal.size(2)), floats = kLeads * samples;
      for (std::size_t i = 0; seen + i < done; ++i) {
        const std::span estimate(r.data_ptr<float>() + i * floats, floats);
        const std::span truth(signal.data_ptr<float>() + i * floats, floats);
        const auto valid = static_cast<std::size_t>(data.rows()[records[seen + i]].samples);
        error.add(estimate, truth, samples, valid);
        measurements.add(estimate, truth, samples, valid);
      }
    }
    seen = done;
    if (progress) progress(done, records.size());
  };
  e.predictions = predict(model, data, records, options);
  if (model.card.restoration) {
    e.restored = error.per_lead();
    e.measured = measurements.errors();
  }
  e.report = make_report(e.predictions, e.decision, data.classes(), bootstrap);
  std::vector<std::size_t> accepted;
  for (std::size_t i = 0; i < records.size(); ++i)
    if (is_accepted(data.rows()[records[i]], model.card)) accepted.push_back(i);
  e.graded = std::none_of(records.begin(), records.end(),
                          [&](std::size_t i) { return data.rows()[i].quality.empty(); });
  e.report.coverage = static_cast<double>(accepted.size()) / static_cast<double>(records.size());
  if (!accepted.empty() && accepted.size() < records.size()) {
    e.accepted =
        make_report(select(e.predictions, accepted), e.decision, data.classes(), bootstrap);
  }
  e.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return e;
}

}  // namespace liteheart
