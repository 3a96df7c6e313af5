// What a recording must at least be, to train on it or to diagnose it.
#pragma once

#include "ecg/recording.h"

namespace liteheart {

/// Throws Error where it has too few samples a second (edge::RPeaks::kLowestRate) or is shorter
/// than edge::kShortestSeconds.
void require_judgeable(const Recording& recording);

}  // namespace liteheart
