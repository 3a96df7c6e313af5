// Signal conditioning, the one implementation that training and devices share: polyphase resampling
// to the preset's rate, zero-phase Butterworth band-pass, normalization, window.
// C++17, no exceptions, no heap: the caller brings the memory.
#pragma once

#include <cstddef>
#include <cstdint>

namespace liteheart::edge {

enum class Status : std::uint8_t {
  kOk,
  kBadRate,         // source or preset rate not within 1 Hz .. 100 kHz
  kBadFilter,       // band edges not 0 < low < high < rate / 2
  kTooShort,        // no lead, at most 21 samples (the filter's padding) at the preset's rate, or
                    // a window of no samples
  kOutputTooSmall,  // out or scratch below the size the size functions state
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
  double rate_hz = 100;             // of the network's input
  std::int32_t window = 1024;       // samples of the network's input
  double low_hz = 1, high_hz = 47;  // Butterworth order 3 (per edge), run forward and backward
  Normalization normalization = Normalization::kZScore;
};
/// 500 Hz, 6144 samples, per-lead z-score.
Conditioning paper_500();
/// 100 Hz, 1024 samples, fixed gain.
Conditioning compact_100();

/// Samples per lead after resampling `samples` from source_hz to c.rate_hz: ceil(samples * up /
/// down), where up / down is the fraction of terms up to 1'000'000 that is nearest to c.rate_hz /
/// source_hz (513.625 -> 100 Hz is 800 / 4109). A measured rate so drifts by at most 0.3 ms in ten
/// minutes. 0 if a rate is bad; the largest size_t if the count exceeds it.
std::size_t filtered_samples(const Conditioning& c, double source_hz, std::size_t samples);
/// Floats of scratch that filter_recording needs; 0 if a rate is bad, the largest size_t if the
/// count exceeds it. Grows with the samples, not beyond four leads: leads are worked on four at a
/// time.
std::size_t filter_scratch(const Conditioning& c, double source_hz, std::size_t samples,
                           std::size_t leads);
/// Resamples and band-passes whole leads. mv: [lead, samples] in mV at source_hz, missing samples
/// NaN or infinite (bridged linearly; before the first and behind the last sample of a lead that
/// one is held; a lead without any is 0). out: [lead, filtered_samples], apart from mv. Resampling
/// agrees with scipy.signal.resample_poly (which takes the signal as 0 beyond its ends) and the
/// filter with scipy.signal.filtfilt (odd padding) to 1e-4 of range.
Status filter_recording(const Conditioning& c, double source_hz, const float* mv,
                        std::size_t samples, std::size_t leads, float* out, std::size_t out_floats,
                        float* scratch, std::size_t scratch_floats);

/// Cuts one network input from filtered leads [lead, samples]: from sample `start`, c.window long,
/// normalized per lead over the samples that exist (population s.d.; a lead whose s.d. is below 1
/// nV is flat), zeros behind the end. out: [lead, c.window].
Status cut_window(const Conditioning& c, const float* filtered, std::size_t samples,
                  std::size_t leads, std::size_t start, float* out);

/// Less than this, in seconds, cannot be judged.
inline constexpr double kShortestSeconds = 2;
/// Whether a lead shows no heart: its s.d. is below 5 microvolts. What is not finite is left out.
/// more: another stretch of it.
bool is_flat(const float* mv, std::size_t samples, const float* more = nullptr,
             std::size_t more_samples = 0);

/// A recording longer than a window is judged in window_count windows, spread evenly so that all of
/// it is seen. samples: at the preset's rate.
std::size_t window_count(const Conditioning& c, std::size_t samples);
/// First sample of the i-th of them.
std::size_t window_start(const Conditioning& c, std::size_t samples, std::size_t i);

}  // namespace liteheart::edge
