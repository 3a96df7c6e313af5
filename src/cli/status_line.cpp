#include "cli/status_line.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace liteheart {
namespace {

constexpr std::chrono::milliseconds kTerminalPause(100);

bool has_terminal() {
  const char* kind = std::getenv("TERM");
  return ::isatty(STDERR_FILENO) && !(kind && std::string_view(kind) == "dumb");
}

std::size_t terminal_width() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace

StatusLine::StatusLine(std::chrono::seconds log_pause)
    : terminal_(has_terminal()),
      pause_(terminal_ ? Clock::duration(kTerminalPause) : Clock::duration(log_pause)),
      drawn_(Clock::now()) {}

std::size_t StatusLine::width() const { return terminal_ ? terminal_width() - 1 : 0; }

bool StatusLine::is_due() const { return Clock::now() - drawn_ >= pause_; }

void StatusLine::show(std::string line) {
  drawn_ = Clock::now();
  drawn_anything_ = true;
  if (terminal_) {
    line.resize(std::min(line.size(), width()));
    fmt::print(stderr, "\r{}\x1b[K", line);  // and clears the rest of the line
  } else {
    fmt::print(stderr, "{}\n", line);
  }
  std::fflush(stderr);
}

void StatusLine::clear() {
  if (terminal_ && drawn_anything_) fmt::print(stderr, "\r\x1b[K");
  std::fflush(stderr);
}

void StatusLine::end() {
  if (terminal_ && drawn_anything_) std::fputc('\n', stderr);
}

std::string duration_text(double seconds) {
  const long whole = std::lround(seconds);
  if (whole >= 3600) return fmt::format("{} h {:02} min", whole / 3600, whole % 3600 / 60);
  if (whole >= 60) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} s", whole);
}

}  // namespace liteheart
