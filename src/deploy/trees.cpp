#include "deploy/trees.h"

#include <cstdint>
#include <utility>
#include <vector>

#include "ecg/error.h"
#include "measured/measurements.h"

namespace liteheart {

void require_trees_for_devices(const Model& model, const std::string& place) {
  if (!model.trees || model.trees->shares() == 1) return;
  throw Error(place, "is a teacher that measures: no device holds its trees",
              "train it with --measured_share 0");
}

Model network_alone(const Model& model) {
  Model network = model;
  if (!model.trees) return network;
  network.trees = nullptr;
  network.card.trees.reset();
  network.card.decision = std::exchange(network.card.network_decision, {});
  return network;
}

void add_trees(const Model& model, std::span<const float> windows, std::span<float> logits) {
  if (!model.trees) return;
  const ModelCard& card = model.card;
  const std::vector<std::uint8_t> which(card.leads.begin(), card.leads.end());
  const std::size_t floats = which.size() * static_cast<std::size_t>(card.conditioning.window),
                    classes = card.classes.size();
  for (std::size_t i = 0; i < windows.size() / floats; ++i) {
    model.add_trees(
        logits.subspan(i * classes, classes),
        measure_window(windows.subspan(i * floats, floats), which, card.conditioning.rate_hz));
  }
}

}  // namespace liteheart
