// The one line on stderr that says how far a long job is.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace liteheart {

/// On a terminal it redraws itself, at most ten times a second; elsewhere (a log, a pipe) each is a
/// plain line, at most one in `log_pause`.
class StatusLine {
 public:
  explicit StatusLine(std::chrono::seconds log_pause);

  /// Characters that a line on the terminal has; 0 where there is none.
  std::size_t width() const;
  /// Whether it is time for show() again.
  bool is_due() const;
  void show(std::string line);
  /// Makes room on a terminal for other output, which begins where the line began.
  void clear();
  /// Leaves the line standing.
  void end();

 private:
  using Clock = std::chrono::steady_clock;

  bool terminal_, drawn_anything_ = false;
  Clock::duration pause_;
  Clock::time_point drawn_;
};

/// "3 h 05 min", "4 min 10 s", "12 s".
std::string duration_text(double seconds);

}  // namespace liteheart
