// `liteheart_peers`: the edge library against other libraries on the same windows, as docs/
// performance.md tells.
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <torch/types.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <ctime>
#include <fstream>
#include <optional>

#include "data/output_file.h"
#include "data/simulator.h"
#include "deploy/condition_recording.h"
#include "deploy/edge_export.h"
#include "deploy/onnx_export.h"
#include "deploy/onnx_int8.h"
#include "deploy/quantize.h"
#include "deploy/trees.h"
#include "ecg/leads.h"
#include "nn/runtime.h"
#include "peers/contestants.h"
#include "peers/programs.h"

namespace liteheart::peers {
namespace {

struct Arguments {
  std::string out, commit = "unknown", command = "liteheart_peers";
  int rounds = 31;
};

/// What is raced under one heading: the model's networks, and beside them what trees it has.
struct Event {
  std::string title;
  Model model;
  bool encoder_only = false;
  bool plain_loops = false;  // some fifty times slower: once is enough
  bool bytes = false;        // beside the edge library's floats
};

ModelCard card_of(const std::string& size, bool paper) {
  ModelCard card;
  card.conditioning = paper ? edge::paper_500() : edge::compact_100();
  card.backbone = backbone_preset("student-" + size);
  card.backbone.strides = preset_strides(card.conditioning);
  card.restoration = restoration_preset(size);
  card.restoration->measured = card.leads;
  card.restoration->derive_limb_leads = !paper;
  for (int i = 0; i < 39; ++i) card.classes.push_back({fmt::format("{}", i), "", "", false, {}});
  card.backbone.classes = static_cast<int>(card.classes.size());
  return card;
}

Model random_weights(const ModelCard& card) {
  Model model = Model::create(card, 1);
  model.train(false);
  return model;
}

/// The student's encoder from 12 leads on; behind it stand positions, maximum and one small linear
/// layer.
Model encoder(bool paper) {
  ModelCard card = card_of("tiny", paper);
  card.leads = parse_leads("all");
  card.restoration.reset();
  card.backbone.layers = 0;
  return random_weights(card);
}

std::vector<Event> events() {
  std::vector<Event> all;
  for (const bool bytes : {false, true}) {
    const char* const in_bytes = bytes ? ", in bytes" : "";
    all.push_back({fmt::format("tiny + tiny, compact-100, the shipped model{}", in_bytes),
                   load_model(LITEHEART_SHIPPED_MODEL), false, !bytes, bytes});
    for (const char* size : {"tiny", "small", "base"}) {
      for (const bool paper : {false, true}) {
        if (size == std::string("tiny") && !paper) continue;
        all.push_back(
            {fmt::format("{0} + {0}, {1}{2}", size, paper ? "paper-500" : "compact-100", in_bytes),
             random_weights(card_of(size, paper)), false, false, bytes});
      }
    }
  }
  for (const bool paper : {false, true}) {
    all.push_back(
        {fmt::format("encoder of student tiny alone, {}", paper ? "paper-500" : "compact-100"),
         encoder(paper), true});
  }
  return all;
}

/// Simulated recordings, conditioned as the model wants them.
std::vector<std::vector<float>> windows_for(const ModelCard& card) {
  std::vector<std::vector<float>> windows;
  const auto centre = simulated_centres().front();
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    WholeRecording recording(simulate(centre, {}, seed));
    auto made = condition_recording(recording, card, "").windows;
    made.resize(card.leads.size() * static_cast<std::size_t>(card.conditioning.window));
    windows.push_back(std::move(made));
  }
  return windows;
}

constexpr std::string_view kInBytes = " int8";

/// The edge library on each path but plain loops, fastest first. kind: what is behind its name,
/// kInBytes or of floats.
std::vector<Contestant> edge_contestants(const std::vector<std::uint8_t>& bytes,
                                         std::string_view kind, bool plain_loops) {
  const edge::Kernels* paths[8];
  std::vector<Contestant> all;
  for (std::size_t p = edge::kernel_paths(paths, 8); p-- > (plain_loops ? 0 : 1);) {
    const bool as_before = p > 0 && paths[p]->gemm == paths[p - 1]->gemm;  // but for bytes
    if (as_before && kind != kInBytes) continue;
    all.push_back(
        edge_contestant(fmt::format("edge{}, {}", kind, paths[p]->name), bytes, *paths[p]));
  }
  return all;
}

/// The fastest path, which measures the window and asks the trees when the network has run.
Contestant with_trees(const std::vector<std::uint8_t>& bytes, std::string_view kind) {
  Contestant all = edge_contestants(bytes, kind, false).front();
  all.name += ", with its trees";
  all.trees = true;
  return all;
}

std::vector<std::uint8_t> in_bytes(const Model& model, const std::vector<float>& shown) {
  return edge_bytes(quantize(edge_graph(model), model.card, shown), model.card);
}

/// The first is the one that the others are compared with.
std::vector<Contestant> contestants_in_bytes(const Event& event, const OnnxRuntime* onnx,
                                             const std::vector<std::vector<float>>& windows) {
  const Model network = network_alone(event.model);
  std::vector<float> shown;
  for (const auto& window : windows) shown.insert(shown.end(), window.begin(), window.end());
  auto all = edge_contestants(in_bytes(network, shown), kInBytes, false);
  if (event.model.trees) all.push_back(with_trees(in_bytes(event.model, shown), kInBytes));
  all.push_back(edge_contestants(edge_bytes(network), " fp32", false).front());
  if (onnx != nullptr) {
    all.push_back(onnx_contestant(*onnx, fmt::format("ONNX Runtime {} int8", onnx->version()),
                                  onnx_int8_bytes(network, shown), network.card));
    all.back().bytes = true;
  }
  return all;
}

std::vector<Contestant> contestants_for(Event& event, const OnnxRuntime* onnx,
                                        const std::vector<std::vector<float>>& windows) {
  if (event.bytes) return contestants_in_bytes(event, onnx, windows);
  const Model network = network_alone(event.model);
  auto all = edge_contestants(edge_bytes(network), "", event.plain_loops);
  if (event.model.trees) all.push_back(with_trees(edge_bytes(event.model), ""));
  if (event.encoder_only && has_onednn())
    all.push_back(onednn_encoder(event.model, windows.front()));
  if (onnx != nullptr) {
    all.push_back(onnx_contestant(*onnx, "ONNX Runtime " + onnx->version(), onnx_bytes(network),
                                  network.card));
  }
  all.push_back(torch_contestant(network));
  return all;
}

/// Throws where a contestant's logits are not those expected, but for what rounding does: in bytes,
/// a matter of the network.
void check(const std::string& name, bool bytes, const std::vector<float>& expected,
           const std::vector<float>& got) {
  float largest = 1;
  for (const float x : expected) largest = std::max(largest, std::abs(x));
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (!(std::abs(got[i] - expected[i]) <= (bytes ? 0.3F : 1e-3F) * largest))
      throw std::runtime_error(name + " gives other logits");
  }
}

void check(const std::vector<Contestant>& contestants, const std::vector<float>& window,
           std::size_t classes) {
  std::vector<float> expected(classes);
  contestants.front().run(window.data(), expected.data());
  for (const Contestant& contestant : contestants) {
    if (contestant.trees) continue;
    std::vector<float> got = expected;
    contestant.run(window.data(), got.data());
    check(contestant.name, contestants.front().bytes, expected, got);
  }
}

std::vector<double> each(const std::vector<double>& a, const std::vector<double>& b,
                         const std::function<double(double, double)>& of) {
  std::vector<double> made;
  for (std::size_t i = 0; i < a.size(); ++i) made.push_back(of(a[i], b[i]));
  return made;
}

/// The contestants' times and their ratios to the first's. `work`: multiply-adds of a window.
std::string table(const std::vector<Contestant>& contestants, const Race& race, double work) {
  std::string text =
      "| | µs a window | times the first | GMAC/s | of peak |\n|---|---|---|---|---|\n";
  for (std::size_t c = 0; c < contestants.size(); ++c) {
    const auto& seconds = race.seconds[c];
    const Spread time = spread(seconds);
    const Spread ratio = spread(each(seconds, race.seconds[0], std::divides<>()));
    const Spread share = spread(each(seconds, contestants[c].bytes ? race.byte_peak : race.peak,
                                     [&](double s, double peak) { return work / s / peak; }));
    text += fmt::format("| {} | {:.0f} [{:.0f}, {:.0f}] | {:.2f} [{:.2f}, {:.2f}] | {} | {} |\n",
                        contestants[c].name, time.median * 1e6, time.low * 1e6, time.high * 1e6,
                        ratio.median, ratio.low, ratio.high,
                        fmt::format("{:.1f}", work / time.median * 1e-9),
                        contestants[c].own && std::isfinite(share.median)
                            ? fmt::format("{:.0f} %", 100 * share.median)
                            : "");
  }
  return text;
}

std::string machine() {
  std::ifstream cpus("/proc/cpuinfo");
  for (std::string line; std::getline(cpus, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "an unnamed processor";
}

constexpr const char* kWasm = R"(
## WebAssembly

The edge library and ONNX Runtime Web under node, 128-bit SIMD, one thread, in turns as above
of at least 50 ms; floats first, then bytes. "of peak" divides by a loop of multiplications and
additions, which WebAssembly does not fuse ({:.0f} GMAC/s), of bytes by one of products of 16 bits,
summed in pairs ({:.0f}).
)";

/// The race in WebAssembly, in floats and in bytes.
std::string wasm_tables(const Arguments& a) {
  std::string tables;
  std::vector<double> peak, byte_peak;
  for (const bool paper : {false, true}) {
    const Model model = paper ? random_weights(card_of("tiny", true))
                              : network_alone(load_model(LITEHEART_SHIPPED_MODEL));
    const auto windows = windows_for(model.card);
    const WasmRace made = wasm_race(model, windows, a.rounds);
    const double work = multiply_adds(edge_bytes(model));
    for (std::size_t c = 0; c < made.contestants.size(); ++c)
      check(made.contestants[c].name, made.contestants[c].bytes, made.logits[0], made.logits[c]);
    peak.insert(peak.end(), made.race.peak.begin(), made.race.peak.end());
    byte_peak.insert(byte_peak.end(), made.race.byte_peak.begin(), made.race.byte_peak.end());
    tables += fmt::format("\n### tiny + tiny, {}\n",
                          paper ? "paper-500" : "compact-100, the shipped model");
    for (const auto& picked : {std::vector<std::size_t>{0, 2}, {1, 0, 3}}) {
      std::vector<Contestant> contestants;
      Race race = made.race;
      race.seconds.clear();
      for (const std::size_t c : picked) {
        contestants.push_back(made.contestants[c]);
        race.seconds.push_back(made.race.seconds[c]);
      }
      tables += "\n" + table(contestants, race, work);
    }
  }
  return fmt::format(kWasm, spread(peak).median * 1e-9, spread(byte_peak).median * 1e-9) + tables;
}

constexpr const char* kFront = R"(# Performance

Written by `{command}` on {date:%Y-%m-%d} at commit {commit}, on one core of: {machine}.
Do not edit; run it again.

Every contestant computes the same windows (8 simulated recordings, conditioned) on one thread, in
turns, {rounds} rounds of at least 10 ms of processor time each; in fp32 unless it says bytes. Numbers
are medians over the rounds with their quartiles. "times the first" is formed within each round: 1.50
takes half as long again as the edge library on its fastest path. Networks other than the shipped
model have random weights, which take the same time. The shipped model's networks race, which is what
the others run of it; "with its trees" measures the window and judges by that as well. In bytes, the
ranges of activations are learned from the same windows, and ONNX Runtime runs what
`liteheart export --to onnx --int8` writes.
Multiply-adds are those of convolutions and linear layers done directly, as the exported network has
them; "of peak" divides by a loop of nothing but fused multiply-adds on the longest vectors, run in
every round ({peak} GMAC/s; of bytes {byte_peak}), which Toom-Cook, with fewer products, can exceed.
The encoder alone is, to oneDNN, its convolutions; to the others, the student without its transformer.
)";

const std::string kWhole = R"(
## Whole processes, the shipped model

From a file of 10 s to the diagnosis and the end of the process, 20 runs in turns, time on the clock.
The consumer is tests/edge/consumer.c, which diagnoses 10 s whole and then as a stream.

)";

std::string run(const Arguments& a) {
  configure_runtime(1);
  std::string missing;
  std::optional<OnnxRuntime> onnx;
  if (const auto library = find_onnx_runtime(LITEHEART_PEERS_FOLDER); !library.empty())
    onnx.emplace(library);
  else
    missing +=
        "\nLeft out: ONNX Runtime, which is not installed (./run bench does, where npm is).\n";
  if (!has_onednn())
    missing += "\nLeft out: oneDNN, which was not there at build time (libdnnl-dev).\n";

  std::string tables;
  std::vector<double> peak, byte_peak;
  for (Event& event : events()) {
    const auto windows = windows_for(event.model.card);
    const auto contestants = contestants_for(event, onnx ? &*onnx : nullptr, windows);
    const std::size_t classes = event.model.card.classes.size();
    check(contestants, windows.front(), classes);
    const Race result = race(contestants, windows, classes, a.rounds);
    const double work = multiply_adds(edge_bytes(event.model));
    const std::string text = fmt::format("\n## {}: {:.1f} M multiply-adds\n\n{}", event.title,
                                         work * 1e-6, table(contestants, result, work));
    fmt::print("{}", text);
    std::fflush(stdout);
    tables += text;
    peak.insert(peak.end(), result.peak.begin(), result.peak.end());
    byte_peak.insert(byte_peak.end(), result.byte_peak.begin(), result.byte_peak.end());
  }
  const auto add = [&](const std::function<std::string()>& section) {
    try {
      const std::string text = section();
      fmt::print("{}", text);
      tables += text;
    } catch (const Missing& what) {
      missing += fmt::format("\nLeft out: {}.\n", what.what());
    }
  };
  add([&] { return wasm_tables(a); });
  add([&] {
    const Model shipped = load_model(LITEHEART_SHIPPED_MODEL);
    return kWhole + whole_processes(shipped, windows_for(shipped.card));
  });
  using fmt::arg;
  return fmt::format(kFront, arg("command", a.command),
                     arg("date", fmt::gmtime(std::time(nullptr))), arg("commit", a.commit),
                     arg("machine", machine()), arg("rounds", a.rounds),
                     arg("peak", fmt::format("{:.0f}", spread(peak).median * 1e-9)),
                     arg("byte_peak", fmt::format("{:.0f}", spread(byte_peak).median * 1e-9))) +
         missing + tables;
}

}  // namespace
}  // namespace liteheart::peers

int main(int argc, char** argv) {
  using namespace liteheart::peers;
  Arguments a;
  CLI::App app("The edge library against other libraries on the same windows, one thread each.");
  app.add_option("--out", a.out, "Markdown file to write");
  app.add_option("--commit", a.commit, "what the file says was measured");
  app.add_option("--command", a.command, "what the file says it was made with");
  app.add_option("--rounds", a.rounds, "turns of each contestant")->check(CLI::Range(3, 10000));
  CLI11_PARSE(app, argc, argv);
  try {
    const std::string text = run(a);
    if (!a.out.empty()) liteheart::replace_file(a.out, text);
  } catch (const std::exception& e) {
    fmt::print(stderr, "liteheart_peers: {}\n", e.what());
    return 1;
  }
}
