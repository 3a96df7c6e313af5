#include "formats/polar_log.h"

#include <cmath>
#include <cstdlib>

#include "ecg/error.h"
#include "formats/decimal.h"
#include "formats/text.h"
#include "formats/text_reader.h"

namespace liteheart {
namespace {

constexpr double kNominalRate = 130;

/// The H10 tells whole uV of an ADC whose step is 2.4455 uV, cut towards 0. By chance two fifths
/// of all whole numbers lie on that; of its samples all do.
bool on_polar_steps(double microvolts) {
  constexpr double kStep = 2.4455, kSlack = 0.06;
  const double magnitude = std::abs(microvolts);
  const double step = std::ceil((magnitude - kSlack) / kStep) * kStep;
  return step < magnitude + 1 + kSlack;
}

TableHints hints() {
  TableHints known;
  known.format = "Polar";
  known.unit = "uV";
  known.rate_hz = kNominalRate;
  known.slowest_hz = 120;
  known.fastest_hz = 140;
  return known;
}

std::string_view first_line(const InputFile& file) {
  std::string_view text = file.beginning();
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return next_line(text);
}

Recording read(InputFile& file, const ReadOptions& options) {
  const std::string_view beginning = file.beginning();
  const auto layout = understand_table(beginning, beginning.size() == file.size());
  if (!layout)
    throw Error(file.place(), "a log of a Polar strap without samples", "get a whole copy of it");
  Recording recording = read_ecg_table(file, *layout, options, hints());
  recording.device = "Polar";
  return recording;
}

}  // namespace

bool looks_like_polar_log(const InputFile& file) {
  const std::string header = lower(first_line(file));
  return header.find("sensor timestamp [ns]") != header.npos &&
         header.find("ecg [uv]") != header.npos;
}

Recording read_polar_log(InputFile& file, const ReadOptions& options) {
  return read(file, options);
}

bool looks_like_polar_samples(const InputFile& file) {
  constexpr std::size_t kEnough = 200;
  constexpr double kNearZero = 3;  // 0 is on a step of every device
  std::string_view text = file.beginning();
  const bool whole = text.size() == file.size();
  std::size_t seen = 0, on_step = 0;
  while (!text.empty()) {
    if (!whole && text.find('\n') == text.npos) break;
    const std::string_view line = next_line(text);
    if (line.empty()) continue;
    int value = 0;
    if (!whole_number(line, value)) return false;
    if (std::abs(value) < kNearZero) continue;
    ++seen;
    on_step += on_polar_steps(value);
  }
  return seen >= kEnough && on_step * 100 >= seen * 99;
}

Recording read_polar_samples(InputFile& file, const ReadOptions& options) {
  return read(file, options);
}

}  // namespace liteheart
