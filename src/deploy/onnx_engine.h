// ONNX Runtime as a way of running what onnx_export.h writes, where it is installed.
#pragma once

#include <memory>
#include <string>

#include "deploy/engine.h"
#include "deploy/onnx_runtime.h"
#include "nn/model.h"

namespace liteheart {

/// `bytes`: the ONNX file of `model`, in floats or in bytes; one thread; the model's trees, which
/// the file does not hold, beside it. Throws std::runtime_error
/// in ONNX Runtime's words.
std::unique_ptr<Engine> onnx_engine(std::shared_ptr<const OnnxRuntime> runtime,
                                    const std::string& bytes, const Model& model);

}  // namespace liteheart
