// The shipped LCCI system on one 10 s window, one thread: each kernel path of this machine, beside
// libtorch. GMAC/s counts convolutions and linear layers as the exported network does them;
// "multiply_add_peak" is the product kernel alone, on operands in the first-level cache.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <random>

#include "deploy/edge_export.h"
#include "deploy/engine.h"
#include "edge/network.h"

namespace {

using namespace liteheart;

const std::vector<std::uint8_t>& shipped() {
  static const std::vector<std::uint8_t> bytes = edge_bytes(load_model(LITEHEART_SHIPPED_MODEL));
  return bytes;
}

std::vector<float> window(std::size_t floats) {
  std::minstd_rand random(1);
  std::normal_distribution<float> normal(0, 0.3F);
  std::vector<float> x(floats);
  for (float& v : x) v = normal(random);
  return x;
}

void edge_path(benchmark::State& state, const edge::Kernels& kernels) {
  edge::EdgeModel model;
  if (edge::EdgeModel::open(shipped().data(), shipped().size(), model) != edge::ModelStatus::kOk) {
    state.SkipWithError("the model does not open");
    return;
  }
  const auto x = window(model.leads() * static_cast<std::size_t>(model.conditioning().window));
  std::vector<std::byte> arena(model.arena_bytes());
  std::vector<float> logits(model.diagnoses());
  for (auto _ : state)
    model.run(x.data(), arena.data(), arena.size(), logits.data(), nullptr, kernels);
  state.counters["GMAC/s"] = benchmark::Counter(static_cast<double>(model.multiply_adds()) * 1e-9,
                                                benchmark::Counter::kIsIterationInvariantRate);
  state.counters["arena_KB"] = static_cast<double>(model.arena_bytes()) / 1024;
}

void lcci_libtorch(benchmark::State& state) {
  const auto engine = open_torch_engine(LITEHEART_SHIPPED_MODEL, 1);
  const auto x = window(engine->window_floats());
  for (auto _ : state) benchmark::DoNotOptimize(engine->run(x, false));
}
BENCHMARK(lcci_libtorch)->Unit(benchmark::kMicrosecond);

/// The product kernel on operands that stay in the first-level cache.
void multiply_add_peak(benchmark::State& state) {
  constexpr std::size_t kRows = 6, kColumns = 64, kDepth = 64;
  const auto in = window(kRows * kDepth), weight = window(kDepth * kColumns),
             bias = window(kColumns);
  std::vector<float> out(kRows * kColumns);
  const edge::Gemm g = {in.data(), weight.data(), bias.data(), nullptr, out.data(),
                        kRows,     kColumns,      kDepth,      kDepth,  false};
  const edge::Kernels& kernels = edge::best_kernels();
  for (auto _ : state) {
    kernels.gemm(g);
    benchmark::ClobberMemory();
  }
  state.counters["GMAC/s"] =
      benchmark::Counter(static_cast<double>(kRows * kColumns * kDepth) * 1e-9,
                         benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(multiply_add_peak);

const bool registered = [] {
  const edge::Kernels* paths[8];
  const std::size_t count = edge::kernel_paths(paths, 8);
  for (std::size_t p = 0; p < count; ++p) {
    benchmark::RegisterBenchmark(fmt::format("lcci_edge/{}", paths[p]->name).c_str(),
                                 [kernels = paths[p]](auto& state) { edge_path(state, *kernels); })
        ->Unit(benchmark::kMicrosecond);
  }
  return true;
}();

}  // namespace
