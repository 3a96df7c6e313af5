// The waveforms of a Philips Sierra ECG XML file.
#pragma once

#include <cstdint>
#include <pugixml.hpp>
#include <string>
#include <vector>

#include "formats/lead_pieces.h"

namespace liteheart {

struct PhilipsWaveforms {
  double rate_hz = 0;
  std::vector<LeadPiece> leads;
  std::vector<std::string> warnings;
};

/// `root`: the file's restingecgdata. Throws Error (with `place`) where there is no waveform, or
/// one of a kind that is not known.
PhilipsWaveforms read_philips_waveforms(pugi::xml_node root, std::uint64_t file_bytes,
                                        const std::string& place);

}  // namespace liteheart
