// One recording from a heart and a moment: what simulate and simulate_centre share.
#pragma once

#include <cstdint>

#include "data/simulator.h"
#include "data/simulator_findings.h"

namespace liteheart::simulator {

/// The heart (and person) of heart_seed, recorded with the rhythm and noise of moment_seed.
/// Throws Error if the centre's rate, length or resolution makes no recording.
Recording record(const SimulatedCentre& centre, const Findings& findings, std::uint64_t heart_seed,
                 std::uint64_t moment_seed);

}  // namespace liteheart::simulator
