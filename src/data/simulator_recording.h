// One recording from a heart and a moment: what simulate and simulate_centre share.
#pragma once

#include <cstdint>

#include "data/simulator.h"
#include "data/simulator_findings.h"
#include "data/simulator_rhythm.h"

namespace liteheart::simulator {

/// When the heart beats in the recordings of a moment.
Rhythm moment_rhythm(const Findings& findings, double seconds, std::uint64_t moment_seed);

/// The heart (and person) of heart_seed, recorded with the rhythm and noise of moment_seed.
/// Throws Error if the centre's rate, length or resolution makes no recording.
Recording record(const SimulatedCentre& centre, const Findings& findings, std::uint64_t heart_seed,
                 std::uint64_t moment_seed);

}  // namespace liteheart::simulator
