#include "peers/contestants.h"

#if __has_include(<oneapi/dnnl/dnnl.hpp>)
#include <fmt/format.h>

#include <oneapi/dnnl/dnnl.hpp>
#include <unordered_map>

#include "deploy/fold.h"
#include "edge/kernels.h"

namespace liteheart::peers {
namespace {

using dnnl::memory;
using Tag = memory::format_tag;

memory::desc any(const memory::dims& sizes) { return {sizes, memory::data_type::f32, Tag::any}; }

/// Primitives in order, each with its memory.
class Encoder {
 public:
  Encoder(const BackboneImpl& net, std::int64_t time);
  void run(const float* window);
  at::Tensor features() const;  // [width, time], of the last run

 private:
  memory plain(const at::Tensor& values, Tag tag);
  memory in_layout(memory from, const memory::desc& layout);
  struct Shape {
    std::int64_t stride, padding;
    bool leaky, sum;  // sum: added to what `out` holds
  };
  memory convolution(const memory& x, const Folded& f, const Shape& shape, const memory* out);
  memory pool(const memory& x, std::int64_t stride);
  void step(const dnnl::primitive& primitive, std::unordered_map<int, memory> arguments) {
    steps_.emplace_back(primitive, std::move(arguments));
  }

  dnnl::engine engine_{dnnl::engine::kind::cpu, 0};
  mutable dnnl::stream stream_{engine_};
  std::vector<at::Tensor> kept_;  // weights as they are handed over
  std::vector<std::pair<dnnl::primitive, std::unordered_map<int, memory>>> steps_;
  memory window_, features_;
};

memory Encoder::plain(const at::Tensor& values, Tag tag) {
  kept_.push_back(values.to(at::kFloat).contiguous());
  return {{values.sizes().vec(), memory::data_type::f32, tag}, engine_, kept_.back().data_ptr()};
}

memory Encoder::in_layout(memory from, const memory::desc& layout) {
  if (from.get_desc() == layout) return from;
  memory to(layout, engine_);
  dnnl::reorder(from, to).execute(stream_, from, to);
  return to;
}

memory Encoder::convolution(const memory& x, const Folded& f, const Shape& shape,
                            const memory* out) {
  const auto sizes = x.get_desc().dims();
  const memory::dims made = {1, f.weight.size(0), sizes[2] / shape.stride};
  dnnl::post_ops after;
  if (shape.leaky) after.append_eltwise(1, dnnl::algorithm::eltwise_relu, edge::kLeakySlope, 0);
  if (shape.sum) after.append_sum();
  dnnl::primitive_attr attributes;
  attributes.set_post_ops(after);
  const auto bias = plain(f.bias, Tag::a);
  const dnnl::convolution_forward::primitive_desc chosen({dnnl::prop_kind::forward_inference,
                                                          dnnl::algorithm::convolution_direct,
                                                          any(sizes),
                                                          any(f.weight.sizes().vec()),
                                                          bias.get_desc(),
                                                          out ? out->get_desc() : any(made),
                                                          {shape.stride},
                                                          {shape.padding},
                                                          {shape.padding}},
                                                         attributes, engine_);
  memory in = x;
  if (x.get_desc() != chosen.src_desc()) {
    in = memory(chosen.src_desc(), engine_);
    step(dnnl::reorder(x, in), {{DNNL_ARG_FROM, x}, {DNNL_ARG_TO, in}});
  }
  memory to = out ? *out : memory(chosen.dst_desc(), engine_);
  step(dnnl::convolution_forward(chosen),
       {{DNNL_ARG_SRC, in},
        {DNNL_ARG_WEIGHTS, in_layout(plain(f.weight, Tag::oiw), chosen.weights_desc())},
        {DNNL_ARG_BIAS, bias},
        {DNNL_ARG_DST, to}});
  return to;
}

memory Encoder::pool(const memory& x, std::int64_t stride) {
  auto sizes = x.get_desc().dims();
  sizes[2] /= stride;
  const dnnl::pooling_forward::primitive_desc chosen({dnnl::prop_kind::forward_inference,
                                                      dnnl::algorithm::pooling_avg_exclude_padding,
                                                      x.get_desc(),
                                                      any(sizes),
                                                      {stride},
                                                      {stride},
                                                      {0},
                                                      {0}},
                                                     engine_);
  memory to(chosen.dst_desc(), engine_);
  step(dnnl::pooling_forward(chosen), {{DNNL_ARG_SRC, x}, {DNNL_ARG_DST, to}});
  return to;
}

Encoder::Encoder(const BackboneImpl& net, std::int64_t time) {
  const torch::NoGradGuard no_grad;
  window_ = memory({{1, net.shape.leads, time}, memory::data_type::f32, Tag::ncw}, engine_);
  memory x = window_;
  for (const auto& module : *net.encoder) {
    const auto& block = *module->as<ResidualBlockImpl>();
    const memory first =
        convolution(x, fold(*block.conv1, *block.norm1), {block.stride, 4, true, false}, nullptr);
    const memory sum =
        convolution(pool(x, block.stride), fold(*block.shortcut), {1, 0, false, false}, nullptr);
    x = convolution(first, fold(*block.conv2, *block.norm2), {1, 4, true, true}, &sum);
  }
  features_ = x;
  stream_.wait();
}

void Encoder::run(const float* window) {
  window_.set_data_handle(const_cast<float*>(window));
  for (const auto& [primitive, arguments] : steps_) primitive.execute(stream_, arguments);
  stream_.wait();
}

at::Tensor Encoder::features() const {
  const auto sizes = features_.get_desc().dims();
  at::Tensor to = at::empty({sizes[1], sizes[2]});
  memory plain({sizes, memory::data_type::f32, Tag::ncw}, engine_, to.data_ptr());
  memory from = features_;
  dnnl::reorder(from, plain).execute(stream_, from, plain);
  stream_.wait();
  return to;
}

}  // namespace

bool has_onednn() { return true; }

Contestant onednn_encoder(Model& model, const std::vector<float>& window) {
  const torch::NoGradGuard no_grad;
  const std::int64_t time = model.card.conditioning.window, leads = model.card.backbone.leads;
  const auto encoder = std::make_shared<Encoder>(*model.backbone, time);
  encoder->run(window.data());
  const at::Tensor x = at::from_blob(const_cast<float*>(window.data()), {1, leads, time});
  const at::Tensor expected = model.backbone->encode(x).back()[0].squeeze(1);
  if (!at::allclose(encoder->features(), expected, 1e-4, 1e-4))
    throw std::runtime_error("oneDNN's encoder does not give what libtorch's gives");
  const dnnl_version_t& version = *dnnl_version();
  return {
      fmt::format("oneDNN {}.{}.{}, called directly", version.major, version.minor, version.patch),
      [encoder](const float* from, float*) { encoder->run(from); }};
}

}  // namespace liteheart::peers

#else

namespace liteheart::peers {
bool has_onednn() { return false; }
Contestant onednn_encoder(Model&, const std::vector<float>&) { return {}; }
}  // namespace liteheart::peers

#endif
