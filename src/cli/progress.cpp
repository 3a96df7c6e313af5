#include "cli/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace liteheart {
namespace {

constexpr std::size_t kWidestBar = 24;
constexpr std::chrono::seconds kLogPause(5);

/// "[====    ] " in `room` characters at most; nothing where that is too few to show anything.
std::string bar(double share, std::size_t room) {
  constexpr std::size_t kFrame = 3, kNarrowest = 6;
  if (room < kFrame + kNarrowest) return {};
  const std::size_t width = std::min(room - kFrame, kWidestBar);
  const auto full = static_cast<std::size_t>(share * static_cast<double>(width));
  return '[' + std::string(full, '=') + std::string(width - full, ' ') + "] ";
}

}  // namespace

Progress::Progress(std::string label, std::size_t total, std::size_t begin)
    : label_(std::move(label)),
      total_(total),
      begin_(begin),
      done_(begin),
      line_(kLogPause),
      start_(Clock::now()) {}

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
  const double rate = seconds > 0 ? static_cast<double>(done_ - begin_) / seconds : 0;
  std::string text = fmt::format("{}/{}", done_, total_);
  if (done_ > begin_) text += fmt::format("  {:.{}f}/s", rate, rate < 10 ? 1 : 0);
  if (finished_) {
    text += "  took " + duration_text(seconds);
  } else if (done_ > begin_ && done_ < total_) {
    text += "  " + duration_text(static_cast<double>(total_ - done_) / rate) + " left";
  }
  if (!note_.empty()) text += "  " + note_;
  const std::size_t taken = label_.size() + 1 + text.size();
  if (line_.width() > taken) text.insert(0, bar(share, line_.width() - taken));
  line_.show(label_ + ' ' + text);
}

}  // namespace liteheart
