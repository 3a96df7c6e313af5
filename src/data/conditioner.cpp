#include "data/conditioner.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>

#include "data/judgeable.h"
#include "data/quality_words.h"
#include "ecg/error.h"
#include "ecg/leads.h"

namespace liteheart {
namespace {

// Where in the recording each of the twelve leads is.
std::array<std::size_t, kLeads> find_leads(const Recording& recording) {
  std::array<std::size_t, kLeads> position{};
  std::string missing;
  for (std::size_t lead = 0; lead < kLeads; ++lead) {
    const auto is_lead = [&](const std::string& name) {
      const auto index = lead_index(name);
      return index && static_cast<std::size_t>(*index) == lead;
    };
    const auto found = std::find_if(recording.leads.begin(), recording.leads.end(), is_lead);
    position[lead] = static_cast<std::size_t>(found - recording.leads.begin());
    if (found == recording.leads.end())
      missing.append(missing.empty() ? "" : ", ").append(kLeadNames[lead]);
  }
  if (!missing.empty())
    throw Error(recording.name, "has no lead " + missing,
                "a data set for training needs all twelve standard leads");
  return position;
}

// Whether any two samples differ.
bool varies(std::span<const float> lead) {
  float first = std::numeric_limits<float>::quiet_NaN();
  for (const float value : lead) {
    if (std::isnan(value)) continue;
    if (std::isnan(first)) first = value;
    if (value != first) return true;
  }
  return false;
}

std::int16_t quantize(float value) {
  return static_cast<std::int16_t>(std::lrint(std::clamp(value / kStoredScale, -32767.f, 32767.f)));
}

}  // namespace

int Conditioner::condition(const Recording& recording, std::span<std::int16_t> out) {
  require_judgeable(recording);
  const float* mv = standard_leads(recording);
  const std::size_t samples =
      edge::filtered_samples(conditioning_, recording.rate_hz, recording.samples);
  if (samples == 0)
    throw Error(recording.name, edge::status_text(edge::Status::kBadRate), "check its header");
  const auto window = static_cast<std::size_t>(conditioning_.window);
  filtered_.resize(kLeads * samples);
  scratch_.resize(
      edge::filter_scratch(conditioning_, recording.rate_hz, recording.samples, kLeads));
  window_.resize(kLeads * window);
  edge::Status status =
      edge::filter_recording(conditioning_, recording.rate_hz, mv, recording.samples, kLeads,
                             filtered_.data(), filtered_.size(), scratch_.data(), scratch_.size());
  if (status == edge::Status::kOk)
    status = edge::cut_window(conditioning_, filtered_.data(), samples, kLeads, 0, window_.data());
  if (status != edge::Status::kOk) throw Error(recording.name, edge::status_text(status));
  if (!std::all_of(window_.begin(), window_.end(), [](float v) { return std::isfinite(v); }))
    throw Error(recording.name, "has values that are no voltages", "check its gains");
  std::transform(window_.begin(), window_.end(), out.begin(), quantize);
  grade(recording, mv);
  return static_cast<int>(std::min(samples, window));
}

void Conditioner::grade(const Recording& recording, const float* mv) {
  const auto samples = std::min(
      recording.samples, static_cast<std::size_t>(std::ceil(
                             conditioning_.window * recording.rate_hz / conditioning_.rate_hz)));
  grades_.clear();
  for (std::size_t lead = 0; lead < kLeads; ++lead) {
    const edge::Quality quality =
        lead_quality(kLeadNames[lead], mv + lead * recording.samples, samples, recording.rate_hz);
    grades_.push_back(edge::grade_text(quality.grade)[0]);
  }
}

const float* Conditioner::standard_leads(const Recording& recording) {
  const auto position = find_leads(recording);
  if (std::none_of(position.begin(), position.end(),
                   [&](std::size_t at) { return varies(recording.lead(at)); }))
    throw Error(recording.name, "has no signal: every lead is flat or missing");
  const bool in_order =
      std::is_sorted(position.begin(), position.end()) && position.back() == kLeads - 1;
  if (in_order) return recording.mv.data();
  leads_.resize(kLeads * recording.samples);
  for (std::size_t lead = 0; lead < kLeads; ++lead)
    std::ranges::copy(recording.lead(position[lead]),
                      leads_.begin() + static_cast<std::ptrdiff_t>(lead * recording.samples));
  return leads_.data();
}

}  // namespace liteheart
