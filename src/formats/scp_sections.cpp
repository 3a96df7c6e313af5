#include "formats/scp_sections.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "ecg/error.h"

namespace liteheart {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::size_t kRecordHeader = 6, kSectionHeader = 16, kPointer = 10;
constexpr std::size_t kFirstPointer = kRecordHeader + kSectionHeader;

/// CRC-CCITT: polynomial 0x1021, highest bit first.
std::uint16_t checksum(Bytes bytes, std::uint16_t start) {
  static const auto table = [] {
    std::array<std::uint16_t, 256> made{};
    for (unsigned i = 0; i < made.size(); ++i) {
      unsigned crc = i << 8;
      for (int bit = 0; bit < 8; ++bit) crc = (crc << 1) ^ (crc & 0x8000U ? 0x1021U : 0U);
      made[i] = static_cast<std::uint16_t>(crc);
    }
    return made;
  }();
  std::uint16_t crc = start;
  for (const std::uint8_t byte : bytes)
    crc = static_cast<std::uint16_t>((crc << 8) ^ table[(crc >> 8) ^ byte]);
  return crc;
}

template <class Integer>
Integer number_at(Bytes file, std::size_t at) {
  return ByteReader(file.subspan(at), {}).little<Integer>();
}

/// The byte number that section 0 gives for itself; 0 where there is none.
std::uint32_t own_pointer(Bytes file) {
  if (file.size() < kFirstPointer + kPointer) return 0;
  const auto length = number_at<std::uint32_t>(file, kRecordHeader + 4);
  const bool of_section_0 = number_at<std::uint16_t>(file, kRecordHeader + 2) == 0 &&
                            number_at<std::uint16_t>(file, kFirstPointer) == 0;
  if (!of_section_0 || length < kSectionHeader + kPointer ||
      number_at<std::uint32_t>(file, kFirstPointer + 2) != length)
    return 0;
  return number_at<std::uint32_t>(file, kFirstPointer + 6);
}

bool says_scp(Bytes file) {
  constexpr std::string_view kMark = "SCPECG";
  constexpr std::size_t kAt = kRecordHeader + kSectionHeader - kMark.size();
  return file.size() >= kAt + kMark.size() &&
         std::equal(kMark.begin(), kMark.end(), file.begin() + kAt);
}

bool matches(Bytes section, ScpDialect dialect) {
  const auto stored = number_at<std::uint16_t>(section, 0);
  if (dialect == ScpDialect::kStandard) return checksum(section.subspan(2), 0xFFFF) == stored;
  const std::uint16_t own = checksum(section.subspan(2), 0);
  return own == stored || static_cast<std::uint16_t>(own << 8 | own >> 8) == stored;
}

/// The others, such as measurements, are left alone, and so are their checksums.
bool is_read(std::uint16_t id) {
  constexpr std::array<std::uint16_t, 7> kRead = {1, 2, 3, 5, 6, 8, 11};
  return std::find(kRead.begin(), kRead.end(), id) != kRead.end();
}

class Finder {
 public:
  Finder(Bytes file, const std::string& place, std::vector<std::string>& warnings)
      : file_(file), warnings_(warnings) {
    found_.place = place;
    if (!says_scp(file) && own_pointer(file) == kRecordHeader)
      found_.dialect = ScpDialect::kHealforce;
  }

  ScpSections find() {
    if (file_.size() < kFirstPointer + kPointer)
      throw Error(found_.place, "an SCP-ECG file that is cut off in its header",
                  "get a whole copy of it");
    if (found_.dialect == ScpDialect::kStandard) check_record();
    const auto length = number_at<std::uint32_t>(file_, kRecordHeader + 4);
    const std::size_t end = std::min<std::size_t>(
        file_.size(), kRecordHeader + std::max<std::size_t>(length, kSectionHeader + kPointer));
    for (std::size_t at = kFirstPointer; at + kPointer <= end; at += kPointer) take_pointer(at);
    if (!mismatched_.empty())
      warnings_.push_back(fmt::format("checksums do not match in section {}: damaged data?",
                                      fmt::join(mismatched_, ", ")));
    return std::move(found_);
  }

 private:
  void check_record() {
    const auto size = number_at<std::uint32_t>(file_, 2);
    if (size > file_.size()) {
      warnings_.push_back(fmt::format("the file is cut off: {} of {} bytes are missing",
                                      size - file_.size(), size));
    } else if (size > kFirstPointer &&
               checksum(file_.subspan(2, size - 2), 0xFFFF) != number_at<std::uint16_t>(file_, 0)) {
      warnings_.push_back("the checksum of the record does not match: damaged data?");
    }
  }

  bool is_header(std::uint64_t at, std::uint16_t id) const {
    return at + kSectionHeader <= file_.size() &&
           number_at<std::uint16_t>(file_, static_cast<std::size_t>(at) + 2) == id;
  }

  void take_pointer(std::size_t pointer_at) {
    ByteReader pointer(file_.subspan(pointer_at), {});
    const auto id = pointer.little<std::uint16_t>();
    const auto length = pointer.little<std::uint32_t>();
    const auto number = pointer.little<std::uint32_t>();
    if (!is_read(id) || length < kSectionHeader || number == 0 || seen_[id]) return;
    seen_[id] = true;
    const std::uint32_t base = found_.dialect == ScpDialect::kStandard ? 1 : 0;
    const std::uint64_t at = number - base;
    found_.sections[id].declared = length - kSectionHeader;
    if (!is_header(at, id)) {
      warnings_.push_back(fmt::format("section {} is not at byte {}, where it should be", id, at));
      return;
    }
    const auto begin = static_cast<std::size_t>(at);
    const std::size_t there = std::min<std::size_t>(length, file_.size() - begin);
    const Bytes section = file_.subspan(begin, there);
    if (there == length && !matches(section, found_.dialect)) mismatched_.push_back(id);
    found_.sections[id].data = section.subspan(kSectionHeader);
    found_.sections[id].at = begin + kSectionHeader;
  }

  Bytes file_;
  std::vector<std::string>& warnings_;
  ScpSections found_;
  std::array<bool, ScpSections::kCount> seen_ = {};
  std::vector<unsigned> mismatched_;
};

}  // namespace

bool looks_like_scp(std::string_view beginning) {
  const Bytes bytes(reinterpret_cast<const std::uint8_t*>(beginning.data()), beginning.size());
  const std::uint32_t own = own_pointer(bytes);
  return says_scp(bytes) || own == kRecordHeader || own == kRecordHeader + 1;
}

ScpSections find_scp_sections(Bytes file, const std::string& place,
                              std::vector<std::string>& warnings) {
  return Finder(file, place, warnings).find();
}

}  // namespace liteheart
