#include "formats/lead_pieces.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "ecg/derived_leads.h"
#include "ecg/error.h"

namespace liteheart {
namespace {

std::size_t lead_of(const std::string& name, std::vector<std::string>& leads,
                    const std::string& place) {
  const auto found = std::find(leads.begin(), leads.end(), name);
  if (found != leads.end()) return static_cast<std::size_t>(found - leads.begin());
  constexpr std::size_t kMostLeads = 128;
  if (leads.size() == kMostLeads) {
    throw Error(place, fmt::format("more than {} leads", kMostLeads), "the file is damaged");
  }
  leads.push_back(name);
  return leads.size() - 1;
}

constexpr std::size_t kDerivable = 4;  // limb leads

void check_size(std::size_t leads, std::size_t samples, std::uint64_t file_bytes,
                const std::string& place) {
  constexpr std::size_t kMostGrowth = 10, kAllowance = 8 << 20;
  const std::uint64_t most = (kMostGrowth * file_bytes + kAllowance) / sizeof(float);
  if (samples > most / (leads + kDerivable)) {
    throw Error(
        place,
        fmt::format("{} leads of {} samples are more than the file can hold", leads, samples),
        "the file is damaged");
  }
}

/// Copies a piece to where nothing is yet. Returns how many samples another piece had given.
std::size_t place_piece(const LeadPiece& piece, float* lead, std::vector<bool>& given,
                        std::size_t base) {
  std::size_t twice = 0;
  for (std::size_t t = 0; t < piece.mv.size(); ++t) {
    const std::size_t at = piece.first + t;
    if (given[base + at]) {
      ++twice;
      continue;
    }
    given[base + at] = true;
    lead[at] = piece.mv[t];
  }
  return twice;
}

void warn_of_gaps(const std::vector<bool>& given, Recording& recording) {
  for (std::size_t lead = 0; lead < recording.leads.size(); ++lead) {
    const auto begin = given.begin() + static_cast<std::ptrdiff_t>(lead * recording.samples);
    const auto missing =
        std::count(begin, begin + static_cast<std::ptrdiff_t>(recording.samples), false);
    if (missing > 0) {
      recording.warnings.push_back(fmt::format("lead {} lacks {} of {} samples",
                                               recording.leads[lead], missing, recording.samples));
    }
  }
}

}  // namespace

void assemble(std::vector<LeadPiece> pieces, std::uint64_t file_bytes, const std::string& place,
              Recording& recording) {
  std::vector<std::size_t> lead_of_piece;
  std::size_t samples = 0;
  for (const LeadPiece& piece : pieces) {
    lead_of_piece.push_back(lead_of(piece.lead, recording.leads, place));
    if (piece.first > std::numeric_limits<std::size_t>::max() / 2)
      throw Error(place, fmt::format("lead {} begins absurdly late", piece.lead),
                  "the file is damaged");
    if (!piece.mv.empty()) samples = std::max(samples, piece.first + piece.mv.size());
  }
  if (samples == 0) {
    throw Error(place, "holds no samples of an ECG", "choose a file that holds a waveform");
  }
  check_size(recording.leads.size(), samples, file_bytes, place);

  recording.samples = samples;
  recording.mv.reserve((recording.leads.size() + kDerivable) * samples);
  recording.mv.assign(recording.leads.size() * samples, std::numeric_limits<float>::quiet_NaN());
  std::vector<bool> given(recording.mv.size());
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const std::size_t base = lead_of_piece[i] * samples;
    const std::size_t twice = place_piece(pieces[i], recording.mv.data() + base, given, base);
    if (twice > 0) {
      recording.warnings.push_back(fmt::format(
          "{} samples of lead {} are there twice: the first are kept", twice, pieces[i].lead));
    }
  }
  warn_of_gaps(given, recording);
  derive_limb_leads(recording);
}

}  // namespace liteheart
