// The samples of one WFDB signal file, block by block.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "formats/input_file.h"
#include "formats/wfdb_header.h"

namespace liteheart {

/// Samples of one signal from some sample on: `run` of them lie side by side, each run begins
/// `step` after the last, and the first sample wanted is the `phase`th of its run. One of `narrow`
/// and `wide` is null.
struct WfdbRun {
  const std::int16_t* narrow = nullptr;
  const std::int32_t* wide = nullptr;
  std::size_t phase = 0, run = 1, step = 1;
};

class WfdbSignalFile {
 public:
  virtual ~WfdbSignalFile() = default;

  /// Whole frames in it.
  std::uint64_t frames() const { return frames_; }
  /// The value that stands for a missing sample.
  std::int32_t missing() const { return missing_; }
  /// Whether all its samples have at most 24 bits.
  bool in_24_bits() const { return in_24_bits_; }

  /// Brings sample `at` of every signal with `samples_per_frame` samples a frame into memory, and
  /// what follows it: returns how many, at least 1. `at` lies within frames() and never before an
  /// `at` of an earlier call. Throws Error if the disk fails.
  virtual std::size_t load(std::uint64_t at) = 0;
  /// Samples from `at` on of the `signal`th of the file; the last load() was for `at` or just
  /// before it, within what it brought.
  virtual WfdbRun samples(std::size_t signal, std::uint64_t at) const = 0;
  /// Samples that damage took, as far as they have been passed.
  virtual std::uint64_t lost() const { return 0; }

 protected:
  WfdbSignalFile() = default;
  std::uint64_t frames_ = 0;
  std::int32_t missing_ = 0;
  bool in_24_bits_ = false;
};

/// Opens the file that `signals`, in their order, share. `samples_per_frame` is that of the signals
/// which will be asked for; `place`: the header, for errors. Throws Error if its format is unknown,
/// the signals differ in it, or the file is not what the header says.
std::unique_ptr<WfdbSignalFile> open_wfdb_signal_file(InputFile file,
                                                      const std::vector<const WfdbSignal*>& signals,
                                                      int samples_per_frame,
                                                      const std::string& place);

/// "PLACE line N" of the signal.
std::string wfdb_line(const std::string& place, const WfdbSignal& signal);

}  // namespace liteheart
