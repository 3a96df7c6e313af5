// A trained model as one ONNX graph whose products are done in bytes: what onnx_export.h writes,
// with QuantizeLinear and DequantizeLinear around each convolution and linear layer.
#pragma once

#include <span>
#include <string>

#include "nn/model.h"

namespace liteheart {

/// The bytes of the ONNX file (opset 17) of `model`, as onnx_bytes() takes it: activations of
/// unsigned bytes with one scale each, weights of signed bytes with one for each column, as
/// quantize() gives them. Layer norms, attention and their surroundings stay floats. windows: as
/// for quantize().
std::string onnx_int8_bytes(const Model& model, std::span<const float> windows);

}  // namespace liteheart
