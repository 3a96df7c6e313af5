// A network as the edge library runs it: what its operations read, write and weigh. Made from
// libtorch's modules, turned to bytes, written into an .lhm file.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "edge/model_generated.h"
#include "measured/boosted_trees.h"
#include "nn/model_card.h"

namespace liteheart {

/// An activation.
struct EdgeSlot {
  std::int64_t time = 0, channels = 0;
  bool bytes = false;  // value = scale * (byte - zero)
  float scale = 1;
  std::uint8_t zero = 0;
};

/// One operation of edge/model.fbs; fields of others stand at their defaults.
struct EdgeStep {
  edge::file::Op op = edge::file::Op_NONE;
  int input = -1, output = -1;  // slots; Leads: the estimated ones, Positions: the output alone
  int other = -1;               // Convolution: slot that is added; Leads: the measured ones
  int taps = 1, stride = 1, padding = 0, phases = 1;
  bool leaky = false;
  std::vector<float> weight;        // [tap x channel in][column]; Positions: its values
  std::vector<std::size_t> depths;  // of weight's matrices, where it is for Toom-Cook
  // [column], columns a multiple of edge::kColumnMultiple; of bytes in floats, as `scale` takes
  // (byte - zero) * weight8 to: the file has both otherwise.
  std::vector<float> bias;
  std::vector<std::int8_t> weight8;
  std::vector<std::int32_t> sum;
  std::vector<float> scale;
  int heads = 0;
  bool causal = false, exact = false, derive = false;

  bool toom_cook() const { return !depths.empty(); }
};

struct EdgeGraph {
  std::vector<EdgeSlot> slots;
  std::vector<EdgeStep> steps;
  int input = -1, restored = -1, logits = -1;  // slots; restored: -1 for none
  std::shared_ptr<const BoostedTrees> trees;   // in one share; or null

  int add_slot(const EdgeSlot& slot) {
    slots.push_back(slot);
    return static_cast<int>(slots.size()) - 1;
  }
  EdgeSlot& slot(int i) { return slots[static_cast<std::size_t>(i)]; }
  const EdgeSlot& slot(int i) const { return slots[static_cast<std::size_t>(i)]; }
};

/// `graph`, of floats, with fewer products: what averages rows before it weighs them does so by
/// itself, and convolutions are done by Toom-Cook where that pays.
EdgeGraph with_fewer_products(const EdgeGraph& graph);

/// The bytes of the .lhm file: activations laid out in one arena, where those share memory that are
/// not alive at the same time.
std::vector<std::uint8_t> edge_bytes(const EdgeGraph& graph, const ModelCard& card);

}  // namespace liteheart
