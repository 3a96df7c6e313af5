#include "ecg/derived_leads.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <numeric>
#include <utility>

#include "ecg/leads.h"

namespace liteheart {
namespace {

constexpr std::size_t kAbsent = ~std::size_t{0};

struct Derived {
  std::size_t lead;  // index into kLeadNames
  float of_i, of_ii;
};
constexpr std::array kDerived = {Derived{2, -1, 1}, Derived{3, -0.5F, -0.5F}, Derived{4, 1, -0.5F},
                                 Derived{5, -0.5F, 1}};

std::size_t position(const Recording& recording, std::size_t lead) {
  const auto found = std::find(recording.leads.begin(), recording.leads.end(), kLeadNames[lead]);
  return found == recording.leads.end() ? kAbsent
                                        : static_cast<std::size_t>(found - recording.leads.begin());
}

void add(Recording& recording, const Derived& derived, std::size_t i, std::size_t ii) {
  const std::size_t begin = recording.mv.size();
  recording.mv.resize(begin + recording.samples);
  const float *first = recording.mv.data() + i * recording.samples,
              *second = recording.mv.data() + ii * recording.samples;
  float* out = recording.mv.data() + begin;
  for (std::size_t t = 0; t < recording.samples; ++t)
    out[t] = derived.of_i * first[t] + derived.of_ii * second[t];
  recording.leads.emplace_back(kLeadNames[derived.lead]);
}

void sort_leads(Recording& recording) {
  std::vector<std::size_t> order(recording.leads.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto rank = [&](std::size_t at) {
    return lead_index(recording.leads[at]).value_or(kLeads);
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return rank(a) < rank(b); });
  if (std::is_sorted(order.begin(), order.end())) return;
  std::vector<std::string> leads;
  std::vector<float> mv;
  mv.reserve(recording.mv.size());
  for (const std::size_t at : order) {
    const auto lead = recording.lead(at);
    mv.insert(mv.end(), lead.begin(), lead.end());
    leads.push_back(std::move(recording.leads[at]));
  }
  recording.leads = std::move(leads);
  recording.mv = std::move(mv);
}

}  // namespace

void derive_limb_leads(Recording& recording) {
  const std::size_t i = position(recording, 0), ii = position(recording, 1);
  if (i != kAbsent && ii != kAbsent) {
    for (const Derived& derived : kDerived)
      if (position(recording, derived.lead) == kAbsent) add(recording, derived, i, ii);
  }
  sort_leads(recording);
}

}  // namespace liteheart
