// Gives every record of a data set its split as the options ask.
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>

#include "data/prepare.h"

namespace liteheart {

/// Throws Error if the options ask for a way of splitting that is not known, or for a file of
/// splits that cannot be read.
void check_split(const PrepareOptions& options);

/// Throws Error if the options train on a centre that is not among them.
void check_train_centres(const PrepareOptions& options, const std::set<std::string>& centres);

/// Sets RecordRow::split, in a way that check_split knows. labels: [record, class]. Throws Error if
/// it finds nothing to go by, or if a patient would stand in two splits.
void assign_splits(std::span<RecordRow> rows, std::span<const std::uint8_t> labels,
                   std::size_t classes, const PrepareOptions& options);

}  // namespace liteheart
