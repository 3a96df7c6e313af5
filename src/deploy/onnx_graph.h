// A graph of ONNX operators (opset 17) as it is being written.
#pragma once

#include <ATen/core/Tensor.h>

#include <initializer_list>
#include <string>
#include <variant>
#include <vector>

#include "deploy/fold.h"

namespace onnx {
class GraphProto;
}

namespace liteheart {

/// An attribute of an operator.
struct OnnxAttribute {
  const char* name;
  std::variant<std::int64_t, float, std::vector<std::int64_t>> value;
};

class OnnxGraph {
 public:
  static constexpr int kOpset = 17, kIrVersion = 8;  // ONNX 1.12

  explicit OnnxGraph(onnx::GraphProto& graph) : graph_(graph) {}

  /// A node named as the one value it gives. Returns that name.
  std::string node(const char* op, std::initializer_list<std::string> inputs,
                   const std::string& name, std::initializer_list<OnnxAttribute> attributes = {});
  /// A node that gives several values: `names`.
  void node(const char* op, std::initializer_list<std::string> inputs,
            std::initializer_list<std::string> names,
            std::initializer_list<OnnxAttribute> attributes = {});
  /// A constant tensor of floats, bytes or integers. Returns its name.
  std::string constant(const at::Tensor& values, const std::string& name);
  /// Another shape; 0 keeps the dimension in that place.
  std::string reshape(const std::string& x, const std::vector<std::int64_t>& shape,
                      const std::string& name);

  struct Convolution {
    std::int64_t stride = 1, padding = 0;
    bool leaky = false;
  };
  /// x: [N, in, 1, T] -> [N, out, 1, T / stride].
  std::string convolution(const std::string& x, const Folded& f, const Convolution& shape,
                          const std::string& name);
  /// The same, without activation, of values that have names: weight [out, in, 1, taps].
  std::string convolution(const std::string& x, const std::string& weight, const std::string& bias,
                          std::int64_t taps, const Convolution& shape, const std::string& name);
  /// x: [..., in] -> [..., out].
  std::string linear(const std::string& x, const Folded& f, const std::string& name);
  std::string leaky(const std::string& x, const std::string& name);

  /// Declares the graph's input or output of that name: floats [N, rest...], N free.
  void input(const std::string& name, std::initializer_list<std::int64_t> rest,
             const std::string& meaning);
  void output(const std::string& name, std::initializer_list<std::int64_t> rest,
              const std::string& meaning);

 private:
  onnx::GraphProto& graph_;
};

}  // namespace liteheart
