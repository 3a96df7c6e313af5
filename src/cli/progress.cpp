#include "cli/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace liteheart {
namespace {

constexpr std::size_t kBarWidth = 24;
constexpr std::chrono::milliseconds kTerminalPause(100);
constexpr std::chrono::seconds kLogPause(5);

bool is_terminal() {
  const char* kind = std::getenv("TERM");
  return ::isatty(STDERR_FILENO) && !(kind && std::string_view(kind) == "dumb");
}

std::size_t terminal_width() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

std::string bar(double share) {
  const auto full = static_cast<std::size_t>(share * kBarWidth);
  return '[' + std::string(full, '=') + std::string(kBarWidth - full, ' ') + ']';
}

std::string duration(double seconds) {
  const auto whole = static_cast<long>(seconds + 0.5);
  if (whole >= 3600) return fmt::format("{} h {:02} min", whole / 3600, whole % 3600 / 60);
  if (whole >= 60) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} s", whole);
}

}  // namespace

Progress::Progress(std::string label, std::size_t total)
    : label_(std::move(label)),
      total_(total),
      terminal_(is_terminal()),
      start_(Clock::now()),
      drawn_(start_) {}

Progress::~Progress() { finish(); }

void Progress::update(std::size_t done, std::string note) {
  done_ = done;
  note_ = std::move(note);
  const auto now = Clock::now();
  if (finished_ || now - drawn_ < (terminal_ ? Clock::duration(kTerminalPause) : kLogPause)) return;
  drawn_ = now;
  draw();
}

void Progress::finish() {
  if (finished_) return;
  finished_ = true;
  draw();
  if (terminal_) std::fputc('\n', stderr);
}

void Progress::draw() {
  const double seconds = std::chrono::duration<double>(Clock::now() - start_).count();
  const double share =
      total_ > 0 ? std::min(1.0, static_cast<double>(done_) / static_cast<double>(total_)) : 1.0;
  const double rate = seconds > 0 ? static_cast<double>(done_) / seconds : 0;
  std::string line = label_ + ' ';
  if (terminal_) line += bar(share) + ' ';
  line += fmt::format("{}/{}  {:.{}f}/s", done_, total_, rate, rate < 10 ? 1 : 0);
  if (finished_) {
    line += "  took " + duration(seconds);
  } else if (done_ > 0 && done_ < total_) {
    line += "  " + duration(static_cast<double>(total_ - done_) / rate) + " left";
  }
  if (!note_.empty()) line += "  " + note_;
  if (terminal_) {
    line.resize(std::min(line.size(), terminal_width() - 1));
    fmt::print(stderr, "\r{}\x1b[K", line);  // and clears the rest of the line
  } else {
    fmt::print(stderr, "{}\n", line);
  }
  std::fflush(stderr);
}

}  // namespace liteheart
