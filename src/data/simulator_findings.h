// The findings the simulator can draw, their SNOMED CT codes, and which exclude each other.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace liteheart::simulator {

enum class Finding : std::uint8_t {
  kSinusRhythm,
  kBradycardia,
  kTachycardia,
  kSinusArrhythmia,
  kFibrillation,
  kFlutter,
  kPrematureAtrial,
  kPrematureVentricular,
  kFirstDegreeBlock,
  kLeftBundleBlock,
  kRightBundleBlock,
  kLeftAxis,
  kRightAxis,
  kLongQt,
  kTInversion,
  kStElevation,
  kStDepression,
  kLowVoltage,
  kLeftHypertrophy,
};
inline constexpr std::size_t kFindings = 19;

struct FindingEntry {
  std::string_view abbreviation, code;
};
/// Indexed by Finding.
extern const std::array<FindingEntry, kFindings> kFindingTable;

/// A set of findings.
class Findings {
 public:
  bool has(Finding finding) const { return (bits_ & bit(finding)) != 0; }
  void add(Finding finding) { bits_ |= bit(finding); }
  void remove(Finding finding) { bits_ &= ~bit(finding); }
  bool empty() const { return bits_ == 0; }

 private:
  static std::uint32_t bit(Finding finding) { return 1u << static_cast<unsigned>(finding); }
  std::uint32_t bits_ = 0;
};

/// True for the rhythms of which a recording has just one.
bool is_rhythm(Finding finding);

/// True if one recording cannot show both.
bool exclude(Finding a, Finding b);

/// True if `finding` can be added to `present`.
bool fits(Finding finding, const Findings& present);

/// The finding of an abbreviation. Throws Error if it is unknown.
Finding parse_finding(const std::string& abbreviation);

/// The set of these abbreviations. Throws Error if one is unknown or two exclude each other.
Findings parse_findings(const std::vector<std::string>& abbreviations);

}  // namespace liteheart::simulator
