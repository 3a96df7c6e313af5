#include "peers/programs.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <cstdio>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>

#include "data/output_file.h"
#include "deploy/edge_export.h"
#include "deploy/onnx_export.h"
#include "deploy/onnx_int8.h"
#include "deploy/quantize.h"

namespace liteheart::peers {
namespace {

namespace fs = std::filesystem;

const fs::path kPeers = LITEHEART_PEERS_FOLDER;

/// What the command prints. Throws std::runtime_error where it fails.
std::string output_of(const std::string& command) {
  std::string text;
  FILE* const pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("cannot run " + command);
  char part[4096];
  while (const std::size_t got = std::fread(part, 1, sizeof part, pipe)) text.append(part, got);
  if (const int status = ::pclose(pipe); status != 0)
    throw std::runtime_error(fmt::format("failed ({}): {}", WEXITSTATUS(status), command));
  return text;
}

void need(const fs::path& file, const char* why) {
  if (!fs::exists(file)) throw Missing(why);
}

/// Windows behind each other.
std::vector<float> joined(const std::vector<std::vector<float>>& windows) {
  std::vector<float> all;
  for (const auto& window : windows) all.insert(all.end(), window.begin(), window.end());
  return all;
}

std::string text_of(const std::vector<std::uint8_t>& bytes) { return {bytes.begin(), bytes.end()}; }

std::string text_of(const std::vector<float>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

/// The model in floats and in bytes, for the edge library.
void write_edge(const fs::path& folder, const Model& model, const std::vector<float>& windows) {
  fs::create_directories(folder);
  replace_file(folder / "fp32.lhm", text_of(edge_bytes(model)));
  const EdgeGraph bytes = quantize(edge_graph(model), model.card, windows);
  replace_file(folder / "int8.lhm", text_of(edge_bytes(bytes, model.card)));
}

}  // namespace

WasmRace wasm_race(const Model& model, const std::vector<std::vector<float>>& windows, int rounds) {
  need(LITEHEART_EDGE_WASM,
       "the edge library's WebAssembly (./run bench builds it, where em++ is)");
  need(kPeers / "node_modules/onnxruntime-web",
       "ONNX Runtime Web (./run bench installs it, where npm is)");
  const fs::path folder = kPeers / "wasm";
  const auto shown = joined(windows);
  write_edge(folder, model, shown);
  replace_file(folder / "fp32.onnx", onnx_bytes(model));
  replace_file(folder / "int8.onnx", onnx_int8_bytes(model, shown));
  replace_file(folder / "windows.f32", text_of(shown));
  const nlohmann::json shape = {{"leads", model.card.leads.size()},
                                {"time", model.card.conditioning.window},
                                {"classes", model.card.classes.size()}};
  replace_file(folder / "shape.json", shape.dump());
  const auto made = nlohmann::json::parse(
      output_of(fmt::format("node '{}' '{}' '{}' '{}' {}", LITEHEART_WASM_RACE, folder.string(),
                            LITEHEART_EDGE_WASM, kPeers.string(), rounds)));
  WasmRace race;
  for (const auto& contestant : made.at("contestants")) {
    const std::string name = contestant.at("name");
    race.contestants.push_back({name, {}, name.starts_with("edge"), name.ends_with("int8")});
    race.logits.push_back(contestant.at("logits"));
    race.race.seconds.push_back(contestant.at("seconds"));
  }
  race.race.peak = made.at("peak").get<std::vector<double>>();
  race.race.byte_peak = made.at("byte_peak").get<std::vector<double>>();
  return race;
}

std::string whole_processes(const Model& model, const std::vector<std::vector<float>>& windows) {
  const fs::path consumer = kPeers / "consumer/project/build/consumer",
                 stripped = kPeers / "consumer/stripped.so", folder = kPeers / "whole";
  need(LITEHEART_PROGRAM, "the program (./run bench builds it)");
  need(consumer, "a consumer of the shared library (./run bench builds it)");
  write_edge(folder, model, joined(windows));
  output_of(fmt::format("'{}' simulate --out '{}' --centre alpha --records 1", LITEHEART_PROGRAM,
                        (folder / "recordings").string()));
  fs::path recording;
  for (const auto& file : fs::recursive_directory_iterator(folder / "recordings"))
    if (file.path().extension() == ".hea") recording = file.path();
  constexpr int kRuns = 20, kRate = 500;
  std::vector<float> millivolts;  // 10 s, for the consumer, which diagnoses and streams it
  for (int t = 0; t < 10 * kRate; ++t)
    millivolts.push_back(windows[0][static_cast<std::size_t>(t * 1000 / (10 * kRate))]);
  replace_file(folder / "samples.f32", text_of(millivolts));

  struct Row {
    const char* what;
    std::string command;
  };
  const auto diagnose = [&](const std::string& by) {
    return fmt::format("{} diagnose {} --lead I --model {}", LITEHEART_PROGRAM, recording.string(),
                       by);
  };
  const auto consume = [&](const char* file) {
    return fmt::format("{} {} {}", consumer.string(), (folder / file).string(), kRate);
  };
  const Row rows[] = {{"`liteheart diagnose`, .lhm", diagnose((folder / "fp32.lhm").string())},
                      {"`liteheart diagnose`, int8 .lhm", diagnose((folder / "int8.lhm").string())},
                      {"`liteheart diagnose`, libtorch", diagnose(LITEHEART_SHIPPED_MODEL)},
                      {"consumer of the shared library", consume("fp32.lhm")},
                      {"consumer, int8", consume("int8.lhm")}};
  std::string command =
      fmt::format("'{}' {} '{}'", LITEHEART_MEASURE, kRuns, (folder / "samples.f32").string());
  for (const Row& row : rows) command += fmt::format(" '{}'", row.command);
  std::istringstream lines(output_of(command));

  std::string text =
      "| | ms | ms of processor time | times the first | resident, MB |\n|---|---|---|---|---|\n";
  std::vector<double> first;
  for (const Row& row : rows) {
    std::string line;
    std::getline(lines, line);
    const auto runs = nlohmann::json::parse(line);
    const std::vector<double> wall = runs.at("wall");
    if (first.empty()) first = wall;
    std::vector<double> ratio;
    for (std::size_t i = 0; i < wall.size(); ++i) ratio.push_back(wall[i] / first[i]);
    const auto of = [](const std::vector<double>& values, double unit, const char* format) {
      const Spread s = spread(values);
      return fmt::format(fmt::runtime(format), s.median / unit, s.low / unit, s.high / unit);
    };
    text += fmt::format(
        "| {} | {} | {} | {} | {} |\n", row.what, of(wall, 1e-3, "{:.1f} [{:.1f}, {:.1f}]"),
        of(runs.at("processor"), 1e-3, "{:.1f} [{:.1f}, {:.1f}]"),
        of(ratio, 1, "{:.2f} [{:.2f}, {:.2f}]"), of(runs.at("resident"), 1e6, "{:.1f}"));
  }
  return text + fmt::format("\nThe shared library, stripped: {:.0f} KB.\n",
                            static_cast<double>(fs::file_size(stripped)) / 1024);
}

}  // namespace liteheart::peers
