// int16 signals as a FLAC stream.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace liteheart {

inline constexpr std::size_t kMostFlacChannels = 8;

/// `samples`: frame by frame, of `channels` signals (1 to 8). FLAC's sampling rate is the nearest
/// that it knows; WFDB takes its own from the header. Throws Error(place) if libFLAC fails.
std::string flac_stream(std::span<const std::int16_t> samples, std::size_t channels, double rate_hz,
                        const std::string& place);

}  // namespace liteheart
