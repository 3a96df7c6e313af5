#include "deploy/onnx_engine.h"

#include <utility>

#include "deploy/edge_export.h"
#include "deploy/trees.h"
#include "ecg/leads.h"

namespace liteheart {
namespace {

class OnnxEngine : public Engine {
 public:
  OnnxEngine(std::shared_ptr<const OnnxRuntime> runtime, const std::string& bytes,
             const Model& model)
      : runtime_(std::move(runtime)), session_(*runtime_, bytes), model_(model) {
    card_ = model.card;
  }

  Output run(std::span<const float> windows, bool restore) override {
    const auto count = static_cast<std::int64_t>(windows.size() / window_floats());
    const auto leads = static_cast<std::int64_t>(card_.leads.size());
    const auto classes = static_cast<std::int64_t>(card_.classes.size());
    const std::int64_t time = card_.conditioning.window;
    // ONNX Runtime takes its input by a pointer that could be written through, and does not write.
    const OnnxTensor in(*runtime_, {const_cast<float*>(windows.data()), windows.size()},
                        {count, leads, time});
    Output out;
    out.logits.resize(static_cast<std::size_t>(count * classes));
    if (restore) out.restored.resize(static_cast<std::size_t>(count * kLeads * time));
    const char* const names[] = {"logits", "restored"};
    std::vector<OnnxTensor> outputs;
    outputs.emplace_back(*runtime_, out.logits, std::vector{count, classes});
    if (restore)
      outputs.emplace_back(*runtime_, out.restored, std::vector<std::int64_t>{count, kLeads, time});
    session_.run("window", in, {names, outputs.size()}, outputs);
    add_trees(model_, windows, out.logits);
    return out;
  }
  std::vector<std::uint8_t> edge_model() const override {
    return edge_bytes(network_alone(model_));
  }

 private:
  std::shared_ptr<const OnnxRuntime> runtime_;
  OnnxSession session_;
  Model model_;
};

}  // namespace

std::unique_ptr<Engine> onnx_engine(std::shared_ptr<const OnnxRuntime> runtime,
                                    const std::string& bytes, const Model& model) {
  return std::make_unique<OnnxEngine>(std::move(runtime), bytes, model);
}

}  // namespace liteheart
