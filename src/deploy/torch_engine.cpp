#include <c10/core/InferenceMode.h>

#include "deploy/edge_export.h"
#include "deploy/engine.h"
#include "deploy/trees.h"
#include "nn/model.h"
#include "nn/runtime.h"

namespace liteheart {
namespace {

class TorchEngine : public Engine {
 public:
  TorchEngine(const std::filesystem::path& path, int threads) {
    configure_runtime(threads);
    model_ = load_model(path);
    card_ = model_.card;
  }

  Output run(std::span<const float> windows, bool restore) override {
    const c10::InferenceMode inference;
    const auto count = static_cast<std::int64_t>(windows.size() / window_floats());
    const torch::Tensor x = torch::from_blob(
        const_cast<float*>(windows.data()), {count, static_cast<std::int64_t>(card_.leads.size()),
                                             static_cast<std::int64_t>(card_.conditioning.window)});
    const ModelOutput made = model_.forward(x);
    Output out;
    out.logits = values(made.backbone.logits);
    add_trees(model_, windows, out.logits);
    if (restore) out.restored = values(made.restored);
    return out;
  }
  std::vector<std::uint8_t> edge_model() const override {
    return edge_bytes(network_alone(model_));
  }

 private:
  static std::vector<float> values(const torch::Tensor& tensor) {
    const torch::Tensor flat = tensor.contiguous();
    return {flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel()};
  }

  Model model_;
};

}  // namespace

std::unique_ptr<Engine> open_torch_engine(const std::filesystem::path& path, int threads) {
  return std::make_unique<TorchEngine>(path, threads);
}

}  // namespace liteheart
