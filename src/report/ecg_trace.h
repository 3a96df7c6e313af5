// One lead's samples as lines on paper.
#pragma once

#include <span>
#include <vector>

#include "report/drawing.h"

namespace liteheart {

/// Where and how large a stretch of a lead is drawn.
struct TraceFrame {
  double x = 0, y = 0;  // mm: of the stretch's first moment, and of level_mv
  double mm_per_s = 25, mm_per_mv = 10;
  double level_mv = 0;
  double top = 0, bottom = 0;  // mm: what lies beyond is cut off
};

struct Trace {
  std::vector<std::vector<Point>> lines;  // apart where samples are missing or cut off
  bool cut = false;
};

/// mv[i] lies at first_s + i / rate_hz after the stretch's first moment; samples that are not
/// finite are missing. Points that paper does not show are left out: where samples lie closer than
/// paper shows, each 0.1 mm keeps its first, lowest, highest and last, and on a straight stretch
/// only its ends stay.
Trace trace_of(std::span<const float> mv, double rate_hz, double first_s, const TraceFrame& frame);

/// The median of the finite samples; 0 where there is none.
double level_of(std::span<const float> mv);

}  // namespace liteheart
