// Augmentation of conditioned segments; every random choice comes from the given generator.
#pragma once

#include <span>

#include "data/random.h"

namespace liteheart {

/// Weak: one gain for all leads, log-uniform within +-15 % x strength. signal: [lead, time],
/// changed in place.
void augment_weak(std::span<float> signal, double strength, Random& random);

/// Strong, on what the wearable sees only: white noise up to 5 % of the lead's s.d. x strength, and
/// with probability 0.3 a stretch of up to 10 % of the window lost. lead: [time], changed in place.
void augment_strong(std::span<float> lead, double strength, Random& random);

/// Share of the window that CutMix replaces: 1 - Beta(a, a) by Johnk's method.
double cutmix_share(double a, Random& random);

}  // namespace liteheart
