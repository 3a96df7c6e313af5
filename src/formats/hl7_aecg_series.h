// The waveforms of one series of an HL7 annotated ECG.
#pragma once

#include <optional>
#include <pugixml.hpp>
#include <string>
#include <vector>

#include "formats/lead_pieces.h"
#include "formats/read_options.h"

namespace liteheart {

struct AecgWaveforms {
  double rate_hz = 0;
  std::string start;  // of the first sample, or empty
  std::vector<LeadPiece> pieces;
  std::vector<std::string> warnings;
};

/// Whether a sequence set of the series holds a lead.
bool holds_leads(pugi::xml_node series);

/// Throws Error (with `place`) where a lead's samples, unit or time cannot be understood.
AecgWaveforms read_aecg_series(pugi::xml_node series, const ReadOptions& options,
                               const std::string& place);

}  // namespace liteheart
