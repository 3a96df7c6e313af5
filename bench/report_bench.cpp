// Pictures: a page of twelve leads at 500 Hz, as SVG and as PDF.
#include <benchmark/benchmark.h>

#include "data/simulator.h"
#include "report/ecg_paper.h"
#include "report/paint.h"

namespace liteheart {
namespace {

Drawing page() {
  static const Recording recording = simulate(simulated_centres()[0], {"PVC"}, 3);
  return ecg_pages({recording, 0, nullptr, {}}, {}, kA4, 1)[0];
}

void EcgPageAsSvg(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(to_svg(page()));
}
BENCHMARK(EcgPageAsSvg)->Unit(benchmark::kMillisecond);

void EcgPageAsPdf(benchmark::State& state) {
  for (auto _ : state) {
    const Drawing drawing = page();
    benchmark::DoNotOptimize(to_pdf({&drawing, 1}));
  }
}
BENCHMARK(EcgPageAsPdf)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace liteheart
