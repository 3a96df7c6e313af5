// What reading a day of ECG costs: 24 h of three leads at 250 Hz from a file in the page cache,
// beside a plain loop in C over the same bytes. Bytes are those of int16 samples.
#include <FLAC/stream_decoder.h>
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <unistd.h>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "formats/registry.h"
#include "formats/wfdb_writer.h"

namespace {

namespace fs = std::filesystem;
using liteheart::WfdbLayout;

constexpr std::size_t kLeads = 3, kRate = 250, kSamples = 24 * 3600 * kRate;
constexpr std::size_t kBytes = kSamples * kLeads * 2;

/// Beats, breathing and noise of a few microvolts, as a recorder of 5 uV a step would store them.
liteheart::Recording day() {
  liteheart::Recording recording;
  recording.name = "day";
  recording.rate_hz = kRate;
  recording.samples = kSamples;
  recording.leads = {"I", "II", "V1"};
  recording.mv.resize(kLeads * kSamples);
  std::uint32_t state = 1;
  for (std::size_t lead = 0; lead < kLeads; ++lead) {
    for (std::size_t t = 0; t < kSamples; ++t) {
      state = state * 1664525u + 1013904223u;
      const double noise = (static_cast<double>(state >> 8) / 16777216.0 - 0.5) * 0.03;
      const double phase = std::fmod(static_cast<double>(t) / kRate * 1.1, 1.0) - 0.4;
      const double beat =
          std::exp(-phase * phase * 4000) + 0.2 * std::exp(-(phase - 0.3) * (phase - 0.3) * 200);
      const double mv = beat + 0.1 * std::sin(static_cast<double>(t) / 900) + noise;
      recording.mv[lead * kSamples + t] = static_cast<float>(std::round(mv * 200) / 200);
    }
  }
  return recording;
}

/// The day in a temporary folder, in both layouts; gone when the program ends.
class Day {
 public:
  static const Day& get() {
    static const Day made;
    return made;
  }
  fs::path header(const char* layout) const { return folder_ / layout / "day.hea"; }
  Day(const Day&) = delete;
  Day& operator=(const Day&) = delete;

 private:
  Day() {
    std::string name = (fs::temp_directory_path() / "liteheart_bench_XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    folder_ = name;
    const liteheart::Recording recording = day();
    liteheart::write_wfdb(recording, folder_ / "plain", WfdbLayout::kFormat16);
    liteheart::write_wfdb(recording, folder_ / "flac", WfdbLayout::kFlac);
  }
  ~Day() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  fs::path folder_;
};

/// One minute at a time, as a screen of a day's recording would ask for it.
void stream(benchmark::State& state, const char* layout) {
  const fs::path header = Day::get().header(layout);
  constexpr std::size_t kPiece = 60 * kRate;
  std::vector<float> out(kLeads * kPiece);
  for (auto _ : state) {
    const auto recording = liteheart::open_recording(header);
    std::size_t read = 0;
    while (const std::size_t count = recording->read(out.data(), kPiece, kPiece)) {
      read += count;
      benchmark::DoNotOptimize(out.data());
    }
    if (read != kSamples) state.SkipWithError("samples are missing");
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * kBytes));
}

void whole(benchmark::State& state, const char* layout) {
  const fs::path header = Day::get().header(layout);
  for (auto _ : state) {
    const liteheart::Recording recording = liteheart::read_recording(header);
    benchmark::DoNotOptimize(recording.mv.data());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * kBytes));
}

/// The peer: reads the same bytes and does no more than must be done.
void plain_loop(benchmark::State& state) {
  const std::string file = fs::path(Day::get().header("plain")).replace_extension(".dat").string();
  constexpr std::size_t kPiece = 60 * kRate;
  std::vector<std::int16_t> in(kLeads * kPiece);
  std::vector<float> out(kLeads * kPiece);
  for (auto _ : state) {
    const int opened = ::open(file.c_str(), O_RDONLY);
    ssize_t got = 0;
    while ((got = ::read(opened, in.data(), in.size() * 2)) > 0) {
      const std::size_t samples = static_cast<std::size_t>(got) / 2 / kLeads;
      for (std::size_t t = 0; t < samples; ++t) {
        for (std::size_t lead = 0; lead < kLeads; ++lead) {
          const std::int16_t value = in[t * kLeads + lead];
          out[lead * kPiece + t] = value == -32768 ? NAN : static_cast<float>(value) / 200.0f;
        }
      }
      benchmark::DoNotOptimize(out.data());
    }
    ::close(opened);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * kBytes));
}

/// The peer for FLAC: libFLAC alone, whose samples go nowhere.
void libflac_alone(benchmark::State& state) {
  const std::string file = fs::path(Day::get().header("flac")).replace_extension(".dat").string();
  const auto write = [](const FLAC__StreamDecoder*, const FLAC__Frame*, const FLAC__int32* const[],
                        void*) { return FLAC__STREAM_DECODER_WRITE_STATUS_CONTINUE; };
  const auto error = [](const FLAC__StreamDecoder*, FLAC__StreamDecoderErrorStatus, void*) {};
  for (auto _ : state) {
    FLAC__StreamDecoder* const decoder = FLAC__stream_decoder_new();
    if (FLAC__stream_decoder_init_file(decoder, file.c_str(), write, nullptr, error, nullptr) !=
            FLAC__STREAM_DECODER_INIT_STATUS_OK ||
        !FLAC__stream_decoder_process_until_end_of_stream(decoder))
      state.SkipWithError("libFLAC fails");
    FLAC__stream_decoder_delete(decoder);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * kBytes));
}

BENCHMARK_CAPTURE(stream, wfdb_16, "plain")->Unit(benchmark::kMillisecond);
BENCHMARK(plain_loop)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(stream, wfdb_flac, "flac")->Unit(benchmark::kMillisecond);
BENCHMARK(libflac_alone)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(whole, wfdb_16, "plain")->Unit(benchmark::kMillisecond);

}  // namespace
