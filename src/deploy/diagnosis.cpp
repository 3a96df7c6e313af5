#include "deploy/diagnosis.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "ecg/error.h"
#include "ecg/leads.h"

namespace liteheart {
namespace {

constexpr double kShortSeconds = 5;  // shorter: rhythm is hard to tell

/// Position of each of the model's leads among the recording's.
std::vector<std::size_t> find_leads(const Recording& r, const ModelCard& card,
                                    const std::string& lead, std::vector<std::string>& warnings) {
  const bool single = r.leads.size() == 1 && card.leads.size() == 1;
  if (single) {
    const auto wanted = std::string(kLeadNames[static_cast<std::size_t>(card.leads[0])]);
    const auto index = lead.empty() ? lead_index(r.leads[0]) : lead_index(lead);
    if (!lead.empty() && !index)
      throw Error("--lead", "'" + lead + "' is not one of the twelve leads",
                  "use a name such as I");
    if (index && *index != card.leads[0]) {
      throw Error(r.name,
                  fmt::format("holds lead {}, the model reads lead {}",
                              kLeadNames[static_cast<std::size_t>(*index)], wanted),
                  "use a model for that lead, or --lead if the file is wrong");
    }
    if (!index)
      warnings.push_back(
          fmt::format("the lead is called '{}': taken as lead {}", r.leads[0], wanted));
    return {0};
  }
  std::vector<std::size_t> at;
  for (const int wanted : card.leads) {
    const auto found = std::find_if(r.leads.begin(), r.leads.end(), [&](const std::string& name) {
      return lead_index(name) == wanted;
    });
    if (found == r.leads.end()) {
      throw Error(r.name,
                  fmt::format("has no lead {}, which the model reads",
                              kLeadNames[static_cast<std::size_t>(wanted)]),
                  "use a model for a lead it has");
    }
    at.push_back(static_cast<std::size_t>(found - r.leads.begin()));
  }
  return at;
}

void require_signal(const Recording& r, std::size_t lead) {
  const auto mv = r.lead(lead);
  const auto n = static_cast<std::size_t>(
      std::count_if(mv.begin(), mv.end(), [](float x) { return std::isfinite(x); }));
  if (n * 2 < r.samples)
    throw Error(r.name,
                fmt::format("lead {} is missing in most of the recording: nothing can be judged",
                            r.leads[lead]));
  if (edge::is_flat(mv.data(), mv.size()))
    throw Error(r.name, fmt::format("lead {} is flat: nothing can be judged", r.leads[lead]),
                "check the electrodes");
}

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

ConditionedRecording condition_recording(const Recording& recording, const ModelCard& card,
                                         const std::string& lead) {
  ConditionedRecording out;
  RecordingDiagnosis& about = out.about;
  about.name = recording.name;
  about.leads = lead_text(card.leads);
  about.seconds = static_cast<double>(recording.samples) / recording.rate_hz;
  about.warnings = recording.warnings;
  if (about.seconds < edge::kShortestSeconds) {
    throw Error(recording.name, fmt::format("is {:.1f} s long: too short to judge", about.seconds),
                fmt::format("record at least {:.0f} s, better 10 s", kShortSeconds));
  }
  if (about.seconds < kShortSeconds)
    about.warnings.push_back(
        fmt::format("only {:.1f} s long: rhythm is hard to tell", about.seconds));

  const auto leads = find_leads(recording, card, lead, about.warnings);
  std::vector<float> mv;
  for (const std::size_t at : leads) {
    require_signal(recording, at);
    const auto samples = recording.lead(at);
    mv.insert(mv.end(), samples.begin(), samples.end());
  }
  const edge::Conditioning& c = card.conditioning;
  const std::size_t samples = edge::filtered_samples(c, recording.rate_hz, recording.samples);
  std::vector<float> filtered(samples * leads.size()),
      scratch(edge::filter_scratch(c, recording.rate_hz, recording.samples, leads.size()));
  auto status =
      edge::filter_recording(c, recording.rate_hz, mv.data(), recording.samples, leads.size(),
                             filtered.data(), filtered.size(), scratch.data(), scratch.size());
  out.samples = static_cast<std::int64_t>(samples);
  for (std::size_t w = 0; w < edge::window_count(c, samples); ++w)
    out.starts.push_back(static_cast<std::int64_t>(edge::window_start(c, samples, w)));
  about.windows = static_cast<int>(out.starts.size());
  const std::size_t floats = leads.size() * static_cast<std::size_t>(c.window);
  out.windows.resize(out.starts.size() * floats);
  for (std::size_t w = 0; w < out.starts.size() && status == edge::Status::kOk; ++w) {
    status =
        edge::cut_window(c, filtered.data(), samples, leads.size(),
                         static_cast<std::size_t>(out.starts[w]), out.windows.data() + w * floats);
  }
  if (status != edge::Status::kOk) throw Error(recording.name, edge::status_text(status));
  return out;
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
