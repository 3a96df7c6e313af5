// XLI, the compression of waveforms in Philips' ECG files.
//
// A chunk a channel: u32 bytes that follow the header, u16 always 1, i16 first difference, all
// little endian; then LZW codes of 10 bits, most significant bit first, over 8-bit signs; code 1023
// ends the chunk, code 1022 is the last the dictionary holds. They unpack to the high bytes, then
// the low bytes, of 16-bit numbers: the first two are samples, every further one the second
// difference, plus 64, of the sample after its own. Numbers wrap at 16 bits.
// Facts: sierra-ecg-tools, and the samples in shared/formats/philips_xml, whose channels all end in
// the calibration pulse of 1 mV.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace liteheart {

/// The first `channels` channels. Throws Error (with `place`) where one of them is missing, cut
/// off, impossible, or longer than `most_samples`.
std::vector<std::vector<std::int16_t>> decode_xli(std::span<const std::uint8_t> bytes,
                                                  std::size_t channels, std::size_t most_samples,
                                                  const std::string& place);

/// Restores III, aVR, aVL and aVF, of which XLI data holds by how much they miss what follows from
/// I and II (halves are cut towards zero): III = II - I - stored, aVR = -(I + II) / 2 - stored,
/// aVL = (I - III) / 2 - stored, aVF = (II + III) / 2 - stored. `leads`: I, II, III, aVR, aVL, aVF
/// of one length.
void restore_limb_leads(const std::array<std::span<std::int16_t>, 6>& leads);

}  // namespace liteheart
