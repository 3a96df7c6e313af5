#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <c10/core/Storage.h>
#include <c10/util/Exception.h>
#include <caffe2/serialize/inline_container.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "ecg/error.h"
#include "nn/torch_pickle.h"
#include "nn/weight_checks.h"
#include "nn/weights.h"

namespace liteheart {
namespace {

static_assert(std::endian::native == std::endian::little, "storages are read without byte swaps");

using Archive = caffe2::serialize::PyTorchStreamReader;

constexpr std::string_view kSaveAgain = "save model.state_dict() again with torch.save";

constexpr std::array<std::pair<std::string_view, at::ScalarType>, 10> kStorageTypes{{
    {"FloatStorage", at::kFloat},
    {"DoubleStorage", at::kDouble},
    {"HalfStorage", at::kHalf},
    {"BFloat16Storage", at::kBFloat16},
    {"LongStorage", at::kLong},
    {"IntStorage", at::kInt},
    {"ShortStorage", at::kShort},
    {"CharStorage", at::kChar},
    {"ByteStorage", at::kByte},
    {"BoolStorage", at::kBool},
}};

void check_is_zip(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::array<char, 4> magic{};
  if (!in.read(magic.data(), magic.size())) {
    throw Error(file.string(), "cannot be read", "check that it is a file of torch.save");
  }
  if (std::string_view(magic.data(), magic.size()) != "PK\x03\x04") {
    throw Error(file.string() + " byte 0", "not the zip file that torch.save writes since 1.6",
                kSaveAgain);
  }
}

/// Elements of the storage that the view touches; nothing if that is no number of elements.
std::optional<std::int64_t> reach(const PickledTensor& tensor, std::int64_t elements) {
  std::int64_t end = tensor.offset;
  if (end < 0) return {};
  if (elements == 0) return end;
  for (std::size_t d = 0; d < tensor.sizes.size(); ++d) {
    std::int64_t span = 0;
    if (tensor.strides[d] < 0 ||
        __builtin_mul_overflow(tensor.sizes[d] - 1, tensor.strides[d], &span) ||
        __builtin_add_overflow(end, span, &end)) {
      return {};
    }
  }
  if (__builtin_add_overflow(end, std::int64_t{1}, &end)) return {};
  return end;
}

/// Turns described tensors into real ones; tensors that share a storage go on sharing it.
class Storages {
 public:
  Storages(Archive& archive, const std::string& file)
      : archive_(archive),
        file_(file),
        copyable_bytes_(static_cast<double>(std::filesystem::file_size(file))) {}

  at::Tensor tensor(const PickledTensor& pickled) {
    const auto fail = [&](const std::string& problem) {
      throw Error(fmt::format("{} data.pkl byte {}", file_, pickled.opcode),
                  fmt::format("tensor {} {}", printable(pickled.name), problem), kSaveAgain);
    };
    const auto type = std::ranges::find(kStorageTypes, pickled.storage_type,
                                        &decltype(kStorageTypes)::value_type::first);
    if (type == kStorageTypes.end()) {
      fail(fmt::format("has the unknown type {}", printable(pickled.storage_type)));
    }
    const std::size_t element_size = at::elementSize(type->second);
    const auto elements = element_count(pickled.sizes, element_size);
    if (!elements || pickled.strides.size() != pickled.sizes.size()) {
      fail("has an impossible shape");
    }
    const auto end = reach(pickled, *elements);
    if (!end || *end > pickled.storage_elements) fail("reaches outside its storage");
    if (*elements > pickled.storage_elements) fail("repeats its storage; make it contiguous()");

    const std::string record = "data/" + pickled.storage_key;
    if (!archive_.hasRecord(record)) fail(fmt::format("has no record {}", printable(record)));
    const c10::Storage& storage = load(record);
    if (static_cast<std::size_t>(pickled.storage_elements) > storage.nbytes() / element_size) {
      fail(fmt::format("needs {} elements of {} bytes and record {} has {} bytes",
                       pickled.storage_elements, element_size, printable(record),
                       storage.nbytes()));
    }
    at::Tensor view = at::empty({0}, type->second);
    view.set_(storage, pickled.offset, pickled.sizes, pickled.strides);
    if (!view.is_contiguous() && (copyable_bytes_ -= static_cast<double>(view.nbytes())) < 0) {
      fail("and others are strided views that together exceed the file");
    }
    return view.contiguous();
  }

 private:
  const c10::Storage& load(const std::string& record) {
    const auto known = loaded_.find(record);
    if (known != loaded_.end()) return known->second;
    auto [bytes, size] = archive_.getRecord(record);
    return loaded_
        .emplace(record, c10::Storage(c10::Storage::use_byte_size_t(), size, std::move(bytes)))
        .first->second;
  }

  Archive& archive_;
  const std::string& file_;
  std::unordered_map<std::string, c10::Storage> loaded_;
  double copyable_bytes_;
};

std::string text(Archive& archive, const std::string& record) {
  const auto [bytes, size] = archive.getRecord(record);
  return {static_cast<const char*>(bytes.get()), size};
}

NamedTensors read(Archive& archive, const std::string& file) {
  if (archive.hasRecord("byteorder") && text(archive, "byteorder") != "little") {
    throw Error(file + " byteorder", "the tensors are not little-endian", kSaveAgain);
  }
  if (!archive.hasRecord("data.pkl")) {
    throw Error(file, "the zip file holds no data.pkl", kSaveAgain);
  }
  Storages storages(archive, file);
  NamedTensors tensors;
  for (const PickledTensor& pickled : read_pickled_state_dict(text(archive, "data.pkl"), file)) {
    tensors.emplace_back(pickled.name, storages.tensor(pickled));
  }
  return tensors;
}

/// libtorch's message without its "[enforce fail at FILE:LINE] . " and what follows the first line.
std::string first_line(const c10::Error& error) {
  const std::string message = error.what_without_backtrace();
  const std::size_t prefix = message.find("] . ");
  const std::size_t begin = prefix == std::string::npos ? 0 : prefix + 4;
  return message.substr(begin, message.find('\n', begin) - begin);
}

}  // namespace

NamedTensors read_torch_state_dict(const std::filesystem::path& file) {
  check_is_zip(file);
  try {
    Archive archive(file.string());
    return read(archive, file.string());
  } catch (const c10::Error& error) {
    throw Error(file.string(), first_line(error), kSaveAgain);
  } catch (const std::logic_error& error) {  // a version record that is no number
    throw Error(file.string(), error.what(), kSaveAgain);
  }
}

}  // namespace liteheart
