#include "data/simulator_heart.h"

#include <algorithm>
#include <cmath>

namespace liteheart::simulator {
namespace {

// Streams of a heart's seed: one a subject, so that a finding of one does not disturb another.
enum Stream : std::uint64_t {
  kPerson,
  kTorso,
  kIntervals,
  kPWave,
  kQrsWave,
  kBundleBranch,
  kAxis,
  kVoltage,
  kTWave,
  kStSegment,
  kEctopic,
};

double clamped_normal(Random& random, double mean, double sd, double low, double high) {
  return std::clamp(random.normal(mean, sd), low, high);
}

void vary(std::vector<Lobe>& lobes, double amplitude_sd, double time_sd, Random& random) {
  for (Lobe& lobe : lobes) {
    lobe.mv = clamped_normal(random, 1, amplitude_sd, 0.5, 1.6) * lobe.mv;
    lobe.rise_s *= clamped_normal(random, 1, time_sd, 0.8, 1.2);
    lobe.fall_s *= clamped_normal(random, 1, time_sd, 0.8, 1.2);
  }
}

void scale(double factor, std::vector<Lobe>& lobes) {
  for (Lobe& lobe : lobes) lobe.mv = factor * lobe.mv;
}

void draw_person(Heart& heart, Random random) {
  heart.age_years = std::floor(clamped_normal(random, 58, 17, 18, 92));
  heart.female = random.chance(0.48);
}

void draw_intervals(const Findings& findings, Heart& heart, Random random) {
  const double usual_pr = random.uniform(0.13, 0.18), long_pr = random.uniform(0.225, 0.31);
  const double usual_qtc = clamped_normal(random, heart.female ? 0.405 : 0.395, 0.012, 0.37, 0.43);
  const double long_qtc = random.uniform(0.495, 0.56);
  heart.pr_s = findings.has(Finding::kFirstDegreeBlock) ? long_pr : usual_pr;
  heart.qtc_s = findings.has(Finding::kLongQt) ? long_qtc : usual_qtc;
}

void draw_p_wave(Heart& heart, Random random) {
  // Right atrium, then left.
  heart.p = {{0.040, 0.0165, 0.019, {0.06, 0.075, -0.06}},
             {0.068, 0.0185, 0.016, {0.10, 0.05, 0.08}}};
  vary(heart.p, 0.2, 0.05, random);
  // A low focus: the wave travels upwards.
  heart.ectopic_p = {{0.036, 0.015, 0.018, {0.06, -0.10, -0.01}},
                     {0.060, 0.018, 0.015, {0.03, -0.05, 0.03}}};
  vary(heart.ectopic_p, 0.25, 0.05, random);
  heart.ectopic_pr_s = random.uniform(0.11, 0.14);
}

std::vector<Lobe> usual_qrs(Heart& heart, Random random) {
  // Septum, free walls, base.
  std::vector<Lobe> qrs = {{0.014, 0.0062, 0.0070, {-0.10, -0.05, -0.30}},
                           {0.036, 0.0090, 0.0090, {1.20, 0.80, 0.22}},
                           {0.057, 0.0090, 0.0090, {-0.17, 0.03, 0.60}}};
  vary(qrs, 0.2, 0.07, random);
  const double slowness = random.uniform(0.95, 1.2);
  for (Lobe& lobe : qrs) {
    lobe.peak_s *= slowness;
    lobe.rise_s *= slowness;
    lobe.fall_s *= slowness;
  }
  heart.qrs_s = 0.078 * slowness;
  return qrs;
}

std::vector<Lobe> left_bundle_qrs(Heart& heart, Random random) {
  // The septum is reached from the right, the free wall late: two slow lobes, a notch between them.
  std::vector<Lobe> qrs = {{0.022, 0.0085, 0.012, {0.12, 0.10, -0.12}},
                           {0.062, 0.0170, 0.016, {0.75, 0.30, 0.75}},
                           {0.103, 0.0170, 0.016, {0.90, 0.20, 0.50}}};
  vary(qrs, 0.15, 0.05, random);
  const double slowness = random.uniform(1.12, 1.3);
  for (Lobe& lobe : qrs) lobe.peak_s *= slowness;
  heart.qrs_s = 0.103 * slowness + 0.035;
  return qrs;
}

std::vector<Lobe> right_bundle_terminal(Heart& heart, Random random) {
  // The right ventricle alone, late and slow: to the right and to the front.
  const double delay = random.uniform(1.13, 1.25);
  std::vector<Lobe> terminal = {{0.093 * delay, 0.0210, 0.021, {-0.48, -0.04, -0.42}}};
  vary(terminal, 0.12, 0.05, random);
  heart.qrs_s = 0.093 * delay + 0.044;
  return terminal;
}

double draw_axis_deg(const Findings& findings, Random random) {
  const double usual = clamped_normal(random, 40, 22, -12, 78);
  if (findings.has(Finding::kLeftAxis)) return random.uniform(-70, -38);
  if (findings.has(Finding::kRightAxis)) return random.uniform(105, 150);
  return usual;
}

// Scales the QRS complex until the voltage criteria hold that its findings (or their absence) ask
// for. Low voltage spares P and T no more than in part.
void set_voltage(const Findings& findings, Heart& heart, Random random) {
  const Voltages voltages = measure_voltages(heart.torso, heart.qrs);
  const double low_limb_mv = random.uniform(0.28, 0.43);
  const double high_sokolow_mv = random.uniform(3.9, 5.2);
  if (findings.has(Finding::kLowVoltage)) {
    const double factor = low_limb_mv / voltages.limb_mv;
    scale(factor, heart.qrs);
    scale(0.6, heart.p);
    scale(std::clamp(factor, 0.25, 0.6), heart.t);
  } else if (findings.has(Finding::kLeftHypertrophy)) {
    scale(high_sokolow_mv / voltages.sokolow_lyon_mv, heart.qrs);
  } else {
    constexpr double kLimbFloor = 0.75, kSokolowCeiling = 3.1;
    const double enough = std::max(1.0, kLimbFloor / voltages.limb_mv);
    scale(std::min(enough, kSokolowCeiling / voltages.sokolow_lyon_mv), heart.qrs);
  }
}

void draw_qrs(const Findings& findings, Heart& heart, std::uint64_t seed) {
  heart.qrs = usual_qrs(heart, Random(seed, kQrsWave));
  if (findings.has(Finding::kLeftBundleBlock))
    heart.qrs = left_bundle_qrs(heart, Random(seed, kBundleBranch));
  if (findings.has(Finding::kLeftHypertrophy))
    for (Lobe& lobe : heart.qrs) lobe.mv = {1.3 * lobe.mv.x, 0.9 * lobe.mv.y, 1.4 * lobe.mv.z};

  Random axis(seed, kAxis);
  turn_horizontally(12 * axis.normal(), heart.qrs);
  turn_to_axis(heart.torso, draw_axis_deg(findings, axis), heart.qrs);
  // The axis of a right bundle branch block is that of the forces before the late ones.
  if (findings.has(Finding::kRightBundleBlock))
    for (const Lobe& lobe : right_bundle_terminal(heart, Random(seed, kBundleBranch)))
      heart.qrs.push_back(lobe);
}

Dipole inverted_t(Random& random) {
  const double place = random.uniform();
  if (place < 0.6) return {-0.28, 0.05, 0.05};   // I, aVL, V4-V6
  if (place < 0.8) return {0.18, -0.30, -0.10};  // II, III, aVF
  return {0.10, 0.15, 0.35};                     // V1-V3
}

void draw_t_wave(const Findings& findings, Heart& heart, Random random) {
  const double size = clamped_normal(random, 1, 0.22, 0.6, 1.5);
  const double turn_deg = random.normal(0, 8);
  Dipole t = {0.30, 0.22, -0.15};
  if (findings.has(Finding::kTInversion)) t = inverted_t(random);
  // Repolarization is discordant where depolarization took a detour.
  if (findings.has(Finding::kLeftBundleBlock)) t = {-0.25, 0.05, -0.30};
  if (findings.has(Finding::kRightBundleBlock)) t = t + Dipole{0.03, 0, 0.22};
  if (findings.has(Finding::kStDepression)) t = 0.7 * t;
  heart.t = {{0.76, 0.155, 0.105, size * t}};
  turn_horizontally(turn_deg, heart.t);
}

Dipole elevated_st(Random& random) {
  const double place = random.uniform();
  if (place < 0.45) return {0.10, 0, -0.25};  // V1-V4
  if (place < 0.75) return {-0.04, 0.25, 0};  // II, III, aVF
  return {0.30, -0.04, 0};                    // I, aVL, V5, V6
}

void draw_st_segment(const Findings& findings, Heart& heart, Random random) {
  const double size = random.uniform(0.85, 1.5);
  Dipole st;
  if (findings.has(Finding::kStElevation)) st = size * elevated_st(random);
  if (findings.has(Finding::kStDepression)) st = size * Dipole{-0.19, -0.11, 0.03};
  if (findings.has(Finding::kLeftBundleBlock)) st = Dipole{-0.04, 0, -0.05};
  heart.st = {{0.070, 0.028, 0.055, st}};
}

void draw_ectopic(Heart& heart, Random random) {
  const bool left = random.chance(0.4);
  const double upward = random.uniform(-0.9, 0.9);
  const double size = random.uniform(1.1, 1.7);
  const Dipole direction =
      left ? size * Dipole{-0.75, upward, -0.75} : size * Dipole{0.75, upward, 0.75};
  heart.ectopic_qrs = {{0.058, 0.021, 0.020, 0.8 * direction}, {0.105, 0.021, 0.021, direction}};
  vary(heart.ectopic_qrs, 0.15, 0.05, random);
  heart.ectopic_t = {{0.76, 0.15, 0.105, -0.35 * direction}};
}

// f waves: two drifting oscillations of some 5-8 Hz, mostly towards V1.
void add_fibrillation(Random& random, DipoleTrack& track) {
  const double size = random.uniform(0.6, 1.4);
  const Dipole directions[] = {size * Dipole{-0.015, 0.025, -0.05},
                               size * Dipole{0.015, 0.03, -0.02}};
  for (const Dipole& direction : directions) {
    const double hz = random.uniform(5, 8);
    const double keep = std::exp(-1 / (0.4 * track.rate_hz));  // the drift forgets in 0.4 s
    const double renew = std::sqrt(1 - keep * keep);
    double phase = random.uniform(0, kTurn), drift = random.normal(), swell = random.normal();
    for (Dipole& dipole : track.mv) {
      drift = keep * drift + renew * random.normal();
      swell = keep * swell + renew * random.normal();
      phase += kTurn * hz * (1 + 0.12 * drift) / track.rate_hz;
      dipole = dipole + (1 + 0.35 * swell) * std::sin(phase) * direction;
    }
  }
}

// F waves: a saw, falling slowly and rising fast in II, III and aVF, of four harmonics.
void add_flutter(double atrial_hz, Random& random, DipoleTrack& track) {
  const double size = random.uniform(0.8, 1.4);
  const Dipole direction = size * Dipole{0.01, 0.11, -0.04};
  const double start = random.uniform(0, kTurn);
  for (std::size_t i = 0; i < track.mv.size(); ++i) {
    const double phase = start + kTurn * atrial_hz * static_cast<double>(i) / track.rate_hz;
    const double sine = std::sin(phase), cosine = std::cos(phase);
    const double sine2 = 2 * sine * cosine, cosine2 = 1 - 2 * sine * sine;
    const double sine3 = sine2 * cosine + cosine2 * sine, sine4 = 2 * sine2 * cosine2;
    const double saw = sine + sine2 / 2 + sine3 / 3 + 0.15 * sine4;
    track.mv[i] = track.mv[i] + saw * direction;
  }
}

}  // namespace

Heart draw_heart(const Findings& findings, std::uint64_t seed) {
  Heart heart;
  draw_person(heart, Random(seed, kPerson));
  Random torso(seed, kTorso);
  heart.torso = draw_torso(torso);
  draw_intervals(findings, heart, Random(seed, kIntervals));
  draw_p_wave(heart, Random(seed, kPWave));
  draw_qrs(findings, heart, seed);
  draw_t_wave(findings, heart, Random(seed, kTWave));
  draw_st_segment(findings, heart, Random(seed, kStSegment));
  set_voltage(findings, heart, Random(seed, kVoltage));
  draw_ectopic(heart, Random(seed, kEctopic));
  return heart;
}

void add_beat(const Heart& heart, const Beat& beat, double gain, DipoleTrack& track) {
  if (beat.kind == BeatKind::kSinus)
    for (const Lobe& lobe : heart.p) track.add(lobe, beat.onset_s - heart.pr_s, 1, gain);
  if (beat.kind == BeatKind::kPrematureAtrial)
    for (const Lobe& lobe : heart.ectopic_p)
      track.add(lobe, beat.onset_s - heart.ectopic_pr_s, 1, gain);

  // Fridericia: QT = QTc * cbrt(RR); a wide QRS complex adds its delay.
  constexpr double kNarrowQrs = 0.08, kEctopicDelay = 0.05;
  const double narrow_qt = heart.qtc_s * std::cbrt(beat.usual_rr_s);
  if (beat.kind == BeatKind::kPrematureVentricular) {
    for (const Lobe& lobe : heart.ectopic_qrs) track.add(lobe, beat.onset_s, 1, gain);
    for (const Lobe& lobe : heart.ectopic_t)
      track.add(lobe, beat.onset_s, narrow_qt + kEctopicDelay, gain);
    return;
  }
  const double qt = narrow_qt + std::max(0.0, heart.qrs_s - kNarrowQrs);
  for (const Lobe& lobe : heart.qrs) track.add(lobe, beat.onset_s, 1, gain);
  for (const Lobe& lobe : heart.st)
    track.add(lobe, beat.onset_s + heart.qrs_s, std::min(1.0, qt / 0.4), gain);
  for (const Lobe& lobe : heart.t) track.add(lobe, beat.onset_s, qt, gain);
}

void add_atria(const Findings& findings, const Rhythm& rhythm, Random& random, DipoleTrack& track) {
  if (findings.has(Finding::kFibrillation)) add_fibrillation(random, track);
  if (findings.has(Finding::kFlutter)) add_flutter(rhythm.atrial_hz, random, track);
}

}  // namespace liteheart::simulator
