// The leads of one WFDB header without segments, decoded piece by piece.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ecg/error.h"
#include "formats/input_file.h"
#include "formats/wfdb_header.h"
#include "formats/wfdb_millivolts.h"
#include "formats/wfdb_signal_file.h"

namespace liteheart {

/// Opens a file that a header names; throws Error if it cannot.
using WfdbSignalSource = std::function<InputFile(const std::string& file)>;

class WfdbDecoder {
 public:
  /// `leads`: which signal of the header each is, none where it is not there; each has
  /// `samples_per_frame`. `place` is the header's name. Opens the signal files and learns the
  /// length. Throws Error (header and line) if no signal file can be opened, one is of an unknown
  /// format, not what the header says, or cut off within the first second.
  WfdbDecoder(const WfdbHeader& header, const std::string& place,
              const std::vector<std::optional<std::size_t>>& leads, int samples_per_frame,
              const WfdbSignalSource& source);

  /// Samples of each lead: what the header declares, or less where a file is shorter.
  std::uint64_t samples() const { return samples_; }
  /// Whether the lead's signal file is there.
  bool holds(std::size_t lead) const { return held_[lead]; }
  /// Multiplies what is decoded from now on.
  void scale(double factor);

  /// The next `count` samples of every lead to out[lead * stride + t]; NaN where the lead is not
  /// there and behind samples(). Throws Error if the disk fails.
  void read(float* out, std::size_t stride, std::size_t count);

  /// What was wrong so far. Checksums are known once all samples are read.
  std::vector<std::string> warnings() const;

 private:
  struct Column {
    const WfdbSignal* signal;
    std::size_t lead, in_file;
    WfdbScale scale;
    std::uint16_t sum = 0;
  };
  /// Signals that share a file and a skew.
  struct Group {
    std::unique_ptr<WfdbSignalFile> file;
    std::uint64_t skew = 0, end = 0;  // samples, in the file
    std::vector<Column> columns;
  };

  void open(const std::string& name, const std::vector<std::size_t>& signals,
            const std::vector<std::optional<std::size_t>>& lead_of, const WfdbSignalSource& source);
  void choose_length();
  void read(Group& group, float* out, std::size_t stride, std::size_t count);

  const WfdbHeader& header_;
  const std::string place_;
  const int samples_per_frame_;
  std::vector<Group> groups_;
  std::vector<bool> held_;
  std::optional<Error> unopened_;
  std::vector<std::string> warnings_;
  std::uint64_t samples_ = 0, at_ = 0;
};

}  // namespace liteheart
