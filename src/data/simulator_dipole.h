// The heart as one moving dipole in the Frank frame, and its projection on the leads.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "data/random.h"

namespace liteheart::simulator {

/// mV; x to the patient's left, y to the feet, z to the back.
struct Dipole {
  double x = 0, y = 0, z = 0;
};
Dipole operator+(const Dipole& a, const Dipole& b);
Dipole operator*(double factor, const Dipole& dipole);

/// One lobe of a wave: a Gaussian in time whose rise and fall may differ.
struct Lobe {
  double peak_s = 0, rise_s = 0, fall_s = 0;  // time of the peak, s.d. before and after it
  Dipole mv;                                  // at the peak
};

inline constexpr std::size_t kMeasured = 8;  // I, II, V1..V6; the other four are linear in I and II

/// How each measured lead sees the dipole: lead mV = vector . dipole.
struct Torso {
  std::array<Dipole, kMeasured> vectors;
  double project(std::size_t lead, const Dipole& dipole) const {
    const Dipole& v = vectors[lead];
    return v.x * dipole.x + v.y * dipole.y + v.z * dipole.z;
  }
};
/// Dower's lead vectors (Dower, Machado, Osborne 1980), with a little error on the chest.
Torso draw_torso(Random& random);

/// Turns lobes in the frontal plane (about z) so that leads I and aVF see this net axis, degrees.
void turn_to_axis(const Torso& torso, double axis_deg, std::span<Lobe> lobes);
/// Turns lobes in the horizontal plane (about y), degrees.
void turn_horizontally(double angle_deg, std::span<Lobe> lobes);

struct Voltages {
  double limb_mv = 0;          // largest peak-to-peak deflection of the six limb leads
  double sokolow_lyon_mv = 0;  // S in V1 + R in V5 or V6, the larger
};
Voltages measure_voltages(const Torso& torso, std::span<const Lobe> qrs);

/// The dipole over a recording's samples.
struct DipoleTrack {
  DipoleTrack(double rate, std::size_t samples) : rate_hz(rate), mv(samples) {}
  /// Adds `gain` * lobe, its times counted from origin_s and multiplied by `stretch`.
  void add(const Lobe& lobe, double origin_s, double stretch = 1, double gain = 1);

  double rate_hz;
  std::vector<Dipole> mv;  // [time]
};

}  // namespace liteheart::simulator
