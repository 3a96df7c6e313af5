// Progress of a long job on stderr: how far, how fast, how long yet.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "cli/status_line.h"

namespace liteheart {

/// On a terminal one line that redraws itself, at most ten times a second; elsewhere (a log, a
/// pipe) plain lines, at most one in five seconds.
///   Progress progress("prepare", files);
///   for (...) progress.update(done, "3 skipped");
///   progress.finish();
class Progress {
 public:
  /// `label` begins the line; `total` is what update() counts up to, from `begin`: the rate is that
  /// of what comes after it.
  Progress(std::string label, std::size_t total, std::size_t begin = 0);
  /// Ends the line, as finish() does.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// `note` stands at the end of the line: a loss, a count.
  void update(std::size_t done, std::string note = {});
  /// Draws the last state and ends the line; later calls do nothing.
  void finish();

 private:
  using Clock = std::chrono::steady_clock;
  void draw();

  std::string label_, note_;
  std::size_t total_, begin_, done_;
  bool finished_ = false;
  StatusLine line_;
  Clock::time_point start_;
};

}  // namespace liteheart
