// A model's opinion on records of a prepared data set.
#pragma once

#include <functional>
#include <span>

#include "data/dataset.h"
#include "eval/report.h"
#include "nn/model.h"
#include "nn/runtime.h"

namespace liteheart {

struct PredictOptions {
  torch::Device device = torch::kCPU;
  bool bf16 = false;
  std::int64_t batch = 128;
  /// Called after each batch with (records done, signals [batch, 12, time] on the CPU, what the
  /// model made of them on `device`).
  std::function<void(std::size_t, const torch::Tensor&, const ModelOutput&)> each;
  /// Called with (records measured, all of the data set), where the model has trees and the data
  /// set was not measured before.
  std::function<void(std::size_t, std::size_t)> measuring;
};

/// Logits and labels of `records`, in that order, for the classes of the data set. Throws Error if
/// the model was conditioned otherwise or does not know a class.
Predictions predict(Model& model, const PreparedDataset& data, std::span<const std::size_t> records,
                    const PredictOptions& options);

/// The model's leads among the 12, [lead], as index_select takes them.
torch::Tensor lead_columns(const ModelCard& card);

/// For each class of `wanted`, its column among the model's. Throws Error (place, class) where
/// there is none.
std::vector<std::int64_t> class_columns(const ModelCard& card, const std::vector<Diagnosis>& wanted,
                                        const std::string& place);

}  // namespace liteheart
