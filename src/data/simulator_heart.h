// A patient's heart: the waves of its beats, shaped by its findings.
#pragma once

#include <cstdint>
#include <vector>

#include "data/simulator_dipole.h"
#include "data/simulator_findings.h"
#include "data/simulator_rhythm.h"

namespace liteheart::simulator {

struct Heart {
  double age_years = 0;
  bool female = false;
  Torso torso;

  double pr_s = 0, ectopic_pr_s = 0;  // onset of P (of a premature atrial beat) to onset of QRS
  double qrs_s = 0;                   // duration
  double qtc_s = 0;                   // at an RR interval of 1 s
  std::vector<Lobe> p, ectopic_p;     // times from the onset of P
  std::vector<Lobe> qrs;              // times from the onset of QRS
  std::vector<Lobe> st;               // times from the end of QRS at a QT of 0.4 s
  std::vector<Lobe> t;                // times in QT intervals from the onset of QRS
  std::vector<Lobe> ectopic_qrs, ectopic_t;  // of a premature ventricular beat
};

/// The heart of a seed. Findings change what they are about and leave the rest of it alone.
Heart draw_heart(const Findings& findings, std::uint64_t seed);

/// Adds one beat; `gain` is the breath's on this beat's voltage.
void add_beat(const Heart& heart, const Beat& beat, double gain, DipoleTrack& track);

/// Adds the fibrillating or fluttering atria, if `findings` has them.
void add_atria(const Findings& findings, const Rhythm& rhythm, Random& random, DipoleTrack& track);

}  // namespace liteheart::simulator
