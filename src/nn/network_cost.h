// What a network holds and what a window costs, from its shape alone. No libtorch here.
#pragma once

#include <cstdint>

#include "nn/architecture.h"
#include "nn/model_card.h"

namespace liteheart {

struct NetworkCost {
  std::uint64_t parameters = 0;  // learned ones: without batch norms' running statistics
  /// Of convolutions and linear layers, as the exported network of floats has them: a convolution
  /// after a nearest upsampling meets three rows, not nine, and the last two linear layers are one.
  std::uint64_t multiply_adds = 0;
};

/// window: samples. Strides divide it.
NetworkCost network_cost(const BackboneShape& shape, int window);
NetworkCost network_cost(const RestorationShape& shape, int window);
/// Of all that the model runs, on one of its windows.
NetworkCost network_cost(const ModelCard& card);

}  // namespace liteheart
