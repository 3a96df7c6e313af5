// A trained model as one ONNX graph: restoration net, student and calibration.
//
//   window         [N, leads, T]  conditioned as the model's card says, N free
//   logits         [N, classes]   of each window; a recording's logit is the mean over its windows
//   probabilities  [N, classes]   sigmoid(slope * logit + intercept)
//   restored       [N, 12, T]     in the window's units; with a restoration net only
//
// What the graph cannot hold is in metadata_props, each value text or JSON: conditioning, leads,
// classes (code, abbreviation, name, scored, judged, threshold, slope, intercept), provenance,
// disclaimer.
#pragma once

#include <string>

#include "nn/model.h"

namespace liteheart {

/// The bytes of the ONNX file (opset 17) of `model`, whose outputs it gives to rounding; of a model
/// with trees the network alone, with the decision that was learned for that. Throws Error of a
/// teacher that measures.
std::string onnx_bytes(const Model& model);

}  // namespace liteheart
