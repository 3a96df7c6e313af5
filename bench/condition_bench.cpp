// What conditioning costs: one 10 s recording, from millivolts at the source rate to the
// band-passed leads at the preset's rate, and one window cut from it.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "edge/condition.h"

namespace {

namespace edge = liteheart::edge;

std::vector<float> noise(std::size_t count) {
  std::vector<float> values(count);
  std::uint32_t state = 1;
  for (float& value : values) {
    state = state * 1664525u + 1013904223u;
    value = static_cast<float>(state >> 8) / 8388608.0f - 1.0f;
  }
  return values;
}

void filter(benchmark::State& state, const edge::Conditioning& c, double source_hz,
            std::size_t leads) {
  const auto samples = static_cast<std::size_t>(std::lround(10 * source_hz));
  const std::vector<float> mv = noise(samples * leads);
  std::vector<float> out(edge::filtered_samples(c, source_hz, samples) * leads);
  std::vector<float> scratch(edge::filter_scratch(c, source_hz, samples, leads));
  for (auto _ : state) {
    const edge::Status status =
        edge::filter_recording(c, source_hz, mv.data(), samples, leads, out.data(), out.size(),
                               scratch.data(), scratch.size());
    if (status != edge::Status::kOk) state.SkipWithError(edge::status_text(status));
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations());
}

void window(benchmark::State& state) {
  const edge::Conditioning c = edge::compact_100();
  const std::vector<float> filtered = noise(12 * 1000);
  std::vector<float> out(12 * static_cast<std::size_t>(c.window));
  for (auto _ : state) {
    edge::cut_window(c, filtered.data(), 1000, 12, 0, out.data());
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK_CAPTURE(filter, 12_leads_100_to_100, edge::compact_100(), 100, 12);
BENCHMARK_CAPTURE(filter, 12_leads_500_to_100, edge::compact_100(), 500, 12);
BENCHMARK_CAPTURE(filter, 12_leads_1000_to_100, edge::compact_100(), 1000, 12);
BENCHMARK_CAPTURE(filter, 12_leads_500_to_500, edge::paper_500(), 500, 12);
BENCHMARK_CAPTURE(filter, 12_leads_100_to_500, edge::paper_500(), 100, 12);
BENCHMARK_CAPTURE(filter, 1_lead_300_to_100, edge::compact_100(), 300, 1);
BENCHMARK_CAPTURE(filter, 1_lead_513_625_to_100, edge::compact_100(), 513.625, 1);
BENCHMARK_CAPTURE(filter, 1_lead_512_508_to_100, edge::compact_100(), 512.508, 1);
BENCHMARK(window)->Name("window/12_leads_100");

}  // namespace
