// What R peaks and signal quality cost a sample of one lead.
#include <benchmark/benchmark.h>

#include <cmath>
#include <vector>

#include "edge/quality.h"
#include "edge/r_peaks.h"

namespace {

namespace edge = liteheart::edge;

/// 60 s with a sharp beat each 0.8 s, a slow wave between them and some noise.
std::vector<float> beating(double rate_hz) {
  std::vector<float> mv(static_cast<std::size_t>(60 * rate_hz));
  std::uint32_t state = 1;
  for (std::size_t i = 0; i < mv.size(); ++i) {
    state = state * 1664525u + 1013904223u;
    const double t = std::fmod(static_cast<double>(i) / rate_hz, 0.8) - 0.3;
    mv[i] = static_cast<float>(std::exp(-t * t / 2e-4) +
                               0.2 * std::exp(-(t - 0.25) * (t - 0.25) / 4e-3)) +
            0.01F * (static_cast<float>(state >> 8) / 8388608.0F - 1.0F);
  }
  return mv;
}

void r_peaks(benchmark::State& state) {
  const auto rate_hz = static_cast<double>(state.range(0));
  const std::vector<float> mv = beating(rate_hz);
  for (auto _ : state)
    benchmark::DoNotOptimize(
        edge::find_r_peaks(mv.data(), mv.size(), rate_hz, nullptr, 0, nullptr));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(mv.size()));
}

/// Peaks included.
void signal_quality(benchmark::State& state) {
  const auto rate_hz = static_cast<double>(state.range(0));
  const std::vector<float> mv = beating(rate_hz);
  for (auto _ : state) {
    edge::SignalQuality quality(rate_hz);
    for (const float x : mv) quality.push(x);
    quality.finish();
    benchmark::DoNotOptimize(quality.quality());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(mv.size()));
}

BENCHMARK(r_peaks)->Arg(100)->Arg(250)->Arg(500)->Arg(1000);
BENCHMARK(signal_quality)->Arg(100)->Arg(250)->Arg(500)->Arg(1000);

}  // namespace
