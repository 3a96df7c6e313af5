// Format: 8 bytes little-endian header length, a JSON header, then the tensors without gaps.
// {"__metadata__": {text: text}, NAME: {"dtype", "shape", "data_offsets": [begin, end]}}
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>
#include <utility>

#include "data/output_file.h"
#include "ecg/error.h"
#include "nn/weight_checks.h"
#include "nn/weights.h"

namespace liteheart {
namespace {

using nlohmann::json;

static_assert(std::endian::native == std::endian::little, "tensors are stored without byte swaps");

constexpr std::string_view kMetadata = "__metadata__";
constexpr std::string_view kDamaged = "the file is damaged or not safetensors; make it again";
constexpr std::uint64_t kLengthBytes = 8;
constexpr std::uint64_t kMostHeaderBytes = 100'000'000;  // the format's own limit

constexpr std::array<std::pair<std::string_view, at::ScalarType>, 7> kTypes{{
    {"F32", at::kFloat},
    {"F64", at::kDouble},
    {"F16", at::kHalf},
    {"BF16", at::kBFloat16},
    {"I64", at::kLong},
    {"I32", at::kInt},
    {"U8", at::kByte},
}};

struct Entry {
  std::string name;
  at::ScalarType type;
  std::vector<std::int64_t> shape;
  std::uint64_t begin, end;  // bytes from the start of the data
};

/// The checked header of one file.
class HeaderReader {
 public:
  explicit HeaderReader(const std::filesystem::path& file) : file_(file.string()) {}

  /// `data_bytes`: what the file holds after its header.
  std::vector<Entry> read(std::string_view text, std::uint64_t data_bytes);
  std::map<std::string, std::string> metadata;

 private:
  [[noreturn]] void fail(std::uint64_t byte, const std::string& problem) const {
    throw Error(fmt::format("{} byte {}", file_, byte), problem, kDamaged);
  }
  json parse(std::string_view text, std::vector<std::string>& names) const;
  void read_metadata(const json& map);
  Entry read_entry(const std::string& name, const json& fields) const;
  void check_layout(std::vector<Entry> entries, std::uint64_t data_begin,
                    std::uint64_t data_bytes) const;

  std::string file_;
};

std::vector<Entry> HeaderReader::read(std::string_view text, std::uint64_t data_bytes) {
  std::vector<std::string> names;  // json forgets their order
  const json header = parse(text, names);
  std::vector<Entry> entries;
  for (const std::string& name : names) {
    if (name == kMetadata) {
      read_metadata(header.at(name));
    } else {
      entries.push_back(read_entry(name, header.at(name)));
    }
  }
  check_layout(entries, kLengthBytes + text.size(), data_bytes);
  return entries;
}

json HeaderReader::parse(std::string_view text, std::vector<std::string>& names) const {
  std::set<std::string> known;
  const auto note_name = [&](int depth, json::parse_event_t event, json& parsed) {
    if (depth > 3) fail(kLengthBytes, "the header is nested too deep");
    if (event == json::parse_event_t::key && depth == 1) {
      names.push_back(parsed.get<std::string>());
      if (!known.insert(names.back()).second) {
        fail(kLengthBytes, fmt::format("the header names {} twice", printable(names.back())));
      }
    }
    return true;
  };
  try {
    json header = json::parse(text, note_name);
    if (!header.is_object()) fail(kLengthBytes, "the header is not a JSON object");
    return header;
  } catch (const json::parse_error& error) {
    fail(kLengthBytes + error.byte, "the header is not JSON");
  }
}

void HeaderReader::read_metadata(const json& map) {
  if (!map.is_object()) fail(kLengthBytes, "the metadata is not a JSON object");
  for (const auto& [key, value] : map.items()) {
    if (!value.is_string()) {
      fail(kLengthBytes, fmt::format("the metadata {} is not a text", printable(key)));
    }
    metadata[key] = value.get<std::string>();
  }
}

Entry HeaderReader::read_entry(const std::string& name, const json& fields) const {
  const auto wrong = [&](std::string_view problem) {
    fail(kLengthBytes, fmt::format("tensor {}: {}", printable(name), problem));
  };
  const auto is_count = [](const json& value) { return value.is_number_unsigned(); };
  const auto list_of_counts = [&](const char* key) {
    if (!fields.is_object() || !fields.contains(key)) wrong(fmt::format("has no {}", key));
    const json& list = fields.at(key);
    if (!list.is_array() || !std::ranges::all_of(list, is_count)) {
      wrong(fmt::format("its {} is not a list of sizes", key));
    }
    return list.get<std::vector<std::uint64_t>>();
  };
  const std::vector<std::uint64_t> shape = list_of_counts("shape");
  const std::vector<std::uint64_t> offsets = list_of_counts("data_offsets");
  if (offsets.size() != 2 || offsets[0] > offsets[1]) wrong("its data_offsets are no range");
  if (!fields.contains("dtype") || !fields["dtype"].is_string()) wrong("has no dtype");

  const auto type = std::ranges::find(kTypes, fields["dtype"].get<std::string>(),
                                      &decltype(kTypes)::value_type::first);
  if (type == kTypes.end()) {
    wrong(fmt::format("its dtype {} is none of F32, F64, F16, BF16, I64, I32, U8",
                      printable(fields["dtype"].get<std::string>())));
  }
  Entry entry{name, type->second, {shape.begin(), shape.end()}, offsets[0], offsets[1]};
  const std::size_t element_size = at::elementSize(type->second);
  const auto elements = element_count(entry.shape, element_size);
  if (!elements) wrong("its shape is impossible");
  if (static_cast<std::uint64_t>(*elements) * element_size != entry.end - entry.begin) {
    wrong("its shape and dtype do not fill its data_offsets");
  }
  return entry;
}

void HeaderReader::check_layout(std::vector<Entry> entries, std::uint64_t data_begin,
                                std::uint64_t data_bytes) const {
  std::ranges::sort(entries, {}, [](const Entry& e) { return std::pair(e.begin, e.end); });
  std::uint64_t claimed = 0;
  for (const Entry& entry : entries) {
    if (entry.begin != claimed) {
      fail(data_begin + std::min(entry.begin, claimed),
           fmt::format("tensor {} {}", printable(entry.name),
                       entry.begin < claimed ? "overlaps another" : "leaves a gap before it"));
    }
    if (entry.end > data_bytes) {
      fail(data_begin + data_bytes, fmt::format("the file ends inside tensor {}, {} bytes short",
                                                printable(entry.name), entry.end - data_bytes));
    }
    claimed = entry.end;
  }
  if (claimed != data_bytes) {
    fail(data_begin + claimed, fmt::format("{} bytes belong to no tensor", data_bytes - claimed));
  }
}

std::string read_header(std::ifstream& in, const std::string& file, std::uint64_t file_bytes) {
  std::uint64_t length = 0;
  if (!in.read(reinterpret_cast<char*>(&length), kLengthBytes)) {
    throw Error(file + " byte 0", "the file has no header", kDamaged);
  }
  if (length > std::min(kMostHeaderBytes, file_bytes - kLengthBytes)) {
    throw Error(
        file + " byte 0",
        fmt::format("a header of {} bytes does not fit the file or the limit of 100 MB", length),
        kDamaged);
  }
  std::string text(length, '\0');
  if (!in.read(text.data(), static_cast<std::streamsize>(length))) {
    throw Error(file + " byte 8", "the header cannot be read", kDamaged);
  }
  return text;
}

std::string_view type_name(const at::Tensor& tensor) {
  const auto type =
      std::ranges::find(kTypes, tensor.scalar_type(), &decltype(kTypes)::value_type::second);
  return type == kTypes.end() ? std::string_view() : type->first;
}

void check_writable(const std::filesystem::path& file, const NamedTensors& tensors) {
  std::set<std::string_view> names{kMetadata};
  for (const auto& [name, tensor] : tensors) {
    const std::string place = fmt::format("{} tensor {}", file.string(), printable(name));
    if (!names.insert(name).second) {
      throw Error(place, "its name is taken", "give each tensor its own name");
    }
    if (!tensor.defined() || tensor.layout() != at::kStrided || type_name(tensor).empty()) {
      throw Error(place, "safetensors cannot hold this kind of tensor",
                  "convert it to a dense F32, F64, F16, BF16, I64, I32 or U8 tensor");
    }
  }
}

/// The order of the data: large elements first, so that each tensor is aligned to its element.
std::vector<std::size_t> data_order(const NamedTensors& tensors) {
  std::vector<std::size_t> order(tensors.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::stable_sort(order, std::greater{},
                           [&](std::size_t i) { return tensors[i].second.element_size(); });
  return order;
}

std::string make_header(const std::filesystem::path& file, const WeightFile& weights,
                        const std::vector<std::size_t>& order) {
  std::vector<std::array<std::size_t, 2>> offsets(order.size());
  std::size_t end = 0;
  for (const std::size_t i : order) {
    const std::size_t begin = end;
    end += weights.tensors[i].second.nbytes();
    offsets[i] = {begin, end};
  }
  std::string text;
  try {
    std::vector<std::string> fields;
    if (!weights.metadata.empty()) {
      fields.push_back(fmt::format("{}:{}", json(kMetadata).dump(), json(weights.metadata).dump()));
    }
    for (std::size_t i = 0; i < order.size(); ++i) {
      const auto& [name, tensor] = weights.tensors[i];
      fields.push_back(fmt::format(R"({}:{{"dtype":"{}","shape":[{}],"data_offsets":[{}]}})",
                                   json(name).dump(), type_name(tensor),
                                   fmt::join(tensor.sizes(), ","), fmt::join(offsets[i], ",")));
    }
    text = fmt::format("{{{}}}", fmt::join(fields, ","));
  } catch (const json::type_error&) {
    throw Error(file.string(), "a name or the metadata is not UTF-8", "rename it");
  }
  text.resize((text.size() + 7) / 8 * 8, ' ');
  if (text.size() > kMostHeaderBytes) {
    throw Error(file.string(), "names and metadata need more than 100 MB", "shorten the metadata");
  }
  return text;
}

}  // namespace

WeightFile read_safetensors(const std::filesystem::path& file) {
  std::error_code unreadable;
  const std::uint64_t file_bytes = std::filesystem::file_size(file, unreadable);
  std::ifstream in(file, std::ios::binary);
  if (unreadable || !in) throw Error(file.string(), "cannot be read", "check that the file exists");

  const std::string text = read_header(in, file.string(), file_bytes);
  HeaderReader header(file);
  const std::uint64_t data_begin = kLengthBytes + text.size();
  const std::vector<Entry> entries = header.read(text, file_bytes - data_begin);

  WeightFile weights{{}, std::move(header.metadata)};
  for (const Entry& entry : entries) {
    at::Tensor tensor = at::empty(entry.shape, entry.type);
    in.seekg(static_cast<std::streamoff>(data_begin + entry.begin));
    in.read(static_cast<char*>(tensor.data_ptr()),
            static_cast<std::streamsize>(entry.end - entry.begin));
    if (!in) {
      throw Error(fmt::format("{} byte {}", file.string(), data_begin + entry.begin),
                  fmt::format("tensor {} cannot be read", printable(entry.name)), kDamaged);
    }
    weights.tensors.emplace_back(entry.name, std::move(tensor));
  }
  return weights;
}

void write_safetensors(const std::filesystem::path& file, const WeightFile& weights) {
  check_writable(file, weights.tensors);
  const std::vector<std::size_t> order = data_order(weights.tensors);
  const std::string header = make_header(file, weights, order);
  replace_file(file, [&](OutputFile& out) {
    const std::uint64_t length = header.size();
    out.write_at(0, &length, kLengthBytes);
    out.write_at(kLengthBytes, header);
    std::uint64_t at = kLengthBytes + length;
    for (const std::size_t i : order) {
      const at::Tensor tensor = weights.tensors[i].second.detach().cpu().contiguous();
      out.write_at(at, tensor.data_ptr(), tensor.nbytes());
      at += tensor.nbytes();
    }
  });
}

}  // namespace liteheart
