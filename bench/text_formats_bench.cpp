// How fast ECGs in text are read, in bytes a second, beside a plain C loop over the same lines.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "formats/apple_watch_csv.h"
#include "formats/registry.h"

namespace {

using liteheart::InputFile;
using liteheart::ReadOptions;

double microvolts(int i) { return 300 * std::sin(i * 0.03) + 0.001 * (i * 7919 % 1000); }

std::string apple_export() {
  std::string text =
      "Name,Jo\nDate of Birth,\"1 Jan 1970\"\nRecorded Date,2021-12-17 12:58:58 +0800\n"
      "Classification,Sinus Rhythm\nSymptoms,\nSoftware Version,1.90\nDevice,\"Watch5,1\"\n"
      "Sample Rate,513.625 hertz\n\n\nLead,Lead I\nUnit,µV\n\n";
  for (int i = 0; i < 15400; ++i) text += fmt::format("{:.3f}\n", microvolts(i));
  return text;
}

std::string table() {
  std::string text = "time_s,I_mV,II_mV\n";
  for (int i = 0; i < 15400; ++i)
    text += fmt::format("{:.3f},{:.6f},{:.6f}\n", i * 0.002, microvolts(i) / 1000,
                        microvolts(i + 9) / 1000);
  return text;
}

std::span<const std::uint8_t> bytes_of(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

void count_bytes(benchmark::State& state, const std::string& text) {
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) *
                          static_cast<std::int64_t>(text.size()));
}

void apple_watch(benchmark::State& state) {
  const std::string text = apple_export();
  for (auto _ : state) {
    InputFile file(bytes_of(text), "bench");
    benchmark::DoNotOptimize(liteheart::read_apple_watch(file, {}).mv.data());
  }
  count_bytes(state, text);
}

void apple_watch_recognised(benchmark::State& state) {
  const std::string text = apple_export();
  for (auto _ : state)
    benchmark::DoNotOptimize(liteheart::read_recording(bytes_of(text), "bench").mv.data());
  count_bytes(state, text);
}

/// What a few lines of C would do: find the values, strtod each.
void c_loop(benchmark::State& state) {
  const std::string text = apple_export();
  const std::size_t begin = text.find("µV\n\n") + 5;
  for (auto _ : state) {
    std::vector<float> mv;
    for (const char* at = text.c_str() + begin; *at;) {
      char* end = nullptr;
      mv.push_back(static_cast<float>(std::strtod(at, &end) / 1000));
      at = *end ? end + 1 : end;
    }
    benchmark::DoNotOptimize(mv.data());
  }
  count_bytes(state, text);
}

void any_table(benchmark::State& state) {
  const std::string text = table();
  for (auto _ : state)
    benchmark::DoNotOptimize(liteheart::read_recording(bytes_of(text), "bench").mv.data());
  count_bytes(state, text);
}

BENCHMARK(apple_watch)->Name("text/apple_watch");
BENCHMARK(apple_watch_recognised)->Name("text/apple_watch_recognised");
BENCHMARK(c_loop)->Name("text/apple_watch_strtod_loop");
BENCHMARK(any_table)->Name("text/any_table_recognised");

}  // namespace
