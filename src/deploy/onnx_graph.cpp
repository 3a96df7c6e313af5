#include "deploy/onnx_graph.h"

#include <ATen/ATen.h>
#include <onnx/onnx_pb.h>

#include "edge/kernels.h"

namespace liteheart {
namespace {

void declare(onnx::ValueInfoProto& value, const std::string& name,
             std::initializer_list<std::int64_t> rest, const std::string& meaning) {
  value.set_name(name);
  value.set_doc_string(meaning);
  auto& type = *value.mutable_type()->mutable_tensor_type();
  type.set_elem_type(onnx::TensorProto::FLOAT);
  type.mutable_shape()->add_dim()->set_dim_param("N");
  for (const auto size : rest) type.mutable_shape()->add_dim()->set_dim_value(size);
}

void set(onnx::AttributeProto& to, const OnnxAttribute& from) {
  to.set_name(from.name);
  if (const auto* i = std::get_if<std::int64_t>(&from.value)) {
    to.set_type(onnx::AttributeProto::INT);
    to.set_i(*i);
  } else if (const auto* f = std::get_if<float>(&from.value)) {
    to.set_type(onnx::AttributeProto::FLOAT);
    to.set_f(*f);
  } else {
    to.set_type(onnx::AttributeProto::INTS);
    for (const auto x : std::get<std::vector<std::int64_t>>(from.value)) to.add_ints(x);
  }
}

int element_type(at::ScalarType type) {
  switch (type) {
    case at::kByte:
      return onnx::TensorProto::UINT8;
    case at::kChar:
      return onnx::TensorProto::INT8;
    case at::kInt:
      return onnx::TensorProto::INT32;
    case at::kLong:
      return onnx::TensorProto::INT64;
    default:
      return onnx::TensorProto::FLOAT;
  }
}

}  // namespace

void OnnxGraph::node(const char* op, std::initializer_list<std::string> inputs,
                     std::initializer_list<std::string> names,
                     std::initializer_list<OnnxAttribute> attributes) {
  onnx::NodeProto& node = *graph_.add_node();
  node.set_op_type(op);
  node.set_name(*names.begin());
  for (const auto& input : inputs) node.add_input(input);
  for (const auto& name : names) node.add_output(name);
  for (const auto& attribute : attributes) set(*node.add_attribute(), attribute);
}

std::string OnnxGraph::node(const char* op, std::initializer_list<std::string> inputs,
                            const std::string& name,
                            std::initializer_list<OnnxAttribute> attributes) {
  node(op, inputs, {name}, attributes);
  return name;
}

std::string OnnxGraph::constant(const at::Tensor& values, const std::string& name) {
  onnx::TensorProto& tensor = *graph_.add_initializer();
  tensor.set_name(name);
  const at::Tensor flat =
      (values.scalar_type() == at::kDouble ? values.to(at::kFloat) : values).contiguous();
  tensor.set_data_type(element_type(flat.scalar_type()));
  for (const auto size : flat.sizes()) tensor.add_dims(size);
  tensor.set_raw_data(flat.data_ptr(), flat.nbytes());
  return name;
}

std::string OnnxGraph::reshape(const std::string& x, const std::vector<std::int64_t>& shape,
                               const std::string& name) {
  return node("Reshape", {x, constant(at::tensor(shape, at::kLong), name + ".shape")}, name);
}

std::string OnnxGraph::convolution(const std::string& x, const Folded& f, const Convolution& shape,
                                   const std::string& name) {
  const auto y = convolution(x, constant(f.weight.unsqueeze(2), name + ".weight"),
                             constant(f.bias, name + ".bias"), f.weight.size(2), shape, name);
  return shape.leaky ? leaky(y, name + ".leaky") : y;
}

std::string OnnxGraph::convolution(const std::string& x, const std::string& weight,
                                   const std::string& bias, std::int64_t taps,
                                   const Convolution& shape, const std::string& name) {
  return node("Conv", {x, weight, bias}, name,
              {{"kernel_shape", std::vector<std::int64_t>{1, taps}},
               {"strides", std::vector<std::int64_t>{1, shape.stride}},
               {"pads", std::vector<std::int64_t>{0, shape.padding, 0, shape.padding}}});
}

std::string OnnxGraph::linear(const std::string& x, const Folded& f, const std::string& name) {
  const auto y =
      node("MatMul", {x, constant(f.weight.squeeze(2).t(), name + ".weight")}, name + ".product");
  return node("Add", {y, constant(f.bias, name + ".bias")}, name);
}

std::string OnnxGraph::leaky(const std::string& x, const std::string& name) {
  return node("LeakyRelu", {x}, name, {{"alpha", edge::kLeakySlope}});
}

void OnnxGraph::input(const std::string& name, std::initializer_list<std::int64_t> rest,
                      const std::string& meaning) {
  declare(*graph_.add_input(), name, rest, meaning);
}

void OnnxGraph::output(const std::string& name, std::initializer_list<std::int64_t> rest,
                       const std::string& meaning) {
  declare(*graph_.add_output(), name, rest, meaning);
}

}  // namespace liteheart
