#include "eval/median_beat.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>

namespace liteheart {
namespace {

constexpr std::size_t kFewestBeats = 3;
constexpr double kShift = 0.016, kHalfQrs = 0.04;  // s, of the alignment; of what is compared

using Centres = std::vector<std::size_t>;  // of QRS, ascending

bool measurable(std::span<const float> leads, std::size_t samples, std::size_t valid,
                double rate_hz) {
  const bool fits = samples > 0 && leads.size() / kLeads == samples && leads.size() % kLeads == 0;
  if (!fits || valid == 0 || valid > samples || !(rate_hz >= 50 && rate_hz <= 10'000)) return false;
  for (std::size_t lead = 0; lead < kLeads; ++lead) {
    for (const float v : leads.subspan(lead * samples, valid))
      if (!(std::abs(v) < 1e6F)) return false;
  }
  return true;
}

float median(std::span<float> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

constexpr std::size_t kReach = 8, kTaps = 2 * kReach;  // of the interpolation, input samples

/// Hann-windowed sinc, [phase, tap]; the taps of a phase sum to 1.
std::vector<float> interpolation_kernel(std::size_t factor) {
  std::vector<float> kernel;
  kernel.reserve(factor * kTaps);
  for (std::size_t phase = 0; phase < factor; ++phase) {
    const double offset = kReach - 1.0 + static_cast<double>(phase) / static_cast<double>(factor);
    std::array<double, kTaps> taps;
    for (std::size_t tap = 0; tap < kTaps; ++tap) {
      const double x = std::numbers::pi * (static_cast<double>(tap) - offset);
      const double sinc = x == 0 ? 1 : std::sin(x) / x;
      taps[tap] = sinc * (0.5 + 0.5 * std::cos(x / kReach));
    }
    const double sum = std::accumulate(taps.begin(), taps.end(), 0.0);
    for (const double tap : taps) kernel.push_back(static_cast<float>(tap / sum));
  }
  return kernel;
}

/// The valid part at the finer rate, held at its ends.
SampledLeads upsampled(std::span<const float> leads, std::size_t samples, std::size_t valid,
                       double rate_hz) {
  const auto factor = static_cast<std::size_t>(std::ceil(500 / std::min(rate_hz, 500.0)));
  const std::vector<float> kernel = interpolation_kernel(factor);
  SampledLeads out{valid * factor, rate_hz * static_cast<double>(factor), {}};
  out.value.reserve(kLeads * out.samples);
  for (std::size_t lead = 0; lead < kLeads; ++lead) {
    const auto x = leads.subspan(lead * samples, valid);
    std::vector<float> held(kReach, x.front());
    held.insert(held.end(), x.begin(), x.end());
    held.insert(held.end(), kReach, x.back());
    for (std::size_t i = 0; i < out.samples; ++i) {
      const float* taps = kernel.data() + i % factor * kTaps;
      const float* around = held.data() + i / factor + 1;
      float sum = 0;
      for (std::size_t k = 0; k < kTaps; ++k) sum += taps[k] * around[k];
      out.value.push_back(sum);
    }
  }
  return out;
}

/// Where the slope's energy peaks, once in 240 ms, above a share of what every 1.5 s usually reach.
Centres steepest(const SampledLeads& ecg) {
  constexpr double kShare = 0.12;
  const std::size_t half = ecg.steps(0.04), part = ecg.steps(1.5), refractory = ecg.steps(0.24);
  const auto energy = moving_mean(moving_mean(squared_slope(ecg), half), half);
  std::vector<float> highest((ecg.samples + part - 1) / part);
  for (std::size_t i = 0; i < ecg.samples; ++i)
    highest[i / part] = std::max(highest[i / part], static_cast<float>(energy[i]));
  const double threshold = kShare * static_cast<double>(median(highest));
  Centres beats;
  for (std::size_t i = 0; i < ecg.samples; ++i) {
    if (energy[i] <= threshold) continue;
    if (beats.empty() || i - beats.back() > refractory) {
      beats.push_back(i);
    } else if (energy[i] > energy[beats.back()]) {
      beats.back() = i;
    }
  }
  return beats;
}

double median_rr_s(const SampledLeads& ecg, const Centres& beats) {
  std::vector<float> rr;
  for (std::size_t i = 1; i < beats.size(); ++i)
    rr.push_back(static_cast<float>(beats[i] - beats[i - 1]));
  return static_cast<double>(median(rr)) / ecg.rate_hz;
}

/// Correlation of the QRS complexes around a and b, all leads together.
float likeness(const SampledLeads& ecg, std::size_t a, std::size_t b) {
  const std::size_t half = ecg.steps(kHalfQrs);
  double aa = 0, bb = 0, ab = 0;
  for (std::size_t lead = 0; lead < kLeads; ++lead) {
    const float* x = ecg.lead(lead) + a - half;
    const float* y = ecg.lead(lead) + b - half;
    float lead_aa = 0, lead_bb = 0, lead_ab = 0;
    for (std::size_t i = 0; i <= 2 * half; ++i) {
      lead_aa += x[i] * x[i];
      lead_bb += y[i] * y[i];
      lead_ab += x[i] * y[i];
    }
    aa += static_cast<double>(lead_aa);
    bb += static_cast<double>(lead_bb);
    ab += static_cast<double>(lead_ab);
  }
  return aa > 0 && bb > 0 ? static_cast<float>(ab / std::sqrt(aa * bb)) : 0;
}

/// The beat that most others are like.
std::size_t typical_beat(const SampledLeads& ecg, const Centres& beats) {
  std::size_t typical = beats.front();
  float highest = -1;
  std::vector<float> to_others(beats.size());
  for (const std::size_t beat : beats) {
    for (std::size_t i = 0; i < beats.size(); ++i) to_others[i] = likeness(ecg, beat, beats[i]);
    const float usual = median(to_others);
    if (usual > highest) highest = usual, typical = beat;
  }
  return typical;
}

/// Shifts each beat to where it is most like the typical one, where the segment holds that.
void align(std::size_t typical, Beats& beats) {
  const SampledLeads& ecg = beats.leads;
  const std::size_t shift = ecg.steps(kShift), reach = shift + ecg.steps(kHalfQrs);
  for (std::size_t& centre : beats.centre) {
    const std::size_t beat = centre;
    float highest = -1;
    if (beat >= reach && beat + reach < ecg.samples) {
      for (std::size_t at = beat - shift; at <= beat + shift; ++at) {
        const float here = likeness(ecg, typical, at);
        if (here > highest) highest = here, centre = at;
      }
    }
    beats.likeness.push_back(highest);
  }
}

}  // namespace

std::vector<double> squared_slope(const SampledLeads& leads) {
  const std::size_t reach = leads.steps(0.008);
  std::vector<double> slope(leads.samples);
  for (std::size_t lead = 0; lead < kLeads; ++lead) {
    const float* x = leads.lead(lead);
    for (std::size_t i = reach; i + reach < leads.samples; ++i) {
      const double change = static_cast<double>(x[i + reach]) - x[i - reach];
      slope[i] += change * change;
    }
  }
  return slope;
}

std::vector<double> moving_mean(std::span<const double> x, std::size_t half) {
  std::vector<double> out(x.size());
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    sum += x[i];
    if (i < 2 * half) continue;
    out[i - half] = std::max(0.0, sum / static_cast<double>(2 * half + 1));
    sum -= x[i - 2 * half];
  }
  return out;
}

std::optional<Beats> find_beats(std::span<const float> leads, std::size_t samples,
                                std::size_t valid, double rate_hz, double before_s) {
  if (!measurable(leads, samples, valid, rate_hz)) return std::nullopt;
  Beats out;
  out.leads = upsampled(leads, samples, valid, rate_hz);
  const SampledLeads& ecg = out.leads;
  out.centre = steepest(ecg);
  if (out.centre.size() < kFewestBeats) return std::nullopt;
  MedianBeat& usual = out.median;
  usual = {{0, ecg.rate_hz, {}}, ecg.steps(before_s), median_rr_s(ecg, out.centre)};
  const std::size_t shift = ecg.steps(kShift);
  const std::size_t after = ecg.steps(std::clamp(usual.rr_s - 0.24, 0.25, 0.75));
  const auto is_whole = [&](std::size_t beat) {
    return beat >= usual.centre + shift && beat + after + shift <= ecg.samples;
  };
  std::vector<bool> whole;
  Centres beats;
  for (const std::size_t beat : out.centre) {
    whole.push_back(is_whole(beat));
    if (whole.back()) beats.push_back(beat);
  }
  if (beats.size() < kFewestBeats) return std::nullopt;
  align(typical_beat(ecg, beats), out);
  beats.clear();
  for (std::size_t i = 0; i < whole.size(); ++i)
    if (whole[i] && out.likeness[i] >= kAlike) beats.push_back(out.centre[i]);
  if (beats.size() < kFewestBeats) return std::nullopt;
  usual.leads.samples = usual.centre + after;
  std::vector<float> values(beats.size());
  for (std::size_t lead = 0; lead < kLeads; ++lead) {
    for (std::size_t i = 0; i < usual.leads.samples; ++i) {
      for (std::size_t b = 0; b < beats.size(); ++b)
        values[b] = ecg.lead(lead)[beats[b] - usual.centre + i];
      usual.leads.value.push_back(median(values));
    }
  }
  return out;
}

}  // namespace liteheart
