#include "deploy/diagnosis.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "data/quality_words.h"
#include "ecg/error.h"
#include "ecg/leads.h"
#include "eval/decision.h"

namespace liteheart {
namespace {

/// The windows put back in place; later windows overwrite, so each sample comes from one window.
Recording stitch(const ConditionedRecording& r, std::span<const float> restored,
                 const ModelCard& card) {
  Recording out;
  out.name = r.about.name;
  out.rate_hz = card.conditioning.rate_hz;
  out.samples = static_cast<std::size_t>(r.samples);
  out.leads.assign(kLeadNames.begin(), kLeadNames.end());
  out.mv.assign(kLeads * out.samples, std::numeric_limits<float>::quiet_NaN());
  const auto window = static_cast<std::size_t>(card.conditioning.window);
  for (std::size_t w = 0; w < r.starts.size(); ++w) {
    const auto start = static_cast<std::size_t>(r.starts[w]);
    for (std::size_t lead = 0; lead < kLeads; ++lead) {
      const auto from = restored.subspan((w * kLeads + lead) * window, window);
      std::copy_n(from.begin(), std::min(window, out.samples - start),
                  out.mv.begin() + static_cast<std::ptrdiff_t>(lead * out.samples + start));
    }
  }
  return out;
}

/// Of one class. logits: [window, class]; hidden: [window].
Finding judge(std::span<const float> logits, std::span<const std::uint32_t> hidden,
              const ModelCard& card, const Decision& decision, std::size_t c) {
  const double slope = decision.slope[c], intercept = decision.intercept[c];
  Finding f;
  f.diagnosis = card.classes[c];
  f.threshold = decision.threshold[c];
  const std::uint32_t groups = groups_of(f.diagnosis);
  double sum = 0;
  f.in_window.assign(hidden.size(), std::numeric_limits<float>::quiet_NaN());
  for (std::size_t w = 0; w < hidden.size(); ++w) {
    if ((hidden[w] & groups) != 0) continue;
    const double z = logits[w * card.classes.size() + c],
                 probability = sigmoid(slope * z + intercept);
    sum += z;
    ++f.windows;
    f.windows_present += probability >= f.threshold;
    f.in_window[w] = static_cast<float>(probability);
  }
  if (f.windows == 0) return f;
  f.probability = sigmoid(slope * (sum / f.windows) + intercept);
  f.present = f.probability >= f.threshold;
  return f;
}

/// logits: [window, class].
void judge_all(RecordingDiagnosis& d, std::span<const float> logits,
               std::span<const std::uint32_t> hidden, const ModelCard& card) {
  const Decision decision = card.decision_or_plain();
  for (std::size_t c = 0; c < card.classes.size(); ++c) {
    Finding f = judge(logits, hidden, card, decision, c);
    if (card.judges(c) && f.windows > 0) {
      d.findings.push_back(std::move(f));
      continue;
    }
    f.present = false;
    f.windows_present = 0;
    (card.judges(c) ? d.obscured : d.not_judged).push_back(std::move(f));
  }
  std::stable_sort(d.findings.begin(), d.findings.end(), [](const Finding& a, const Finding& b) {
    return std::pair(a.present, a.probability) > std::pair(b.present, b.probability);
  });
}

}  // namespace

Recording estimated_leads(const Recording& restored, const ModelCard& card) {
  Recording estimated = restored;
  estimated.leads.clear();
  estimated.mv.clear();
  for (std::size_t i = 0; i < restored.leads.size(); ++i) {
    const int lead = lead_index(restored.leads[i]).value_or(-1);
    if (std::find(card.leads.begin(), card.leads.end(), lead) != card.leads.end()) continue;
    const auto mv = restored.lead(i);
    estimated.leads.push_back(restored.leads[i]);
    estimated.mv.insert(estimated.mv.end(), mv.begin(), mv.end());
  }
  return estimated;
}

std::vector<RecordingDiagnosis> diagnose(Engine& engine,
                                         std::vector<ConditionedRecording> recordings,
                                         bool restore) {
  const ModelCard& card = engine.card();
  if (restore && !card.restoration)
    throw Error("--restored", "the model has no restoration net", "use a model that has one");
  if (restore && card.conditioning.normalization != edge::Normalization::kFixedGain) {
    throw Error("--restored", "the model restores z-scores, which are not mV",
                "use a model trained with fixed-gain data");
  }
  std::vector<float> windows;
  for (auto& r : recordings) {
    if (windows.empty())
      windows = std::move(r.windows);
    else
      windows.insert(windows.end(), r.windows.begin(), r.windows.end());
  }
  std::vector<RecordingDiagnosis> all;
  const Engine::Output out = windows.empty() ? Engine::Output() : engine.run(windows, restore);
  const std::size_t classes = card.classes.size(),
                    floats = kLeads * static_cast<std::size_t>(card.conditioning.window);
  std::size_t from = 0;
  for (auto& r : recordings) {
    const std::size_t count = r.starts.size();
    r.about.window_s = card.conditioning.window / card.conditioning.rate_hz;
    for (const std::int64_t start : r.starts)
      r.about.window_from_s.push_back(static_cast<double>(start) / card.conditioning.rate_hz);
    judge_all(r.about, std::span(out.logits).subspan(from * classes, count * classes), r.hidden,
              card);
    if (restore && count > 0)
      r.about.restored =
          stitch(r, std::span(out.restored).subspan(from * floats, count * floats), card);
    all.push_back(std::move(r.about));
    from += count;
  }
  return all;
}

}  // namespace liteheart
