// Signal conditioning, the one implementation that training and devices share: polyphase resampling
// to the preset's rate, zero-phase Butterworth band-pass, normalization, window.
// C++17, no exceptions, no heap: the caller brings the memory.
#pragma once

#include <cstddef>
#include <cstdint>

namespace liteheart::edge {

enum class Status : std::uint8_t {
  kOk,
  kBadRate,          // source rate not finite, <= 0 or absurd, or preset rate unusable
  kBadFilter,        // band edges not 0 < low < high < rate / 2
  kTooShort,         // fewer samples than the filter's padding needs
  kOutputTooSmall,   // out or scratch below the size the size functions state
  kScratchTooSmall,
};
/// One English line for a status, never null.
const char* status_text(Status status);

enum class Normalization : std::uint8_t {
  kZScore,     // (x - mean) / s.d. of the window's own samples, per lead; a flat lead becomes 0
  kFixedGain,  // x in mV, as it is
};

/// What turns a recording into a network's input; travels inside every model.
struct Conditioning {
  double rate_hz = 100;      // of the network's input
  std::int32_t window = 1024;  // samples of the network's input
  double low_hz = 1, high_hz = 47;  // Butterworth order 3 (per edge), run forward and backward
  Normalization normalization = Normalization::kZScore;
};
/// 500 Hz, 6144 samples.
Conditioning paper_500();
/// 100 Hz, 1024 samples.
Conditioning compact_100();

/// Samples per lead after resampling `samples` from source_hz to c.rate_hz; 0 if the rate is bad.
std::size_t filtered_samples(const Conditioning& c, double source_hz, std::size_t samples);
/// Floats of scratch that filter_recording needs.
std::size_t filter_scratch(const Conditioning& c, double source_hz, std::size_t samples,
                           std::size_t leads);
/// Resamples and band-passes whole leads. mv: [lead, samples] in mV at source_hz, missing samples NaN
/// (bridged linearly, 0 where a lead has none). out: [lead, filtered_samples]. Resampling agrees with
/// scipy.signal.resample_poly and the filter with scipy.signal.filtfilt (odd padding) to 1e-4 of range.
Status filter_recording(const Conditioning& c, double source_hz, const float* mv, std::size_t samples,
                        std::size_t leads, float* out, std::size_t out_floats, float* scratch,
                        std::size_t scratch_floats);

/// Cuts one network input from filtered leads [lead, samples]: from sample `start`, c.window long,
/// normalized per lead over the samples that exist, zeros behind the end. out: [lead, c.window].
Status cut_window(const Conditioning& c, const float* filtered, std::size_t samples,
                  std::size_t leads, std::size_t start, float* out);

}  // namespace liteheart::edge
