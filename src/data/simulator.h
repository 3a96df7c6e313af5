// Simulated 12-lead recordings with known truth: a moving heart dipole projected on the leads,
// physiological timing, findings, and the noise of a centre's device. Never called real.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "ecg/recording.h"

namespace liteheart {

/// The device and population of a simulated centre.
struct SimulatedCentre {
  std::string name;
  double rate_hz = 500;
  double seconds = 10;
  double wander_mv = 0.1, muscle_mv = 0.01, mains_mv = 0.01, electrode_mv = 0.05;  // noise, r.m.s.
  double mains_hz = 50;
  double healthy_share = 0.4;       // recordings of plain sinus rhythm
  double gain_sd = 0.01;            // relative error of a channel's gain
  double step_mv = 0.001;           // resolution of the converter
  std::vector<std::string> common;  // findings this population has more of, by abbreviation
};
/// The three built-in centres.
std::vector<SimulatedCentre> simulated_centres();

/// Findings the simulator can draw, by the vocabulary's abbreviations ("AF", "RBBB", ...).
std::vector<std::string> simulated_findings();

/// One recording with exactly the given findings (abbreviations; empty = sinus rhythm, the code of
/// which is then the only diagnosis). Deterministic by seed, on every platform. Throws Error if
/// findings are unknown or exclude each other, or the centre's rate, length or resolution makes no
/// recording.
Recording simulate(const SimulatedCentre& centre, const std::vector<std::string>& findings,
                   std::uint64_t seed);

/// Writes `records` recordings of about records/1.15 patients under folder/CENTRE as WFDB, with
/// records.csv (record,patient_id,fold,age,sex), folds 1-10 by patient. A patient's recordings show
/// one heart. Among those that are not healthy every finding is chief of an equal share, so that
/// none is rare. Deterministic by seed. The folder appears whole, in the place of an older one.
/// Throws Error as simulate does, or if the disk refuses.
void simulate_centre(const SimulatedCentre& centre, std::size_t records, std::uint64_t seed,
                     const std::filesystem::path& folder);

}  // namespace liteheart
