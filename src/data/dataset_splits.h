// Gives every record of a data set its split as the options ask.
#pragma once

#include <cstdint>
#include <span>

#include "data/prepare.h"

namespace liteheart {

/// Sets RecordRow::split. labels: [record, class]. Throws Error if the way of splitting is unknown
/// or finds nothing to go by, or if a patient would stand in two splits.
void assign_splits(std::span<RecordRow> rows, std::span<const std::uint8_t> labels,
                   std::size_t classes, const PrepareOptions& options);

}  // namespace liteheart
