#include "data/dataset.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string_view>

#include "data/dataset_json.h"
#include "data/npy.h"
#include "ecg/error.h"
#include "ecg/leads.h"

namespace liteheart {

// A .npy file in memory, read-only.
struct PreparedDataset::Mapping {
  // Checks that the file holds exactly an array of `shape`, and maps it.
  Mapping(const std::filesystem::path& path, std::string_view descr, std::size_t item_bytes,
          const std::vector<std::size_t>& shape) {
    const NpyHeader header = read_npy_header(path);
    if (header.descr != descr || header.shape != shape)
      throw Error(path.string(), "does not hold the array that dataset.json describes",
                  "prepare the data set again");
    std::size_t expected = item_bytes;
    for (const std::size_t extent : shape) expected *= extent;
    expected += header.bytes;
    bytes = std::filesystem::file_size(path);
    if (bytes != expected)
      throw Error(path.string(),
                  "has " + std::to_string(bytes) + " bytes where its header promises " +
                      std::to_string(expected),
                  "copy it again, or prepare the data set again");
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor >= 0) {
      address = ::mmap(nullptr, bytes, PROT_READ, MAP_SHARED, descriptor, 0);
      ::close(descriptor);
    }
    if (descriptor < 0 || address == MAP_FAILED)
      throw Error(path.string(), "cannot be mapped", "check that it may be read");
    array = static_cast<const std::byte*>(address) + header.bytes;
  }
  ~Mapping() { ::munmap(address, bytes); }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  void* address = MAP_FAILED;
  std::size_t bytes = 0;
  const std::byte* array = nullptr;
};

PreparedDataset::PreparedDataset(const std::filesystem::path& folder) : folder_(folder) {
  DatasetDescription description = read_description(folder / kDescriptionFile);
  conditioning_ = description.conditioning;
  scale_ = description.scale;
  classes_ = std::move(description.classes);
  rows_ = read_records_csv(folder / kRecordsFile);
  if (rows_.size() != description.records)
    throw Error((folder / kRecordsFile).string(),
                "has " + std::to_string(rows_.size()) + " records where dataset.json promises " +
                    std::to_string(description.records),
                "prepare the data set again");
  signals_ = std::make_unique<Mapping>(
      folder / kSignalsFile, "<i2", sizeof(std::int16_t),
      std::vector<std::size_t>{rows_.size(), kLeads,
                               static_cast<std::size_t>(conditioning_.window)});
  labels_ = std::make_unique<Mapping>(folder / kLabelsFile, "|u1", sizeof(std::uint8_t),
                                      std::vector<std::size_t>{rows_.size(), classes_.size()});
}

PreparedDataset::~PreparedDataset() = default;
PreparedDataset::PreparedDataset(PreparedDataset&&) noexcept = default;

std::span<const std::int16_t> PreparedDataset::signal(std::size_t i) const {
  const std::size_t values = kLeads * static_cast<std::size_t>(conditioning_.window);
  return {reinterpret_cast<const std::int16_t*>(signals_->array) + i * values, values};
}

std::span<const std::uint8_t> PreparedDataset::labels(std::size_t i) const {
  return {reinterpret_cast<const std::uint8_t*>(labels_->array) + i * classes_.size(),
          classes_.size()};
}

std::vector<std::size_t> PreparedDataset::indices(Split split) const {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < rows_.size(); ++i)
    if (rows_[i].split == split) found.push_back(i);
  return found;
}

}  // namespace liteheart
