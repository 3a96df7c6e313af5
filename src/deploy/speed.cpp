#include "deploy/speed.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <random>

#include "deploy/model_bytes.h"
#include "ecg/error.h"
#include "edge/network.h"

namespace liteheart {
namespace {

using Clock = std::chrono::steady_clock;

double microseconds(Clock::duration d) {
  return std::chrono::duration<double, std::micro>(d).count();
}

}  // namespace

Timed time_model(std::span<const std::uint8_t> bytes, const std::string& name, double seconds) {
  constexpr int kRounds = 21;
  const ModelBytes file(bytes);
  const edge::EdgeModel model = open_edge_model(file, name);
  const edge::Kernels* paths[8];
  const std::size_t count = edge::kernel_paths(paths, 8);

  std::vector<float> window(model.leads() * static_cast<std::size_t>(model.conditioning().window)),
      logits(model.diagnoses());
  std::minstd_rand random(1);
  for (float& x : window) x = static_cast<float>(random() % 1000) / 1000 - 0.5F;
  std::vector<std::byte> arena(model.arena_bytes());
  const auto run = [&](const edge::Kernels& kernels, int times) {
    const auto start = Clock::now();
    for (int i = 0; i < times; ++i)
      model.run(window.data(), arena.data(), arena.size(), logits.data(), nullptr, kernels);
    return microseconds(Clock::now() - start) / times;
  };

  Timed timed;
  timed.bytes = model.bytes();
  timed.file = bytes.size();
  timed.arena = model.arena_bytes();
  timed.multiply_adds = model.multiply_adds();
  timed.window_seconds = model.conditioning().window / model.conditioning().rate_hz;
  std::vector<int> times;
  for (std::size_t p = 0; p < count; ++p)
    times.push_back(std::max(1, static_cast<int>(seconds * 1e6 / kRounds / run(*paths[p], 1))));
  std::vector<std::vector<double>> taken(count);
  for (int round = 0; round < kRounds; ++round) {
    for (std::size_t p = 0; p < count; ++p) taken[p].push_back(run(*paths[p], times[p]));
  }
  for (std::size_t p = 0; p < count; ++p) {
    std::sort(taken[p].begin(), taken[p].end());
    const double median = taken[p][kRounds / 2];
    timed.paths.push_back({paths[p]->name, median, taken[p].front(), taken[p].back(),
                           static_cast<double>(timed.multiply_adds) / median * 1e-3});
  }
  return timed;
}

std::string to_table(const Timed& t) {
  std::string text = fmt::format(
      "{}, {:.0f} KB; {:.0f} KB of memory; {:.1f} M multiply-adds for a window of {:.2f} s\n\n",
      t.bytes ? "int8" : "fp32", static_cast<double>(t.file) / 1024,
      static_cast<double>(t.arena) / 1024, static_cast<double>(t.multiply_adds) * 1e-6,
      t.window_seconds);
  text += fmt::format("{:<12}{:>12}{:>24}{:>10}{:>18}\n", "one thread", "us/window",
                      "quickest - slowest", "GMAC/s", "times real time");
  for (const Speed& s : t.paths) {
    text += fmt::format("{:<12}{:>12.0f}{:>24}{:>10.1f}{:>18.0f}\n", s.path, s.microseconds,
                        fmt::format("{:.0f} - {:.0f}", s.quickest, s.slowest), s.gmacs,
                        t.window_seconds * 1e6 / s.microseconds);
  }
  return text;
}

}  // namespace liteheart
