#include "cli/paper_arguments.h"

#include "cli/number_range.h"

namespace liteheart {

PaperOptions PaperArguments::options() const {
  PaperOptions o;
  o.layout = layout_named(layout).value_or(EcgLayout::kAuto);
  o.mm_per_s = speed;
  o.mm_per_mv = gain;
  return o;
}

PaperSize PaperArguments::size() const { return paper == "letter" ? kLetter : kA4; }

void add_paper_options(CLI::App& command, PaperArguments& a) {
  const char* const group = "ECG paper";
  command
      .add_option(
          "--layout", a.layout,
          "auto (3x4 of twelve leads, rows of fewer), 3x4 with a rhythm strip, 6x2, 12x1 or "
          "single")
      ->capture_default_str()
      ->check(CLI::IsMember({"auto", "3x4", "6x2", "12x1", "single"}))
      ->group(group);
  command.add_option("--speed", a.speed, "mm of paper a second, such as 12.5, 25 or 50")
      ->capture_default_str()
      ->check(number_from(1.0, 250.0))
      ->group(group);
  command.add_option("--gain", a.gain, "mm of paper a mV, such as 5, 10 or 20")
      ->capture_default_str()
      ->check(number_from(0.1, 200.0))
      ->group(group);
  command.add_option("--paper", a.paper, "a4 or letter, both landscape")
      ->capture_default_str()
      ->check(CLI::IsMember({"a4", "letter"}))
      ->group(group);
}

}  // namespace liteheart
