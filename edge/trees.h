// The boosted trees of a model file: what is measured on the leads, beside what the network sees.
#pragma once

#include <cstddef>

namespace liteheart::edge {

namespace file {
struct Model;
struct Trees;
}  // namespace file

/// Of a tree: splits one behind the other on the way to a leaf, all splits, all leaves.
inline constexpr std::size_t kTreeDepth = 3, kTreeSplits = 7, kTreeLeaves = 8;
/// Trees of one class at most.
inline constexpr std::size_t kMostTrees = 1000;

/// Whether its tables agree with each other, and with a window that can be measured.
bool check_trees(const file::Model& model);

/// Of trees that were checked: measured: [kMeasurements]; logits, [class]: in the network's, out
/// the mean with the trees'.
void add_trees(const file::Trees& trees, const float* measured, float* logits);

}  // namespace liteheart::edge
