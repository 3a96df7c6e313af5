// What the ONNX graphs of floats and of bytes have in common.
#pragma once

#include <functional>

#include "deploy/onnx_graph.h"
#include "nn/model_card.h"

namespace liteheart {

/// The bytes of an ONNX file from the card's windows to its outputs, metadata included.
/// write_network: from "window" to the logits, whose name it returns, and to "restored" where the
/// card has a restoration net.
std::string onnx_file(const ModelCard& card,
                      const std::function<std::string(OnnxGraph&)>& write_network);

/// x: [N, phases x channels, 1, time] -> [N, channels, 1, phases x time]. Of any element type.
std::string interleave(OnnxGraph& graph, const std::string& x, std::int64_t phases,
                       std::int64_t channels, std::int64_t time, const std::string& name);

/// Makes "restored", [N, 12, time], of "window" and the leads that were predicted: [N, predicted,
/// 1, time].
std::string write_leads(OnnxGraph& graph, const RestorationShape& shape,
                        const std::string& predicted, std::int64_t time);

struct OnnxAttention {
  std::int64_t tokens, width, heads;
  bool causal;
};
/// qkv: [N, tokens, 3 x width], its queries scaled already -> [N, tokens, width].
std::string write_attention(OnnxGraph& graph, const std::string& qkv, const OnnxAttention& shape,
                            const std::string& name);

}  // namespace liteheart
