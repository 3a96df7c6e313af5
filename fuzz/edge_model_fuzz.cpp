// The loader of edge models: any bytes are refused, or run within the memory that they ask for; and
// refused, or explained.
// The first byte says what the others are: a file, or changes to a sound one, with trees or without
// (4 bytes where, 1 what).
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "ecg/error.h"
#include "edge/network.h"
#include "explain/regions.h"
#include "tests/edge/small_model.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace liteheart::edge;
  namespace test = liteheart::test;
  static const test::SmallTrees trees;
  static const std::vector<std::uint8_t> sound[] = {
      test::small_edge_model(),
      test::small_edge_model(512, test::kToomWeights, false, {0}, "{}", false, &trees)};
  if (size == 0) return 0;
  std::vector<std::uint8_t> file(bytes + 1, bytes + size);
  if (bytes[0] % 2 == 0) {
    file = sound[bytes[0] / 2 % 2];
    for (std::size_t i = 1; i + 5 <= size; i += 5) {
      std::uint32_t where = 0;
      std::memcpy(&where, bytes + i, sizeof where);
      file[where % file.size()] = bytes[i + 4];
    }
  }
  EdgeModel model;
  if (EdgeModel::open(file.data(), file.size(), model) != ModelStatus::kOk) return 0;
  if (model.arena_bytes() > 4'000'000 || model.multiply_adds() > 10'000'000) return 0;
  std::vector<float> window(model.leads() * static_cast<std::size_t>(model.conditioning().window));
  for (std::size_t i = 0; i < window.size(); i += 80) window[i] = 1;  // beats to measure
  std::vector<std::uint8_t> arena(model.arena_bytes());
  std::vector<float> logits(model.diagnoses());
  const auto samples = static_cast<std::size_t>(model.conditioning().window);
  std::vector<float> leads(model.restores() ? 12 * samples : 0);
  const Restored to = {leads.data(), samples, samples};
  model.run(window.data(), arena.data(), arena.size(), logits.data(),
            model.restores() ? &to : nullptr, best_kernels());
  try {
    const std::size_t classes[] = {0};
    liteheart::Explainer(file, "fuzz").explain(window, classes);
  } catch (const liteheart::Error&) {
  }
  return 0;
}
