// What the pictures of recordings have in common.
#pragma once

#include <string>

#include "report/drawing.h"

namespace liteheart {

namespace style {
inline constexpr Colour kInk = colour(0x101418), kSoft = colour(0x5B6775),
                        kEstimated = colour(0x1F5FBF), kPaper = colour(0xFFFCFB),
                        kFineGrid = colour(0xF7DCDA), kCoarseGrid = colour(0xEBB0AC),
                        kAlarm = colour(0xB3261E), kFine = colour(0x1F6F43),
                        kDoubt = colour(0x8A5A00), kRule = colour(0xD9DFE5),
                        kTicks = colour(0xE3E7EB);
/// strength: 0 to 1.
constexpr Colour region(double strength) { return colour(0xF2A900, 0.12 + 0.38 * strength); }
}  // namespace style

/// "0:07", "12:30", "1:02:05": a moment of a recording.
std::string clock_text(double seconds);

}  // namespace liteheart
