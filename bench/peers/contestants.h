// Who takes part: the edge library, libtorch, ONNX Runtime, oneDNN. One thread each.
#pragma once

#include "deploy/onnx_runtime.h"
#include "edge/kernels.h"
#include "nn/model.h"
#include "peers/race.h"

namespace liteheart::peers {

/// The edge library on one kernel path. `bytes`: an .lhm file.
Contestant edge_contestant(const std::string& name, const std::vector<std::uint8_t>& bytes,
                           const edge::Kernels& kernels);
/// Multiply-adds of one window, as the .lhm file does them.
double multiply_adds(const std::vector<std::uint8_t>& bytes);

Contestant torch_contestant(const Model& model);

/// `runtime` outlives it.
Contestant onnx_contestant(const OnnxRuntime& runtime, const std::string& name,
                           const std::string& bytes, const ModelCard& card);

/// Whether oneDNN was there when this was built.
bool has_onednn();
/// oneDNN, called directly, on the encoder of `model` alone: convolutions with their activations
/// and sums fused, in the layouts that it chooses. Gives no logits. Needs
/// has_onednn(). Throws std::runtime_error where its features are not libtorch's.
Contestant onednn_encoder(Model& model, const std::vector<float>& window);

}  // namespace liteheart::peers
