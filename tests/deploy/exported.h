// The networks that exports are tested with.
#pragma once

#include <fmt/format.h>
#include <torch/types.h>

#include "ecg/leads.h"
#include "nn/model.h"
#include "nn/worn.h"

namespace liteheart::test {

/// A network that every export must carry.
struct Exported {
  const char *name, *network, *restoration, *lead;
  bool paper, causal;
};

inline ModelCard card_of(const Exported& c) {
  ModelCard card;
  card.conditioning = c.paper ? edge::paper_500() : edge::compact_100();
  card.leads = parse_leads(c.lead);
  card.backbone = backbone_preset(c.network);
  card.backbone.strides = preset_strides(card.conditioning);
  card.backbone.causal = c.causal;
  card.backbone.leads = static_cast<int>(card.leads.size());
  if (std::string(c.restoration) != "none") {
    card.restoration = restoration_preset(c.restoration);
    card.restoration->measured = card.leads;
    card.restoration->derive_limb_leads = !c.paper;
    card.backbone.leads = kLeads;
  }
  for (int i = 0; i < 19; ++i)
    card.classes.push_back({fmt::format("{}", i), fmt::format("D{}", i), "diagnosis", true, {}});
  card.backbone.classes = static_cast<int>(card.classes.size());
  return card;
}

inline Model worn(const ModelCard& card) {
  Model model = Model::create(card, 7);
  if (card.restoration) wear(*model.restoration);
  wear(*model.backbone);
  return model;
}

/// Largest difference, in parts of the largest value: sums over thousands of terms that cancel
/// cannot be compared one by one.
inline float difference(const torch::Tensor& a, const torch::Tensor& b) {
  return ((a - b).abs().max() / b.abs().max().clamp_min(1)).item<float>();
}

inline constexpr Exported kExported[] = {
    {"tiny", "student-tiny", "tiny", "I", false, false},
    {"tiny_paper", "student-tiny", "tiny", "I", true, true},
    {"small_two_leads", "student-small", "small", "I,V1", false, false},
    {"derived_leads", "student-tiny", "tiny", "III,aVF,V3", false, false},
    {"base", "student-base", "base", "II", false, false},
    {"twelve_leads", "student-tiny", "none", "all", false, true},
    {"teacher", "teacher-base", "none", "all", false, false},
    {"small_paper", "student-small", "small", "I", true, false},
    {"base_paper", "student-base", "base", "V2", true, false}};

}  // namespace liteheart::test
