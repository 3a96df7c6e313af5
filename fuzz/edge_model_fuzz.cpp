// The loader of edge models: any bytes are refused, or run within the memory that they ask for.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "edge/network.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace liteheart::edge;
  EdgeModel model;
  if (EdgeModel::open(bytes, size, model) != ModelStatus::kOk) return 0;
  if (model.arena_floats() > 1'000'000 || model.multiply_adds() > 10'000'000) return 0;
  const std::vector<float> window(model.leads() *
                                  static_cast<std::size_t>(model.conditioning().window));
  std::vector<float> arena(model.arena_floats()), logits(model.diagnoses());
  model.run(window.data(), arena.data(), arena.size(), logits.data(), nullptr, best_kernels());
  return 0;
}
