// What other programs measure: the race in WebAssembly, and whole processes.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "nn/model.h"
#include "peers/race.h"

namespace liteheart::peers {

/// Something that is needed is not there; the message says what.
struct Missing : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct WasmRace {
  // edge fp32, int8, ONNX Runtime Web fp32, int8; they are not run from here.
  std::vector<Contestant> contestants;
  std::vector<std::vector<float>> logits;  // of the first window
  Race race;
};
/// Of `model` under node. Throws Missing.
WasmRace wasm_race(const Model& model, const std::vector<std::vector<float>>& windows, int rounds);

/// Markdown: `liteheart diagnose` as a whole, with the edge library and with libtorch, and a
/// consumer of the shared library. model: the shipped one. Throws Missing.
std::string whole_processes(const Model& model, const std::vector<std::vector<float>>& windows);

}  // namespace liteheart::peers
