// What diagnoses are worth on degraded signals, with the quality gate and without:
//   gate_tool MODEL.lhm SOURCE [EVERY]
// SOURCE: 12-lead recordings with diagnoses, of which each EVERY-th is taken (default 1). Lead I at
// 500 Hz, where the gate calls it good, gets each fault of degradations.h in five strengths.
#include <fmt/core.h>

#include <cmath>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "data/quality_words.h"
#include "deploy/engine.h"
#include "ecg/error.h"
#include "ecg/leads.h"
#include "edge/degradations.h"
#include "eval/metrics.h"
#include "formats/registry.h"

namespace {

using namespace liteheart;
using test::Samples;
constexpr double kRateHz = 500;

struct Clean {
  Samples mv;
  std::vector<std::uint8_t> labels;  // [class]
};

std::vector<std::uint8_t> labels_of(const Recording& r, const ModelCard& card) {
  const Vocabulary& vocabulary = Vocabulary::standard();
  std::vector<std::uint8_t> labels(card.classes.size());
  for (const std::string& code : r.diagnoses)
    for (std::size_t c = 0; c < labels.size(); ++c)
      if (vocabulary.canonical_code(code) == vocabulary.canonical_code(card.classes[c].code))
        labels[c] = 1;
  return labels;
}

std::vector<Clean> clean_recordings(const std::string& source, std::size_t every,
                                    const ModelCard& card) {
  std::vector<Clean> all;
  const auto paths = find_recordings(source);
  for (std::size_t i = 0; i < paths.size(); i += every) {
    const Recording r = read_recording(paths[i]);
    Samples mv = test::at_500_hz(r.lead(0), r.rate_hz);
    if (lead_quality("I", mv.data(), mv.size(), kRateHz).grade == edge::Grade::kGood)
      all.push_back({std::move(mv), labels_of(r, card)});
  }
  return all;
}

/// The first window, whatever the gate says of it; empty where even the filter refuses.
std::vector<float> window_of(const Samples& mv, const edge::Conditioning& c) {
  const std::size_t samples = edge::filtered_samples(c, kRateHz, mv.size());
  std::vector<float> filtered(samples), window(static_cast<std::size_t>(c.window)),
      scratch(edge::filter_scratch(c, kRateHz, mv.size(), 1));
  if (edge::filter_recording(c, kRateHz, mv.data(), mv.size(), 1, filtered.data(), samples,
                             scratch.data(), scratch.size()) != edge::Status::kOk)
    return {};
  edge::cut_window(c, filtered.data(), samples, 1, 0, window.data());
  return window;
}

/// What a user of one kind is told: AUC of each class, and wrong findings.
struct Told {
  std::vector<std::optional<double>> auc;  // [class]; none where the class is not judged
  double wrong = 0, judged = 0;
};

/// Over the classes that both have.
std::optional<std::pair<double, double>> macro_auc(const Told& a, const Told& b) {
  double sum_a = 0, sum_b = 0;
  int classes = 0;
  for (std::size_t c = 0; c < a.auc.size(); ++c) {
    if (!a.auc[c] || !b.auc[c]) continue;
    sum_a += *a.auc[c], sum_b += *b.auc[c], ++classes;
  }
  if (classes == 0) return std::nullopt;
  return std::pair(sum_a / classes, sum_b / classes);
}

struct Degraded {
  std::vector<float> logits;          // [record, class]
  std::vector<std::uint8_t> labels;   // [record, class]
  std::vector<std::uint32_t> hidden;  // [record]
  std::size_t records() const { return hidden.size(); }
};

Told told(const Degraded& d, const ModelCard& card, bool with_gate) {
  Told t;
  const std::size_t classes = card.classes.size();
  t.auc.resize(classes);
  const Decision decision = card.decision_or_plain();
  for (std::size_t c = 0; c < classes; ++c) {
    if (!card.judges(c)) continue;
    const std::uint32_t groups = groups_of(card.classes[c]);
    std::vector<float> score;
    std::vector<std::uint8_t> label;
    std::vector<std::uint32_t> weight;
    for (std::size_t i = 0; i < d.records(); ++i) {
      const bool shown =
          !with_gate || (d.hidden[i] != edge::kAllGroups && (d.hidden[i] & groups) == 0);
      score.push_back(d.logits[i * classes + c]);
      label.push_back(d.labels[i * classes + c]);
      weight.push_back(shown ? 1 : 0);
      const double p =
          1 / (1 + std::exp(-(decision.slope[c] * score.back() + decision.intercept[c])));
      t.judged += shown;
      t.wrong += shown && p >= decision.threshold[c] && label.back() == 0;
    }
    if (const auto areas = RankedScores(score, label).areas(weight)) t.auc[c] = areas->roc_auc;
  }
  return t;
}

int run(const std::vector<std::string>& args) {
  if (args.size() < 2) throw Error("", "too few arguments", "gate_tool MODEL.lhm SOURCE [EVERY]");
  const auto engine = open_edge_engine(args[0], 0);
  const ModelCard& card = engine->card();
  const std::size_t every = args.size() > 2 ? std::strtoul(args[2].c_str(), nullptr, 10) : 1;
  const std::vector<Clean> clean = clean_recordings(args[1], std::max<std::size_t>(1, every), card);
  fmt::print("{} clean recordings, lead I\n", clean.size());
  fmt::print(
      "fault, strength: AUC without gate -> with, over the classes that the gate leaves; wrong "
      "findings a recording without -> with; judged\n");
  for (const test::Degradation& fault : test::degradations()) {
    for (std::size_t s = 0; s < fault.strengths.size(); ++s) {
      Degraded d;
      std::vector<float> windows;
      for (std::size_t i = 0; i < clean.size(); ++i) {
        Samples bad = clean[i].mv;
        Random random(i + 1, s);
        fault.apply(bad, fault.strengths[s], random);
        const std::vector<float> window = window_of(bad, card.conditioning);
        if (window.empty()) continue;
        const edge::Quality q = lead_quality("I", bad.data(), bad.size(), kRateHz);
        d.hidden.push_back(q.grade == edge::Grade::kUnreadable ? edge::kAllGroups : q.not_judged);
        d.labels.insert(d.labels.end(), clean[i].labels.begin(), clean[i].labels.end());
        windows.insert(windows.end(), window.begin(), window.end());
      }
      if (d.records() == 0) continue;
      d.logits = engine->run(windows, false).logits;
      const Told without = told(d, card, false), with = told(d, card, true);
      const auto n = static_cast<double>(d.records());
      const auto auc = macro_auc(without, with);
      fmt::print("{} ({}), {}: {}, {:.2f} -> {:.2f}, {:.0f} %\n", fault.fault, fault.unit,
                 fault.strengths[s],
                 auc ? fmt::format("{:.3f} -> {:.3f}", auc->first, auc->second) : "-",
                 without.wrong / n, with.wrong / n, 100 * with.judged / without.judged);
    }
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run({argv + 1, argv + argc});
  } catch (const std::exception& e) {
    fmt::print(stderr, "gate_tool: {}\n", e.what());
    return 1;
  }
}
