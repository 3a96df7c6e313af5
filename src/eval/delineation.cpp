#include "eval/delineation.h"

#include <numeric>
#include <vector>

#include "edge/delineate.h"

namespace liteheart {

EcgMeasurements measure_ecg(std::span<const float> leads, std::size_t samples, std::size_t valid,
                            double rate_hz) {
  constexpr double kBeforeQrs = 0.25;  // s, what is needed of a beat there
  EcgMeasurements out;
  const bool fits = leads.size() / kLeads == samples && leads.size() % kLeads == 0;
  if (!fits || valid > samples) return out;
  std::array<std::uint8_t, kLeads> all;
  std::iota(all.begin(), all.end(), std::uint8_t{0});
  const edge::GivenLeads given{leads.data(), all.data(), kLeads, valid, samples, 1};
  const std::size_t bytes = edge::BeatMemory(kLeads, valid, rate_hz, kBeforeQrs, nullptr).bytes;
  std::vector<double> room((bytes + sizeof(double) - 1) / sizeof(double));
  const edge::BeatMemory memory(kLeads, valid, rate_hz, kBeforeQrs, room.data());
  const auto beats = edge::find_beats(given, memory);
  if (!beats) return out;
  const edge::MedianBeat& beat = beats->median;
  const auto waves = edge::delineate(beat, memory);
  if (!waves) return out;
  const double step_ms = 1000 / beat.leads.rate_hz;
  out.qrs_ms = static_cast<double>(waves->qrs_end - waves->qrs_onset) * step_ms;
  out.qrs_axis_deg = edge::qrs_axis_deg(beat, *waves);
  if (waves->t_end) out.qt_ms = (*waves->t_end - static_cast<double>(waves->qrs_onset)) * step_ms;
  const std::size_t st = waves->qrs_end + beat.leads.steps(0.06);
  for (std::size_t lead = 0; lead < kLeads; ++lead)
    if (!edge::is_constant(beat.leads, lead))
      out.st[lead] = beat.leads.lead(lead)[st] - waves->level[lead];
  return out;
}

}  // namespace liteheart
