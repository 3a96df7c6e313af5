#include "peers/contestants.h"

#include <torch/version.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "deploy/engine.h"
#include "edge/network.h"

namespace liteheart::peers {
namespace {

/// An .lhm file at a cache line's beginning, open, with its arena.
struct Opened {
  explicit Opened(const std::vector<std::uint8_t>& from) : bytes((from.size() + 63) / 64) {
    std::memcpy(bytes.data(), from.data(), from.size());
    if (edge::EdgeModel::open(bytes.data(), from.size(), model) != edge::ModelStatus::kOk)
      throw std::runtime_error("the edge model does not open");
    arena.resize((model.arena_bytes() + 63) / 64);
  }
  struct alignas(64) Line {
    std::byte bytes[64];
  };
  std::vector<Line> bytes, arena;
  edge::EdgeModel model;
};

}  // namespace

Contestant edge_contestant(const std::string& name, const std::vector<std::uint8_t>& bytes,
                           const edge::Kernels& kernels) {
  const auto opened = std::make_shared<Opened>(bytes);
  return {name,
          [opened, &kernels](const float* window, float* logits) {
            opened->model.run(window, opened->arena.data(),
                              opened->arena.size() * sizeof(Opened::Line), logits, nullptr,
                              kernels);
          },
          true, opened->model.bytes()};
}

double multiply_adds(const std::vector<std::uint8_t>& bytes) {
  return static_cast<double>(Opened(bytes).model.multiply_adds());
}

Contestant torch_contestant(const Model& model) {
  const auto file = std::filesystem::temp_directory_path() / "liteheart_peers.safetensors";
  save_model(file, model);
  const std::shared_ptr<Engine> engine = open_torch_engine(file, 1);
  std::filesystem::remove(file);
  return {"libtorch " TORCH_VERSION, [engine](const float* window, float* logits) {
            const auto out = engine->run({window, engine->window_floats()}, false);
            std::copy(out.logits.begin(), out.logits.end(), logits);
          }};
}

Contestant onnx_contestant(const OnnxRuntime& runtime, const std::string& name,
                           const std::string& bytes, const ModelCard& card) {
  const auto session = std::make_shared<OnnxSession>(runtime, bytes);
  const std::vector<std::int64_t> input = {1, static_cast<std::int64_t>(card.leads.size()),
                                           card.conditioning.window},
                                  output = {1, static_cast<std::int64_t>(card.classes.size())};
  return {
      name, [=, &runtime](const float* window, float* logits) {
        const char* const names[] = {"logits"};
        const OnnxTensor in(
            runtime, {const_cast<float*>(window), static_cast<std::size_t>(input[1] * input[2])},
            input);
        const OnnxTensor out[] = {{runtime, {logits, static_cast<std::size_t>(output[1])}, output}};
        session->run("window", in, names, out);
      }};
}

}  // namespace liteheart::peers
