// Whole commands, from the start of the process to its end, on simulated recordings of 10 s, twelve
// leads, 100 Hz: how many recordings a second.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

#include "data/simulator.h"

namespace liteheart {
namespace {

namespace fs = std::filesystem;
constexpr int kRecords = 2000;

/// A folder of recordings, simulated when first asked for, gone when the program ends.
class Recordings {
 public:
  Recordings() {
    std::string name = (fs::temp_directory_path() / "liteheart_XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
    folder_ = name;
    SimulatedCentre centre = simulated_centres()[0];
    centre.rate_hz = 100;
    simulate_centre(centre, kRecords, 1, recordings());
  }
  ~Recordings() { fs::remove_all(folder_); }
  Recordings(const Recordings&) = delete;
  Recordings& operator=(const Recordings&) = delete;

  fs::path recordings() const { return folder_ / "recordings"; }
  fs::path data() const { return folder_ / "data"; }
  fs::path first() const {
    fs::path first;
    for (const auto& entry : fs::recursive_directory_iterator(recordings())) {
      if (entry.path().extension() == ".hea" && (first.empty() || entry.path() < first))
        first = entry.path();
    }
    return first;
  }

 private:
  fs::path folder_;
};

const Recordings& recordings() {
  static const Recordings made;
  return made;
}

/// Times `liteheart ARGUMENTS`, which must end with `status`, each time without what the one before
/// has left of `leaves`.
void run(benchmark::State& state, const std::string& arguments, const fs::path& leaves, int records,
         int status = 0) {
  const auto command =
      fmt::format("'{}' {} > /dev/null 2>&1; test $? -eq {}", LITEHEART_PROGRAM, arguments, status);
  for ([[maybe_unused]] auto _ : state) {
    state.PauseTiming();
    fs::remove_all(leaves);
    state.ResumeTiming();
    if (std::system(command.c_str()) != 0) {
      state.SkipWithError(("failed: " + command).c_str());
      break;
    }
  }
  state.SetItemsProcessed(state.iterations() * records);
}

void prepare(benchmark::State& state) {
  const Recordings& r = recordings();
  run(state,
      fmt::format("prepare '{}' --out '{}' --min-positives 1", r.recordings().string(),
                  r.data().string()),
      r.data(), kRecords);
}

/// A few recordings are simulated unreadable, of which the status gives notice.
void diagnose_folder(benchmark::State& state) {
  const Recordings& r = recordings();
  run(state, fmt::format("diagnose '{}' --json", r.recordings().string()), r.data(), kRecords, 1);
}

void diagnose_one(benchmark::State& state) {
  const Recordings& r = recordings();
  run(state, fmt::format("diagnose '{}'", r.first().string()), r.data(), 1);
}

BENCHMARK(prepare)->Name("command/prepare")->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(diagnose_folder)
    ->Name("command/diagnose_folder")
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK(diagnose_one)->Name("command/diagnose_one")->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace liteheart
