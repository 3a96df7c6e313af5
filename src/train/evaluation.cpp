#include "train/evaluation.h"

#include <algorithm>
#include <chrono>
#include <set>

#include "data/same_conditioning.h"
#include "ecg/error.h"
#include "nn/model.h"
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

/// Whether the quality gate reads more than half of the model's leads, as diagnose asks for.
bool is_accepted(const RecordRow& row, const ModelCard& card) {
  const auto unreadable = [&](int lead) {
    return row.quality[static_cast<std::size_t>(lead)] == 'u';
  };
  return row.quality.empty() ||
         2 * static_cast<std::size_t>(std::ranges::count_if(card.leads, unreadable)) <
             card.leads.size();
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

/// Mean correlation of the leads that the model is not given.
std::optional<double> mean_of_estimated(const LeadCorrelations& leads, const ModelCard& card) {
  double sum = 0;
  int count = 0;
  for (int lead = 0; lead < kLeads; ++lead) {
    const auto& r = leads[static_cast<std::size_t>(lead)];
    if (!r || std::find(card.leads.begin(), card.leads.end(), lead) != card.leads.end()) continue;
    sum += *r;
    ++count;
  }
  return count ? std::optional(sum / count) : std::nullopt;
}

struct RankedRecord {
  std::size_t place = 0;  // among the evaluated records
  double pearson = 0;
  LeadCorrelations leads;
};

/// At most EvaluationSamples::kMostEmbedded of `records` places.
std::vector<std::size_t> spread_evenly(std::size_t records) {
  const std::size_t count = std::min(records, EvaluationSamples::kMostEmbedded);
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < count; ++i) places.push_back(i * records / count);
  return places;
}

/// Best, median and worst of `ranked`, each once.
std::vector<RankedRecord> best_median_worst(std::vector<RankedRecord> ranked) {
  std::stable_sort(ranked.begin(), ranked.end(), [](const RankedRecord& a, const RankedRecord& b) {
    return a.pearson > b.pearson;
  });
  std::vector<RankedRecord> chosen;
  if (ranked.empty()) return chosen;
  for (const std::size_t i : std::set{std::size_t{0}, ranked.size() / 2, ranked.size() - 1})
    chosen.push_back(ranked[i]);
  return chosen;
}

/// Passes the model over the data once more, for the chosen records alone: the signals of all would
/// not fit into memory.
std::vector<RestorationExample> restore_again(Model& model, const PreparedDataset& data,
                                              std::span<const std::size_t> records,
                                              const std::vector<RankedRecord>& chosen) {
  std::vector<RestorationExample> examples;
  for (const RankedRecord& r : chosen) {
    const RecordRow& row = data.rows()[records[r.place]];
    RestorationExample e{row.record, r.pearson, r.leads, static_cast<std::size_t>(row.samples),
                         {},         {}};
    PredictOptions options;
    options.each = [&](std::size_t, const torch::Tensor& signal, const ModelOutput& out) {
      const auto valid = [&](const torch::Tensor& leads) {
        const torch::Tensor x = leads[0].slice(1, 0, row.samples).contiguous();
        return std::vector<float>(x.data_ptr<float>(), x.data_ptr<float>() + x.numel());
      };
      e.truth = valid(signal);
      e.restored = valid(out.restored);
    };
    predict(model, data, std::span(&records[r.place], 1), options);
    examples.push_back(std::move(e));
  }
  return examples;
}

/// Collects batch by batch what a pass of the model over the records shows.
class Observer {
 public:
  Observer(const ModelCard& card, const PreparedDataset& data, std::span<const std::size_t> records,
           bool samples)
      : card_(card),
        data_(data),
        records_(records),
        measurements_(data.conditioning().rate_hz,
                      data.conditioning().normalization == edge::Normalization::kFixedGain) {
    if (samples) samples_.embedded = spread_evenly(records.size());
  }

  void see(std::size_t done, const torch::Tensor& signal, const ModelOutput& out) {
    if (out.restored.defined()) compare(done, signal, out.restored.contiguous());
    embed(done, out.backbone.pooled.contiguous());
    seen_ = done;
  }
  LeadsRestored restored() const { return error_.per_lead(); }
  MeasurementErrors measured() const { return measurements_.errors(); }
  EvaluationSamples& samples() { return samples_; }
  const std::vector<RankedRecord>& ranked() const { return ranked_; }

 private:
  void compare(std::size_t done, const torch::Tensor& signal, const torch::Tensor& restored) {
    const auto samples = static_cast<std::size_t>(signal.size(2)), floats = kLeads * samples;
    for (std::size_t i = 0; seen_ + i < done; ++i) {
      const std::span estimate(restored.data_ptr<float>() + i * floats, floats);
      const std::span truth(signal.data_ptr<float>() + i * floats, floats);
      const auto valid = static_cast<std::size_t>(data_.rows()[records_[seen_ + i]].samples);
      const LeadCorrelations leads = error_.add(estimate, truth, samples, valid);
      measurements_.add(estimate, truth, samples, valid);
      if (const auto pearson = mean_of_estimated(leads, card_))
        ranked_.push_back({seen_ + i, *pearson, leads});
    }
  }
  void embed(std::size_t done, const torch::Tensor& pooled) {
    samples_.width = static_cast<std::size_t>(pooled.size(1));
    for (; next_ < samples_.embedded.size() && samples_.embedded[next_] < done; ++next_) {
      const float* const row =
          pooled.data_ptr<float>() + (samples_.embedded[next_] - seen_) * samples_.width;
      samples_.embedding.insert(samples_.embedding.end(), row, row + samples_.width);
    }
  }

  const ModelCard& card_;
  const PreparedDataset& data_;
  std::span<const std::size_t> records_;
  RestorationError error_;
  MeasurementComparison measurements_;
  std::vector<RankedRecord> ranked_;
  EvaluationSamples samples_;
  std::size_t seen_ = 0, next_ = 0;
};

}  // namespace

Evaluation evaluate_model(const std::filesystem::path& path, const PreparedDataset& data,
                          std::span<const std::size_t> records, const EvaluateOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  Model model = load_model(path);
  require_same_conditioning(model.card.conditioning, data, path.string());
  Evaluation e;
  e.card = model.card;
  e.decision = decision_for(model.card, class_columns(model.card, data.classes(), path.string()));
  Observer observer(e.card, data, records, options.samples);
  PredictOptions pass;
  pass.measuring = options.measuring;
  pass.each = [&](std::size_t done, const torch::Tensor& signal, const ModelOutput& out) {
    observer.see(done, signal, out);
    if (options.progress) options.progress(done, records.size());
  };
  e.predictions = predict(model, data, records, pass);
  if (model.card.restoration) {
    e.restored = observer.restored();
    e.measured = observer.measured();
  }
  if (options.samples) {
    e.samples = std::move(observer.samples());
    e.samples->restored = restore_again(model, data, records, best_median_worst(observer.ranked()));
  }
  e.report = make_report(e.predictions, e.decision, data.classes(), options.bootstrap);
  std::vector<std::size_t> accepted;
  for (std::size_t i = 0; i < records.size(); ++i)
    if (is_accepted(data.rows()[records[i]], model.card)) accepted.push_back(i);
  e.graded = std::none_of(records.begin(), records.end(),
                          [&](std::size_t i) { return data.rows()[i].quality.empty(); });
  e.report.coverage = static_cast<double>(accepted.size()) / static_cast<double>(records.size());
  if (!accepted.empty() && accepted.size() < records.size()) {
    e.accepted =
        make_report(select(e.predictions, accepted), e.decision, data.classes(), options.bootstrap);
  }
  e.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return e;
}

}  // namespace liteheart
