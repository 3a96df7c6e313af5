#include "cli/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace liteheart {
namespace {

constexpr std::size_t kBarWidth = 24;
constexpr std::chrono::seconds kLogPause(5);

std::string bar(double share) {
  const auto full = static_cast<std::size_t>(share * kBarWidth);
  return '[' + std::string(full, '=') + std::string(kBarWidth - full, ' ') + ']';
}

}  // namespace

Progress::Progress(std::string label, std::size_t total)
    : label_(std::move(label)), total_(total), line_(kLogPause), start_(Clock::now()) {}

Progress::~Progress() { finish(); }

void Progress::update(std::size_t done, std::string note) {
  done_ = done;
  note_ = std::move(note);
  if (!finished_ && line_.is_due()) draw();
}

void Progress::finish() {
  if (finished_) return;
  finished_ = true;
  draw();
  line_.end();
}

void Progress::draw() {
  const double seconds = std::chrono::duration<double>(Clock::now() - start_).count();
  const double share =
      total_ > 0 ? std::min(1.0, static_cast<double>(done_) / static_cast<double>(total_)) : 1.0;
  const double rate = seconds > 0 ? static_cast<double>(done_) / seconds : 0;
  std::string line = label_ + ' ';
  if (line_.is_terminal()) line += bar(share) + ' ';
  line += fmt::format("{}/{}  {:.{}f}/s", done_, total_, rate, rate < 10 ? 1 : 0);
  if (finished_) {
    line += "  took " + duration_text(seconds);
  } else if (done_ > 0 && done_ < total_) {
    line += "  " + duration_text(static_cast<double>(total_ - done_) / rate) + " left";
  }
  if (!note_.empty()) line += "  " + note_;
  line_.show(std::move(line));
}

}  // namespace liteheart
