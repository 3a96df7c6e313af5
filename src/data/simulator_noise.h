// The noise of a recording, at the nine electrodes, so that it obeys the same lead relations as the
// heart.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "data/random.h"
#include "data/simulator.h"
#include "data/simulator_dipole.h"
#include "data/simulator_rhythm.h"

namespace liteheart::simulator {

/// Noise of the measured leads I, II, V1..V6, [lead][time], mV: baseline wander (breath and drift),
/// muscle (white noise shaped to about 20-100 Hz, of changing strength), mains with its third
/// harmonic, and electrodes that jump or pop. Levels are the centre's times a factor of the
/// recording.
std::array<std::vector<double>, kMeasured> draw_noise(const SimulatedCentre& centre,
                                                      std::size_t samples,
                                                      const Respiration& respiration,
                                                      Random& random);

}  // namespace liteheart::simulator
