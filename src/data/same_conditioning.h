#pragma once

#include <string>

#include "data/dataset.h"

namespace liteheart {

/// Throws Error (place) unless a model's conditioning is the data set's.
void require_same_conditioning(const edge::Conditioning& model, const PreparedDataset& data,
                               const std::string& place);

}  // namespace liteheart
