// The container of SCP-ECG (EN 1064, ISO 11073-91064): a checksum, the record's size, then sections
// with a header of 16 bytes each; section 0 points to the others.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/byte_reader.h"

namespace liteheart {

struct ScpSection {
  std::span<const std::uint8_t> data;  // behind the header; empty where the section is not there
  std::size_t at = 0;                  // byte of the file where data begins
  std::size_t declared = 0;            // bytes that data should have; 0: the file has none
};

/// What the Prince 180D of Healforce makes of the standard: byte numbers count from 0, checksums
/// start at 0, some with their bytes swapped, and the rhythm is coded in a way of its own.
enum class ScpDialect { kStandard, kHealforce };

struct ScpSections {
  static constexpr std::size_t kCount = 12;  // those that the standard defines

  std::string place;  // the file, for errors
  ScpDialect dialect = ScpDialect::kStandard;
  std::array<ScpSection, kCount> sections;  // those that are read: 1, 2, 3, 5, 6, 8, 11

  const ScpSection& operator[](std::size_t id) const { return sections[id]; }
  ByteReader reader(std::size_t id) const {
    return ByteReader(sections[id].data, place, sections[id].at);
  }
};

/// Whether a file that begins so is of SCP-ECG: section 0 says so, or points to itself.
bool looks_like_scp(std::string_view beginning);

/// Finds the sections of a file that looks_like_scp. What is cut off, misplaced or does not match
/// its checksum adds to `warnings`. Throws Error if not even the pointers are there.
ScpSections find_scp_sections(std::span<const std::uint8_t> file, const std::string& place,
                              std::vector<std::string>& warnings);

}  // namespace liteheart
