// The pickle inside a file of torch.save, walked without running anything it names.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace liteheart {

/// A tensor as the pickle describes it: a strided view of one storage record. Not yet checked
/// against that record.
struct PickledTensor {
  std::string name;
  std::string storage_type;  // "FloatStorage"
  std::string storage_key;   // the record is data/KEY
  std::int64_t storage_elements = 0;
  std::int64_t offset = 0;  // in elements, as the strides
  std::vector<std::int64_t> sizes, strides;
  std::size_t opcode = 0;  // byte in the pickle that made it
};

/// Names every tensor of a pickled state dict (protocols 2 to 5), in file order.
///
/// Where the outermost dict has a dict under `state_dict`, `model_state_dict` or `model`, only that
/// one is read, as deep as this holds; so a training checkpoint gives its model and not its
/// optimizer. Dicts and lists inside the state dict give dotted names ("encoder.0.weight").
/// Numbers, strings and None are passed over.
///
/// Understood globals: collections.OrderedDict, torch._utils._rebuild_tensor_v2,
/// torch._utils._rebuild_parameter, torch.*Storage; any other is an Error that names it.
/// `file` begins each Error's place. Memory and time are bounded by the pickle's size.
std::vector<PickledTensor> read_pickled_state_dict(std::string_view pickle,
                                                   const std::string& file);

}  // namespace liteheart
