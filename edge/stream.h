// Conditioning of samples as they come, in memory of a fixed size. At any moment its window is what
// filter_recording and cut_window would make of the recording so far, but for the last tenth of a
// second where the rate changes: there the resampler waits for its taps where the other takes zeros
// for what has not come. Where two rates have many phases (513.625 to 100 Hz: 800), taps lie
// between those of kept ones, within 2e-5 of the signal's range.
#pragma once

#include "edge/bandpass.h"
#include "edge/condition.h"
#include "edge/resample.h"

namespace liteheart::edge {

class StreamConditioner {
 public:
  /// Bytes, multiples of 8, that `leads` leads at source_hz need; 0 if the rate is bad.
  static std::size_t memory(const Conditioning& c, double source_hz, std::size_t leads);
  /// memory: aligned to 8 bytes, as large as stated.
  StreamConditioner(const Conditioning& c, double source_hz, std::size_t leads, void* memory);

  /// Takes one sample of each lead, finite, in mV. Returns how many samples, at the preset's rate,
  /// that has made.
  std::size_t push(const float* mv);
  /// How many more samples make `made` of them, at the preset's rate; rather a few too many.
  std::size_t most_until(std::int64_t made) const;
  /// Samples made so far, at the preset's rate.
  std::int64_t made() const { return made_; }

  /// Whether one of the leads has been flat for the last `samples` made, at most c.window.
  bool flat(std::size_t samples) const;
  /// The last `samples` made, at most c.window, filtered, normalized and followed by zeros.
  /// out: [lead, c.window]. Needs made() >= samples > kPadding.
  void window(std::size_t samples, float* out) const;

 private:
  struct Lead {
    double* input;   // [history_]: the last samples at the source's rate, sample n at n % history_
    float* made;     // [length_]: the last at the preset's rate
    float* forward;  // [length_]: those after the filter's first pass
    BandpassState<double>* state;
  };
  void make(std::int64_t first, std::int64_t count, const double* taps);
  /// Taps, [history_], where `offset` / up of a sample's time has passed since an input sample.
  const double* taps_between(std::int64_t offset) const;
  void start_filter(const Lead& lead) const;

  Conditioning conditioning_;
  Ratio ratio_;
  Bandpass filter_;
  std::size_t leads_, history_, length_;
  double gain_;  // of the resampler
  std::int64_t taken_ = 0, made_ = 0;
  double* taps_;           // of all phases; or of steps_ + 3, and then of the one between them
  ResamplePhase* phases_;  // of all of them, or null
  std::size_t steps_;      // phases from one input sample to the next, where not all are kept
  Lead lead_[12];
};

}  // namespace liteheart::edge
