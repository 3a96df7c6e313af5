#include "edge/beats.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

namespace liteheart::edge {
namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr double kLowestRate = 50, kHighestRate = 10'000, kFineRate = 500;
constexpr std::size_t kFewestBeats = 3;
constexpr double kShift = 0.016, kHalfQrs = 0.04;      // s, of the alignment; of what is compared
constexpr double kHalfMean = 0.04;                     // s, of the means of the slope's energy
constexpr double kRefractory = 0.24;                   // s, at least, from one beat to the next
constexpr double kLongestAfter = 0.75;                 // s, of the median beat
constexpr std::size_t kReach = 8, kTaps = 2 * kReach;  // of the interpolation, input samples
constexpr std::size_t kMostFactor = 10;
/// A given sample takes less, in bytes, in any number of leads and at any rate.
constexpr std::size_t kMostOfSample = 4096;

bool measurable(const GivenLeads& leads) {
  for (std::size_t lead = 0; lead < leads.count; ++lead) {
    for (std::size_t i = 0; i < leads.samples; ++i)
      if (!(std::abs(leads.at(lead, i)) < 1e6F)) return false;
  }
  return true;
}

/// Sorts them, some.
float median(float* values, std::size_t count) {
  std::nth_element(values, values + count / 2, values + count);
  return values[count / 2];
}

/// Hann-windowed sinc, [phase, tap]; the taps of a phase sum to 1.
using Kernel = std::array<float, kMostFactor * kTaps>;

Kernel interpolation_kernel(std::size_t factor) {
  Kernel kernel{};
  for (std::size_t phase = 0; phase < factor; ++phase) {
    const double offset = kReach - 1.0 + static_cast<double>(phase) / static_cast<double>(factor);
    std::array<double, kTaps> taps{};
    double sum = 0;
    for (std::size_t tap = 0; tap < kTaps; ++tap) {
      const double x = kPi * (static_cast<double>(tap) - offset);
      const double sinc = x == 0 ? 1 : std::sin(x) / x;
      taps[tap] = sinc * (0.5 + 0.5 * std::cos(x / kReach));
      sum += taps[tap];
    }
    for (std::size_t tap = 0; tap < kTaps; ++tap)
      kernel[phase * kTaps + tap] = static_cast<float>(taps[tap] / sum);
  }
  return kernel;
}

/// Neighbours that are interpolated side by side.
constexpr std::size_t kSideBySide = 4;
using SideBySide = float __attribute__((vector_size(kSideBySide * sizeof(float))));

/// At the finer rate, held at the ends.
SampledLeads upsampled(const GivenLeads& leads, const BeatMemory& memory) {
  const std::size_t factor = memory.factor, last = leads.samples - 1;
  const Kernel kernel = interpolation_kernel(factor);
  const SampledLeads out{leads.which, leads.count, leads.samples * factor,
                         memory.rate_hz * static_cast<double>(factor), memory.segment};
  float* const held = reinterpret_cast<float*>(memory.scratch);
  for (std::size_t lead = 0; lead < leads.count; ++lead) {
    for (std::size_t i = 0; i < leads.samples + kTaps + kSideBySide; ++i)
      held[i] = leads.at(lead, std::min(std::max(i + 1, kReach) - kReach, last));
    for (std::size_t i = 0; i < leads.samples; i += kSideBySide) {
      float* const next = out.lead(lead) + i * factor;
      const std::size_t here = std::min(kSideBySide, leads.samples - i);
      for (std::size_t phase = 0; phase < factor; ++phase) {
        const float* const taps = kernel.data() + phase * kTaps;
        SideBySide sum{};
        for (std::size_t k = 0; k < kTaps; ++k) {
          SideBySide x;
          std::memcpy(&x, held + i + k, sizeof x);
          sum += taps[k] * x;
        }
        for (std::size_t j = 0; j < here; ++j) next[j * factor + phase] = sum[j];
      }
    }
  }
  return out;
}

/// Where the slope's energy peaks, once in 240 ms, above a share of what every 1.5 s usually reach:
/// into memory.centre. Returns how many there are.
std::size_t steepest(const SampledLeads& ecg, const BeatMemory& memory) {
  constexpr double kShare = 0.12;
  const std::size_t half = ecg.steps(kHalfMean), part = ecg.steps(1.5),
                    refractory = ecg.steps(kRefractory);
  double* const energy = memory.scratch;
  squared_slope(ecg, energy);
  for (int pass = 0; pass < 2; ++pass) moving_mean(energy, ecg.samples, half, memory.kept);
  float* const highest = memory.of_beats;
  const std::size_t parts = (ecg.samples + part - 1) / part;
  for (std::size_t i = 0; i < parts; ++i) {
    double most = 0;
    for (std::size_t j = i * part; j < std::min((i + 1) * part, ecg.samples); ++j)
      most = std::max(most, energy[j]);
    highest[i] = static_cast<float>(most);
  }
  const double threshold = kShare * static_cast<double>(median(highest, parts));
  std::size_t* const beats = memory.centre;
  std::size_t count = 0;
  for (std::size_t i = 0; i < ecg.samples; ++i) {
    if (energy[i] <= threshold) continue;
    if (count == 0 || i - beats[count - 1] > refractory) {
      beats[count++] = i;
    } else if (energy[i] > energy[beats[count - 1]]) {
      beats[count - 1] = i;
    }
  }
  return count;
}

double median_rr_s(const SampledLeads& ecg, std::size_t count, const BeatMemory& memory) {
  float* const rr = memory.of_beats;
  for (std::size_t i = 1; i < count; ++i)
    rr[i - 1] = static_cast<float>(memory.centre[i] - memory.centre[i - 1]);
  return static_cast<double>(median(rr, count - 1)) / ecg.rate_hz;
}

/// Correlation of the QRS complexes around a and b, all leads together.
float likeness(const SampledLeads& ecg, std::size_t a, std::size_t b) {
  const std::size_t half = ecg.steps(kHalfQrs);
  double aa = 0, bb = 0, ab = 0;
  for (std::size_t lead = 0; lead < ecg.count; ++lead) {
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

/// That of the chosen beats that most others are like.
std::size_t typical_beat(const SampledLeads& ecg, std::size_t count, const BeatMemory& memory) {
  const std::size_t* const beats = memory.chosen;
  float* const to_others = memory.of_beats;
  std::size_t typical = beats[0];
  float highest = -1;
  for (std::size_t beat = 0; beat < count; ++beat) {
    for (std::size_t i = 0; i < count; ++i) to_others[i] = likeness(ecg, beats[beat], beats[i]);
    const float usual = median(to_others, count);
    if (usual > highest) highest = usual, typical = beats[beat];
  }
  return typical;
}

/// Shifts each beat to where it is most like the typical one, where the segment holds that.
void align(const SampledLeads& ecg, std::size_t typical, std::size_t count,
           const BeatMemory& memory) {
  const std::size_t shift = ecg.steps(kShift), reach = shift + ecg.steps(kHalfQrs);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t beat = memory.centre[i];
    float highest = -1;
    if (beat >= reach && beat + reach < ecg.samples) {
      for (std::size_t at = beat - shift; at <= beat + shift; ++at) {
        const float here = likeness(ecg, typical, at);
        if (here > highest) highest = here, memory.centre[i] = at;
      }
    }
    memory.likeness[i] = highest;
  }
}

/// The median of the chosen beats, from usual.centre samples before their centres on. Sorts the
/// beats by each sample in turn, where the order of the one before is nearly right.
void take_median(const SampledLeads& ecg, std::size_t count, const BeatMemory& memory,
                 const MedianBeat& usual) {
  float* const value = memory.of_beats;
  std::size_t* const beat = memory.chosen;
  for (std::size_t lead = 0; lead < ecg.count; ++lead) {
    for (std::size_t i = 0; i < usual.leads.samples; ++i) {
      for (std::size_t b = 0; b < count; ++b) {
        const std::size_t at = beat[b];
        const float here = ecg.lead(lead)[at - usual.centre + i];
        std::size_t place = b;
        for (; place > 0 && here < value[place - 1]; --place) {
          value[place] = value[place - 1];
          beat[place] = beat[place - 1];
        }
        value[place] = here;
        beat[place] = at;
      }
      usual.leads.lead(lead)[i] = value[count / 2];
    }
  }
}

/// Hands out parts of a memory from its begin on, what is aligned most first.
class Parts {
 public:
  explicit Parts(void* memory) : memory_(static_cast<unsigned char*>(memory)) {}
  template <class T>
  T* take(std::size_t count) {
    const std::size_t from = used_;
    used_ += count * sizeof(T);
    return memory_ == nullptr ? nullptr : reinterpret_cast<T*>(memory_ + from);
  }
  std::size_t used() const { return used_; }

 private:
  unsigned char* memory_;
  std::size_t used_ = 0;
};

}  // namespace

BeatMemory::BeatMemory(std::size_t leads, std::size_t samples, double rate, double before,
                       void* memory)
    : rate_hz(rate), before_s(before) {
  if (leads == 0 || leads > kStandardLeads || samples == 0 ||
      samples > std::numeric_limits<std::size_t>::max() / kMostOfSample ||
      !(rate_hz >= kLowestRate && rate_hz <= kHighestRate))
    return;
  factor = static_cast<std::size_t>(std::ceil(kFineRate / std::min(rate_hz, kFineRate)));
  const SampledLeads fine{nullptr, leads, samples * factor, rate_hz * static_cast<double>(factor),
                          nullptr};
  const std::size_t beats = (fine.samples - 1) / (fine.steps(kRefractory) + 1) + 1;
  const std::size_t longest =
      std::min(fine.samples, fine.steps(before_s) + fine.steps(kLongestAfter));
  Parts parts(memory);
  const std::size_t held = (samples + kTaps + kSideBySide + 1) / 2;  // floats, of upsampled
  scratch = parts.take<double>(
      std::max({fine.samples, held, 2 * longest, 3 * beats + 2 * fine.steps(kWidthReach)}));
  kept = parts.take<double>(fine.steps(kHalfMean) + 1);
  centre = parts.take<std::size_t>(beats);
  chosen = parts.take<std::size_t>(beats);
  segment = parts.take<float>(leads * fine.samples);
  median = parts.take<float>(leads * longest);
  likeness = parts.take<float>(beats);
  of_beats = parts.take<float>(beats);
  whole = parts.take<bool>(beats);
  bytes = parts.used();
}

void squared_slope(const SampledLeads& leads, double* slope) {
  const std::size_t reach = leads.steps(0.008);
  std::fill_n(slope, leads.samples, 0.0);
  for (std::size_t lead = 0; lead < leads.count; ++lead) {
    const float* x = leads.lead(lead);
    for (std::size_t i = reach; i + reach < leads.samples; ++i) {
      const double change = static_cast<double>(x[i + reach]) - x[i - reach];
      slope[i] += change * change;
    }
  }
}

void moving_mean(double* x, std::size_t samples, std::size_t half, double* kept) {
  double sum = 0;
  std::size_t slot = 0;
  for (std::size_t i = 0; i < samples; ++i) {
    sum += x[i];
    if (i < half) continue;
    double& here = x[i - half];
    kept[slot] = here;
    slot = slot == half ? 0 : slot + 1;  // that of the oldest
    if (i < 2 * half) {
      here = 0;
      continue;
    }
    here = std::max(0.0, sum / static_cast<double>(2 * half + 1));
    sum -= kept[slot];
  }
  const std::size_t end = std::min(half, samples);
  std::fill_n(x + samples - end, end, 0.0);
}

std::optional<Beats> find_beats(const GivenLeads& leads, const BeatMemory& memory) {
  if (memory.bytes == 0 || leads.samples == 0 || !measurable(leads)) return std::nullopt;
  Beats out;
  out.leads = upsampled(leads, memory);
  const SampledLeads& ecg = out.leads;
  out.count = steepest(ecg, memory);
  if (out.count < kFewestBeats) return std::nullopt;
  MedianBeat& usual = out.median;
  usual = {{ecg.which, ecg.count, 0, ecg.rate_hz, memory.median},
           ecg.steps(memory.before_s),
           median_rr_s(ecg, out.count, memory)};
  const std::size_t shift = ecg.steps(kShift);
  const double after_s = std::clamp(usual.rr_s - kRefractory, 0.25, kLongestAfter);
  const std::size_t after = ecg.steps(after_s);
  std::size_t chosen = 0;
  for (std::size_t i = 0; i < out.count; ++i) {
    const std::size_t beat = memory.centre[i];
    memory.whole[i] = beat >= usual.centre + shift && beat + after + shift <= ecg.samples;
    if (memory.whole[i]) memory.chosen[chosen++] = beat;
  }
  if (chosen < kFewestBeats) return std::nullopt;
  align(ecg, typical_beat(ecg, chosen, memory), out.count, memory);
  chosen = 0;
  for (std::size_t i = 0; i < out.count; ++i)
    if (memory.whole[i] && memory.likeness[i] >= kAlike) memory.chosen[chosen++] = memory.centre[i];
  if (chosen < kFewestBeats) return std::nullopt;
  usual.leads.samples = usual.centre + after;
  take_median(ecg, chosen, memory, usual);
  out.centre = memory.centre;
  out.likeness = memory.likeness;
  return out;
}

}  // namespace liteheart::edge
