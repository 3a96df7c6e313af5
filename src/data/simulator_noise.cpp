#include "data/simulator_noise.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace liteheart::simulator {
namespace {

using Samples = std::vector<double>;

enum Electrode : std::size_t { kRightArm, kLeftArm, kLeftLeg, kFirstChest };
constexpr std::size_t kElectrodes = 9;
constexpr std::size_t kDrifts = 4;

Samples sine(double hz, double phase_rad, double rate_hz, std::size_t samples) {
  // Rotates a phasor, which spares sin().
  const double cosine = std::cos(kTurn * hz / rate_hz), step = std::sin(kTurn * hz / rate_hz);
  double re = std::cos(phase_rad), im = std::sin(phase_rad);
  Samples wave(samples);
  for (double& value : wave) {
    value = im;
    const double turned = cosine * re - step * im;
    im = step * re + cosine * im;
    re = turned;
  }
  return wave;
}

void add_scaled(double factor, const Samples& wave, Samples& sum) {
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += factor * wave[i];
}

// Oscillations that all electrodes share, each with its own weights.
struct Shared {
  Samples breath, mains, mains_third;
  std::array<Samples, kDrifts> drifts;
};

Shared draw_shared(const SimulatedCentre& centre, std::size_t samples,
                   const Respiration& respiration, Random& random) {
  const auto wave = [&](double hz) {
    return sine(hz, random.uniform(0, kTurn), centre.rate_hz, samples);
  };
  Shared shared;
  shared.breath = sine(respiration.hz, respiration.phase_rad, centre.rate_hz, samples);
  for (Samples& drift : shared.drifts) drift = wave(random.uniform(0.03, 0.6));
  const double mains_hz = centre.mains_hz + 0.03 * random.normal();
  shared.mains = wave(mains_hz);
  if (3 * mains_hz < 0.45 * centre.rate_hz) shared.mains_third = wave(3 * mains_hz);
  return shared;
}

void add_wander(double rms_mv, const Shared& shared, Random& random, Samples& electrode) {
  const double weight = rms_mv * std::numbers::sqrt2 / std::sqrt(1.0 + kDrifts);
  add_scaled(weight * random.normal(), shared.breath, electrode);
  for (const Samples& drift : shared.drifts) add_scaled(weight * random.normal(), drift, electrode);
}

void add_mains(double rms_mv, const Shared& shared, Random& random, Samples& electrode) {
  const double weight = rms_mv * std::numbers::sqrt2 * random.normal();
  add_scaled(weight, shared.mains, electrode);
  if (!shared.mains_third.empty()) add_scaled(0.2 * weight, shared.mains_third, electrode);
}

void add_muscle(double rms_mv, double rate_hz, const Samples& strength, Random& random,
                Samples& electrode) {
  const double low_pass = 1 - std::exp(-kTurn * std::min(100.0, 0.3 * rate_hz) / rate_hz);
  const double high_pass = 1 - std::exp(-kTurn * 20 / rate_hz);
  Samples noise(electrode.size());
  double fast = 0, slow = 0, power = 0;
  for (double& value : noise) {
    fast += low_pass * (random.normal() - fast);
    slow += high_pass * (fast - slow);
    value = fast - slow;
    power += value * value;
  }
  const double gain = rms_mv / std::sqrt(power / static_cast<double>(noise.size()));
  for (std::size_t i = 0; i < noise.size(); ++i)
    electrode[i] += gain * (1 + 0.5 * strength[i]) * noise[i];
}

// A jump that drains away, or a short pop.
void add_event(double size_mv, double rate_hz, Random& random, Samples& electrode) {
  const std::size_t start = random.below(electrode.size());
  const bool jump = random.chance(0.6);
  const double drain_s = jump ? random.uniform(0.3, 2) : random.uniform(0.01, 0.04);
  const double keep = std::exp(-1 / (drain_s * rate_hz));
  double level = 0, target = size_mv;
  constexpr double kAttackSeconds = 0.004;
  const double attack = 1 - std::exp(-1 / (kAttackSeconds * rate_hz));
  for (std::size_t i = start; i < electrode.size(); ++i) {
    level += attack * (target - level);
    target *= keep;
    electrode[i] += level;
  }
}

}  // namespace

std::array<Samples, kMeasured> draw_noise(const SimulatedCentre& centre, std::size_t samples,
                                          const Respiration& respiration, Random& random) {
  const Shared shared = draw_shared(centre, samples, respiration, random);
  const double wander_mv = centre.wander_mv * random.uniform(0.4, 1.4);
  const double muscle_mv = centre.muscle_mv * random.uniform(0.3, 1.5);
  const double mains_mv = centre.mains_mv * random.uniform(0.1, 1.4);

  std::array<Samples, kElectrodes> electrodes;
  for (Samples& electrode : electrodes) {
    electrode.assign(samples, 0);
    add_wander(wander_mv, shared, random, electrode);
    add_muscle(muscle_mv, centre.rate_hz, shared.drifts[0], random, electrode);
    add_mains(mains_mv, shared, random, electrode);
  }
  constexpr double kEventsPerSecond = 0.15;
  const auto most = 1 + static_cast<std::size_t>(2 * kEventsPerSecond * centre.seconds);
  for (std::size_t events = random.below(most + 1); events > 0; --events) {
    const std::size_t electrode = random.below(kElectrodes);
    const double size_mv = 3 * centre.electrode_mv * random.normal();
    add_event(size_mv, centre.rate_hz, random, electrodes[electrode]);
  }

  std::array<Samples, kMeasured> leads;
  leads.fill(Samples(samples));
  for (std::size_t i = 0; i < samples; ++i) {
    const double right = electrodes[kRightArm][i], left = electrodes[kLeftArm][i],
                 leg = electrodes[kLeftLeg][i];
    leads[0][i] = left - right;
    leads[1][i] = leg - right;
    const double central_terminal = (right + left + leg) / 3;
    for (std::size_t chest = 0; chest < 6; ++chest)
      leads[2 + chest][i] = electrodes[kFirstChest + chest][i] - central_terminal;
  }
  return leads;
}

}  // namespace liteheart::simulator
