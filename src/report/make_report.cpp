#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "data/quality_words.h"
#include "deploy/condition_recording.h"
#include "ecg/error.h"
#include "ecg/leads.h"
#include "eval/decision.h"
#include "report/diagnosis_report.h"

namespace liteheart {
namespace {

constexpr double kDrawnWhole = 60;  // s; of longer ones an overview and their clearest moments
constexpr std::size_t kMostShown = 6, kMostRegions = 5;

std::size_t class_of(const ModelCard& card, const Diagnosis& diagnosis) {
  const auto at = std::find_if(card.classes.begin(), card.classes.end(),
                               [&](const Diagnosis& d) { return d.code == diagnosis.code; });
  return static_cast<std::size_t>(at - card.classes.begin());
}

/// Findings that are there, and then, if asked for, those that some windows show.
std::vector<std::size_t> shown_findings(const RecordingDiagnosis& d, bool at_times) {
  std::vector<std::size_t> shown;
  for (const bool present : {true, false}) {
    if (!present && !at_times) break;
    for (std::size_t i = 0; i < d.findings.size(); ++i)
      if (d.findings[i].present == present && (present || d.findings[i].windows_present > 0))
        shown.push_back(i);
  }
  if (shown.size() > kMostShown) shown.resize(kMostShown);
  return shown;
}

/// When a finding is most probable: the beginning of that window.
double clearest_s(const RecordingDiagnosis& d, const Finding& finding) {
  std::size_t best = 0;
  for (std::size_t w = 0; w < finding.in_window.size(); ++w)
    if (!(finding.in_window[w] <= finding.in_window[best])) best = w;
  return d.window_from_s.empty() ? 0 : d.window_from_s[best];
}

ConditionedRecording conditioned(const Stretch& stretch, const ModelCard& card,
                                 const std::string& lead) {
  WholeRecording stream(stretch.recording);
  return condition_recording(stream, card, lead);
}

/// Where a model looked for one class in the windows of a stretch.
Look look_at(const LookingModel& model, const ConditionedRecording& windows, std::size_t c,
             std::size_t finding, double begin_s) {
  const edge::Conditioning& conditioning = model.engine.card().conditioning;
  const std::size_t floats = model.engine.window_floats();
  const double recorded_s = static_cast<double>(windows.samples) / conditioning.rate_hz;
  Look look;
  look.finding = finding;
  double until_s = 0;  // windows may overlap: each moment is looked at once
  for (std::size_t w = 0; w < windows.starts.size(); ++w) {
    const double start_s = static_cast<double>(windows.starts[w]) / conditioning.rate_hz;
    const SaliencyMap map = model.explainer.explain(
        std::span(windows.windows).subspan(w * floats, floats), std::array{c})[0];
    const double bin_s = conditioning.window / conditioning.rate_hz / static_cast<double>(map.bins);
    const MapTime time{bin_s, begin_s + start_s, recorded_s - start_s};
    for (const Region& r : regions_of(map, model.explainer.leads(), time, kMostRegions))
      if (r.to_s > begin_s + until_s) look.regions.push_back(r);
    const auto band = [&](std::size_t bin, float weight, float most, int lead,
                          std::vector<Band>& to) {
      const double from = start_s + static_cast<double>(bin) * bin_s,
                   end = std::min(from + bin_s, recorded_s);
      if (weight <= 1 || end <= std::max(from, until_s)) return;
      to.push_back({lead, begin_s + std::max(from, until_s), begin_s + end,
                    static_cast<double>((weight - 1) / std::max(most - 1, 1e-6F))});
    };
    const float time_most = *std::max_element(map.time_weight.begin(), map.time_weight.end()),
                lead_most = *std::max_element(map.lead_weight.begin(), map.lead_weight.end());
    for (std::size_t bin = 0; bin < map.bins; ++bin) {
      band(bin, map.time_weight[bin], time_most, -1, look.times);
      for (std::size_t lead = 0; lead < map.leads; ++lead)
        band(bin, map.lead_weight[lead * map.bins + bin], lead_most, model.explainer.leads()[lead],
             look.places);
    }
    until_s = start_s + conditioning.window / conditioning.rate_hz;
  }
  std::stable_sort(look.regions.begin(), look.regions.end(),
                   [](const Region& a, const Region& b) { return a.weight > b.weight; });
  if (look.regions.size() > kMostRegions) look.regions.resize(kMostRegions);
  return look;
}

/// The windows moved by `shift` samples and made `gain` times as large.
std::vector<float> altered(std::span<const float> windows, std::size_t length, int shift,
                           float gain) {
  std::vector<float> to(windows.size());
  for (std::size_t row = 0; row < windows.size(); row += length) {
    for (std::size_t t = 0; t < length; ++t) {
      const auto from = static_cast<std::ptrdiff_t>(t) - shift;
      if (from >= 0 && from < static_cast<std::ptrdiff_t>(length))
        to[row + t] = gain * windows[row + static_cast<std::size_t>(from)];
    }
  }
  return to;
}

/// Probabilities of one class after small changes that leave the diagnosis as it is: read 0.1 and
/// 0.25 s earlier and later, a tenth larger and smaller.
class Steadying {
 public:
  Steadying(Engine& engine, const ConditionedRecording& windows)
      : card_(engine.card()), hidden_(windows.hidden) {
    const auto length = static_cast<std::size_t>(card_.conditioning.window);
    const auto samples = [&](double seconds) {
      return static_cast<int>(std::lround(seconds * card_.conditioning.rate_hz));
    };
    for (const double shift : {0.0, -0.25, -0.1, 0.1, 0.25})
      add(engine, altered(windows.windows, length, samples(shift), 1));
    for (const float gain : {0.9F, 1.1F}) add(engine, altered(windows.windows, length, 0, gain));
  }

  std::optional<Steadiness> of(std::size_t c) const {
    const Decision decision = card_.decision_or_plain();
    const std::uint32_t groups = groups_of(card_.classes[c]);
    Steadiness s{1, 0};
    for (const std::vector<float>& logits : logits_) {
      double sum = 0;
      int shown = 0;
      for (std::size_t w = 0; w < hidden_.size(); ++w) {
        if ((hidden_[w] & groups) != 0) continue;
        sum += static_cast<double>(logits[w * card_.classes.size() + c]);
        ++shown;
      }
      if (shown == 0) return std::nullopt;
      const double p = sigmoid(static_cast<double>(decision.slope[c]) * sum / shown +
                               static_cast<double>(decision.intercept[c]));
      s = {std::min(s.low, p), std::max(s.high, p)};
    }
    return s;
  }

 private:
  void add(Engine& engine, const std::vector<float>& windows) {
    logits_.push_back(engine.run(windows, false).logits);
  }

  const ModelCard& card_;
  const std::vector<std::uint32_t>& hidden_;
  std::vector<std::vector<float>> logits_;  // [variant][window, class]
};

class ReportMaker {
 public:
  ReportMaker(const RecordingPlace& place, RecordingDiagnosis diagnosis, LookingModel& model,
              LookingModel* teacher)
      : place_(place), model_(model), teacher_(teacher) {
    report_.file = diagnosis.file;
    report_.card = model.engine.card();
    if (teacher != nullptr) report_.teacher_card = teacher->engine.card();
    report_.diagnosis = std::move(diagnosis);
  }

  DiagnosisReport make() {
    const auto stream = open_recording(place_.path, place_.options);
    report_.facts = measure_recording(*stream);
    const RecordingDiagnosis& d = report_.diagnosis;
    report_.steady.resize(d.findings.size());
    report_.shown = shown_findings(d, d.seconds > kDrawnWhole);
    if (d.seconds <= kDrawnWhole) {
      add_stretch(0, d.seconds, report_.shown);
      return std::move(report_);
    }
    const auto again = open_recording(place_.path, place_.options);
    report_.overview = overview_of(*again, report_.facts.rhythm_lead);
    for (const std::size_t i : report_.shown)
      add_stretch(clearest_s(d, d.findings[i]), d.window_s, std::array{i});
    if (report_.shown.empty()) add_stretch(0, d.window_s, {});
    return std::move(report_);
  }

 private:
  void add_stretch(double from_s, double seconds, std::span<const std::size_t> findings) {
    Stretch stretch{read_stretch(*open_recording(place_.path, place_.options), from_s, seconds),
                    from_s,
                    {},
                    {},
                    {}};
    ConditionedRecording windows = conditioned(stretch, report_.card, place_.lead);
    if (!windows.starts.empty()) {
      const Steadying steadying(model_.engine, windows);
      for (const std::size_t i : findings) {
        const std::size_t c = class_of(report_.card, report_.diagnosis.findings[i].diagnosis);
        report_.steady[i] = steadying.of(c);
        stretch.looks.push_back(look_at(model_, windows, c, i, from_s));
      }
      if (report_.card.restoration &&
          report_.card.conditioning.normalization == edge::Normalization::kFixedGain) {
        std::vector<ConditionedRecording> one;
        one.push_back(std::move(windows));
        const auto restored = diagnose(model_.engine, std::move(one), true)[0].restored;
        if (restored) stretch.estimated = estimated_leads(*restored, report_.card);
      }
    }
    if (teacher_ != nullptr) ask_teacher(stretch, findings);
    report_.stretches.push_back(std::move(stretch));
  }

  void ask_teacher(Stretch& stretch, std::span<const std::size_t> findings) {
    const ModelCard& card = teacher_->engine.card();
    for (const int lead : card.leads) {
      const auto name = kLeadNames[static_cast<std::size_t>(lead)];
      const auto& leads = stretch.recording.leads;
      if (std::find(leads.begin(), leads.end(), name) == leads.end()) return;
    }
    const ConditionedRecording windows = conditioned(stretch, card, "");
    for (const std::size_t i : findings) {
      const std::size_t c = class_of(card, report_.diagnosis.findings[i].diagnosis);
      if (c < card.classes.size() && !windows.starts.empty())
        stretch.teacher_looks.push_back(look_at(*teacher_, windows, c, i, stretch.begin_s));
    }
  }

  const RecordingPlace& place_;
  LookingModel& model_;
  LookingModel* teacher_;
  DiagnosisReport report_;
};

}  // namespace

DiagnosisReport make_report(const RecordingPlace& place, RecordingDiagnosis diagnosis,
                            LookingModel& model, LookingModel* teacher) {
  return ReportMaker(place, std::move(diagnosis), model, teacher).make();
}

}  // namespace liteheart
