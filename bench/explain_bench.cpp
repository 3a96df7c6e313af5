// What it costs to say where a model looks: one window of the shipped model, by how many diagnoses.
#include <benchmark/benchmark.h>

#include <numeric>
#include <vector>

#include "deploy/edge_export.h"
#include "explain/regions.h"

namespace {

const std::vector<std::uint8_t>& shipped() {
  static const auto bytes = liteheart::edge_bytes(liteheart::load_model(LITEHEART_SHIPPED_MODEL));
  return bytes;
}

void open_explainer(benchmark::State& state) {
  for (auto _ : state)
    benchmark::DoNotOptimize(liteheart::Explainer(shipped(), LITEHEART_SHIPPED_MODEL));
}

void explain_window(benchmark::State& state) {
  const liteheart::Explainer explainer(shipped(), LITEHEART_SHIPPED_MODEL);
  std::vector<float> window(explainer.window());
  for (std::size_t t = 0; t < window.size(); ++t) window[t] = t % 80 == 0 ? 1 : 0.1F;
  std::vector<std::size_t> classes(static_cast<std::size_t>(state.range(0)));
  std::iota(classes.begin(), classes.end(), 0);
  for (auto _ : state) benchmark::DoNotOptimize(explainer.explain(window, classes));
}

BENCHMARK(open_explainer)->Unit(benchmark::kMillisecond);
BENCHMARK(explain_window)->Arg(1)->Arg(4)->Unit(benchmark::kMillisecond);

}  // namespace
