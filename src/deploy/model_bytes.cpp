#include "deploy/model_bytes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <fstream>

#include "ecg/error.h"
#include "edge/model_generated.h"
#include "nn/weight_checks.h"

namespace liteheart {
namespace {

constexpr std::uintmax_t kMostBytes = std::uintmax_t{1} << 30;

}  // namespace

ModelBytes::ModelBytes(std::size_t size)
    : lines_((size + sizeof(Line) - 1) / sizeof(Line)), size_(size) {}

ModelBytes::ModelBytes(std::span<const std::uint8_t> bytes) : ModelBytes(bytes.size()) {
  if (!bytes.empty()) std::memcpy(lines_.data(), bytes.data(), bytes.size());
}

ModelBytes ModelBytes::read(const std::filesystem::path& file) {
  std::error_code failed;
  const auto size = std::filesystem::file_size(file, failed);
  if (failed) throw Error(file.string(), "cannot be read", "check the name");
  if (size > kMostBytes) throw Error(file.string(), "is too large for a model");
  ModelBytes bytes(size);
  std::ifstream in(file, std::ios::binary);
  if (!in.read(reinterpret_cast<char*>(bytes.lines_.data()), static_cast<std::streamsize>(size)))
    throw Error(file.string(), "cannot be read", "check the disk");
  return bytes;
}

edge::EdgeModel open_edge_model(const ModelBytes& bytes, const std::string& name) {
  edge::EdgeModel model;
  const auto status = edge::EdgeModel::open(bytes.bytes().data(), bytes.bytes().size(), model);
  const auto identifier = bytes.bytes().subspan(0, std::min<std::size_t>(bytes.bytes().size(), 8));
  if (status == edge::ModelStatus::kNoModel && identifier.size() == 8 &&
      std::ranges::equal(identifier.subspan(4, 3), kEdgeFormat)) {
    const char* const known = edge::file::ModelIdentifier();
    if (identifier[7] != static_cast<std::uint8_t>(known[3]))
      throw Error(
          name,
          fmt::format("is an edge model of version {}, this program reads version {}",
                      printable({reinterpret_cast<const char*>(&identifier[7]), 1}), known[3]),
          "make it again with the liteheart export of this version");
  }
  if (status != edge::ModelStatus::kOk)
    throw Error(name, edge::status_text(status), "make it again with liteheart export");
  return model;
}

}  // namespace liteheart
