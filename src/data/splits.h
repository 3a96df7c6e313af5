// Who is trained on, who is validated on, who is tested on, and whose labels are known.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "data/dataset.h"

namespace liteheart {

/// Iterative stratification (Sechidis et al. 2011) of groups (patients) into parts of the given
/// shares (sum 1), so that every label is spread as the shares ask; a group is never divided.
/// group: [record] group number 0..G-1; labels: [record, class]. Returns the part of each record.
/// Deterministic by seed.
std::vector<int> stratify(std::span<const int> group, std::span<const std::uint8_t> labels,
                          std::size_t classes, std::span<const double> shares, std::uint64_t seed);

/// The same of the patients that `members` of the rows are of, as if there were no others. labels:
/// 0/1 per class of a row. Returns the part of each member.
std::vector<int> stratify_patients(
    std::span<const RecordRow> rows, std::span<const std::size_t> members,
    const std::function<std::span<const std::uint8_t>(std::size_t)>& labels, std::size_t classes,
    std::span<const double> shares, std::uint64_t seed);

/// Dense group numbers of the rows' patients, in order of appearance.
std::vector<int> patient_groups(std::span<const RecordRow> rows);

/// Marks the records whose labels may be used when only `ratio` (0, 1] of the patients of each
/// split is labelled: whole patients, stratified over the labels, deterministic by seed. Returns
/// 0/1 per row; rows of Split::kTest are always 1 (they are only measured). Centres may be taken as
/// unlabelled altogether: the choice among the others is as if they were not there. Throws Error
/// naming a centre that the data set does not have.
std::vector<std::uint8_t> choose_labelled(const PreparedDataset& data, double ratio,
                                          std::uint64_t seed,
                                          std::span<const std::string> unlabelled_centres = {});

}  // namespace liteheart
