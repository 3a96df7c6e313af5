// A sheet of paper: its size, where things stand on it, what every one says at its foot. mm.
#pragma once

#include <string>

#include "report/drawing.h"

namespace liteheart {

struct PaperSize {
  double width = 297, height = 210;
};
inline constexpr PaperSize kA4{297, 210}, kLetter{279.4, 215.9};

/// Of what stands on a page, which is in its middle; ECG strips are as wide.
inline constexpr double kStripsWidth = 260;
inline double left_of(const PaperSize& paper) { return (paper.width - kStripsWidth) / 2; }

Drawing blank_page(std::string title, const PaperSize& paper);
/// The disclaimer, and `count` at the right: "page 1 of 3", or nothing.
void add_footer(Drawing& page, const std::string& count);

}  // namespace liteheart
