#include "deploy/diagnosis.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "ecg/error.h"
#include "ecg/leads.h"

namespace liteheart {
namespace {

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

/// The windows put back in place; later windows overwrite, so each sample comes from one window.
Recording stitch(const ConditionedRecording& r, std::span<const float> restored,
                 const ModelCard& card) {
  Recording out;
  out.name = r.about.name;
  out.rate_hz = card.conditioning.rate_hz;
  out.samples = static_cast<std::size_t>(r.samples);
  out.leads.assign(kLeadNames.begin(), kLeadNames.end());
  out.mv.assign(kLeads * out.samples, 0.0F);
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

/// logits: [window, class].
Finding judge(std::span<const float> logits, const ModelCard& card, const Decision& decision,
              std::size_t c) {
  const std::size_t windows = logits.size() / card.classes.size();
  const double slope = decision.slope[c], intercept = decision.intercept[c];
  Finding f;
  f.diagnosis = card.classes[c];
  f.threshold = decision.threshold[c];
  double mean = 0;
  for (std::size_t w = 0; w < windows; ++w) {
    const double z = logits[w * card.classes.size() + c];
    mean += z / static_cast<double>(windows);
    f.windows_present += sigmoid(slope * z + intercept) >= f.threshold;
  }
  f.probability = sigmoid(slope * mean + intercept);
  f.present = f.probability >= f.threshold;
  return f;
}

/// logits: [window, class].
void judge_all(RecordingDiagnosis& d, std::span<const float> logits, const ModelCard& card) {
  const Decision decision = card.decision_or_plain();
  for (std::size_t c = 0; c < card.classes.size(); ++c) {
    Finding f = judge(logits, card, decision, c);
    if (card.judges(c)) {
      d.findings.push_back(std::move(f));
    } else {
      f.present = false;
      f.windows_present = 0;
      d.not_judged.push_back(std::move(f));
    }
  }
  std::stable_sort(d.findings.begin(), d.findings.end(), [](const Finding& a, const Finding& b) {
    return std::pair(a.present, a.probability) > std::pair(b.present, b.probability);
  });
}

}  // namespace

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
  for (const auto& r : recordings)
    windows.insert(windows.end(), r.windows.begin(), r.windows.end());
  std::vector<RecordingDiagnosis> all;
  if (windows.empty()) return all;
  const Engine::Output out = engine.run(windows, restore);
  const std::size_t classes = card.classes.size(),
                    floats = kLeads * static_cast<std::size_t>(card.conditioning.window);
  std::size_t from = 0;
  for (auto& r : recordings) {
    const std::size_t count = r.starts.size();
    judge_all(r.about, std::span(out.logits).subspan(from * classes, count * classes), card);
    if (restore)
      r.about.restored =
          stitch(r, std::span(out.restored).subspan(from * floats, count * floats), card);
    all.push_back(std::move(r.about));
    from += count;
  }
  return all;
}

}  // namespace liteheart
