#include "data/simulator_rhythm.h"

#include <algorithm>
#include <cmath>

namespace liteheart::simulator {
namespace {

// Beats are drawn this long around the recording: it starts anywhere in a cycle, and premature
// atrial beats pull later ones forward.
constexpr double kLeadIn = 4;
double lead_out(double seconds) { return 0.4 * seconds + 4; }

double draw_rate_bpm(const Findings& findings, Random& random) {
  if (findings.has(Finding::kBradycardia)) return random.uniform(42, 54);
  if (findings.has(Finding::kSinusArrhythmia)) return random.uniform(62, 88);
  if (findings.has(Finding::kFibrillation)) return random.uniform(65, 135);
  if (findings.has(Finding::kTachycardia)) {
    const bool cycle_is_crowded = findings.has(Finding::kPrematureAtrial) ||
                                  findings.has(Finding::kPrematureVentricular) ||
                                  findings.has(Finding::kFirstDegreeBlock);
    return random.uniform(104, cycle_is_crowded ? 122 : 148);
  }
  return random.uniform(63, 90);
}

std::vector<double> sinus_onsets(const Findings& findings, double rr_s, double end_s,
                                 const Respiration& respiration, Random& random) {
  const bool arrhythmia = findings.has(Finding::kSinusArrhythmia);
  const double respiratory = arrhythmia ? random.uniform(0.12, 0.2) : random.uniform(0.008, 0.03);
  const double mayer_wave = random.uniform(0.004, 0.012);  // blood pressure, 0.1 Hz
  const double mayer_phase = random.uniform(0, kTurn);
  std::vector<double> onsets;
  for (double t = -kLeadIn - random.uniform(0, rr_s); t < end_s;) {
    onsets.push_back(t);
    t += rr_s * (1 + respiratory * respiration.at(t) +
                 mayer_wave * std::sin(kTurn * 0.1 * t + mayer_phase) + 0.004 * random.normal());
  }
  return onsets;
}

std::vector<double> fibrillation_onsets(double rr_s, double end_s, Random& random) {
  const double spread = random.uniform(0.21, 0.29);
  std::vector<double> onsets;
  for (double t = -kLeadIn; t < end_s;) {
    onsets.push_back(t);
    t += std::max(0.34, rr_s * std::exp(spread * random.normal()));
  }
  return onsets;
}

std::vector<double> flutter_onsets(double atrial_hz, double end_s, Random& random) {
  const double form = random.uniform();
  const bool variable = form < 0.3;
  const int fixed_ratio = form < 0.6 ? 2 : form < 0.75 ? 3 : 4;
  std::vector<double> onsets;
  for (double t = -kLeadIn - random.uniform(0, 1); t < end_s;) {
    onsets.push_back(t);
    const int ratio = variable ? 2 + static_cast<int>(random.below(3)) : fixed_ratio;
    t += ratio / atrial_hz + 0.003 * random.normal();
  }
  return onsets;
}

// Beats far enough from both ends that they stay in the recording with their pauses, in random
// order.
std::vector<std::size_t> premature_candidates(const std::vector<Beat>& beats, double seconds,
                                              Random& random) {
  std::vector<std::size_t> candidates;
  for (std::size_t i = 0; i < beats.size(); ++i)
    if (beats[i].onset_s > 1.2 && beats[i].onset_s < seconds - 0.8) candidates.push_back(i);
  for (std::size_t left = candidates.size(); left > 1; --left)
    std::swap(candidates[left - 1], candidates[random.below(left)]);
  return candidates;
}

void mark_premature(const Findings& findings, double seconds, std::vector<Beat>& beats,
                    Random& random) {
  std::vector<BeatKind> kinds;
  if (findings.has(Finding::kPrematureAtrial)) kinds.push_back(BeatKind::kPrematureAtrial);
  if (findings.has(Finding::kPrematureVentricular))
    kinds.push_back(BeatKind::kPrematureVentricular);
  if (kinds.empty()) return;

  const auto premature = [&](std::size_t i) {
    return beats[i].kind == BeatKind::kPrematureAtrial ||
           beats[i].kind == BeatKind::kPrematureVentricular;
  };
  const auto candidates = premature_candidates(beats, seconds, random);
  const double burden = random.uniform(0.08, 0.25);
  const auto wanted = std::max(
      kinds.size(), static_cast<std::size_t>(burden * static_cast<double>(candidates.size())));
  std::size_t marked = 0;
  for (const std::size_t i : candidates) {
    if (marked == wanted) break;
    if (premature(i - 1) || premature(i + 1)) continue;
    beats[i].kind = kinds[marked++ % kinds.size()];
  }
}

// A premature ventricular beat leaves the sinus clock alone (full compensatory pause), an atrial
// one resets it.
void advance_premature(double rr_s, std::vector<Beat>& beats, Random& random) {
  const double earliest = std::max(0.58, 0.35 / rr_s);  // the refractory period sets a floor
  for (std::size_t i = 1; i + 1 < beats.size(); ++i) {
    const bool atrial = beats[i].kind == BeatKind::kPrematureAtrial;
    if (!atrial && beats[i].kind != BeatKind::kPrematureVentricular) continue;
    const double coupling = random.uniform(earliest, earliest + 0.12);
    const double pause = atrial ? random.uniform(1.02, 1.12) : 2 - coupling;
    beats[i].onset_s = beats[i - 1].onset_s + coupling * rr_s;
    const double shift = beats[i].onset_s + pause * rr_s - beats[i + 1].onset_s;
    for (std::size_t later = i + 1; later < beats.size(); ++later) beats[later].onset_s += shift;
  }
}

}  // namespace

double Respiration::at(double seconds) const { return std::sin(kTurn * hz * seconds + phase_rad); }

Rhythm draw_rhythm(const Findings& findings, double seconds, Random& random) {
  Rhythm rhythm;
  rhythm.respiration = {random.uniform(0.17, 0.32), random.uniform(0, kTurn)};
  const double end_s = seconds + lead_out(seconds);
  double rr_s = 60 / draw_rate_bpm(findings, random);
  BeatKind kind = BeatKind::kWithoutP;
  std::vector<double> onsets;
  if (findings.has(Finding::kFibrillation)) {
    onsets = fibrillation_onsets(rr_s, end_s, random);
  } else if (findings.has(Finding::kFlutter)) {
    rhythm.atrial_hz = random.uniform(4.1, 5.3);
    onsets = flutter_onsets(rhythm.atrial_hz, end_s, random);
    rr_s = (onsets.back() - onsets.front()) / static_cast<double>(onsets.size() - 1);
  } else {
    kind = BeatKind::kSinus;
    onsets = sinus_onsets(findings, rr_s, end_s, rhythm.respiration, random);
  }

  for (const double onset : onsets) rhythm.beats.push_back({onset, rr_s, kind});
  mark_premature(findings, seconds, rhythm.beats, random);
  advance_premature(rr_s, rhythm.beats, random);

  constexpr double kQtAdaptation = 0.2;  // share of a new RR interval that the next QT follows
  for (std::size_t i = 1; i < rhythm.beats.size(); ++i) {
    const double usual = rhythm.beats[i - 1].usual_rr_s;
    const double rr = rhythm.beats[i].onset_s - rhythm.beats[i - 1].onset_s;
    rhythm.beats[i].usual_rr_s = usual + kQtAdaptation * (rr - usual);
  }
  return rhythm;
}

}  // namespace liteheart::simulator
