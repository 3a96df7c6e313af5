// ECG paper as a clinical print has it: a grid of 1 and 5 mm in true scale, a calibration pulse,
// the unfiltered signal in mV.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ecg/recording.h"
#include "report/drawing.h"
#include "report/page.h"

namespace liteheart {

enum class EcgLayout : std::uint8_t {
  kAuto,         // kThreeByFour of twelve leads, kSingle of one, else kRows
  kThreeByFour,  // four columns of three leads one after the other, and a rhythm strip below
  kSixByTwo,     // two columns of six leads one after the other
  kRows,         // every lead in a row of its own: 12x1
  kSingle,       // one lead, row after row
};

struct PaperOptions {
  EcgLayout layout = EcgLayout::kAuto;
  double mm_per_s = 25, mm_per_mv = 10;
  bool overlay = true;  // estimated leads are drawn over real ones too
};

/// A stretch of a lead to be marked, with a strength of 0 to 1.
struct Band {
  int lead = -1;  // index into kLeadNames; -1: of every lead
  double from_s = 0, to_s = 0;
  double strength = 1;
};

/// What is drawn.
struct Sheet {
  const Recording& recording;            // in mV as its file holds it
  double begin_s = 0;                    // of its first sample, in the whole recording
  const Recording* estimated = nullptr;  // leads that a restoration net made; they begin at begin_s
  std::vector<Band> bands;               // times in the whole recording
};

/// The layout that kAuto stands for.
EcgLayout layout_of(const Sheet& sheet, const PaperOptions& options);
/// How many seconds one picture shows, with no more than `rows` rows where it is of a single lead.
double shown_seconds(const Sheet& sheet, const PaperOptions& options, int rows);

/// The strips alone, kStripsWidth wide, from from_s (in the whole recording) on. Never an error:
/// what is missing is left out, what leaves the paper is cut off at its edge and named below the
/// grid.
Drawing draw_strips(const Sheet& sheet, const PaperOptions& options, double from_s, int rows);

/// Pages that show all of the sheet's recording: who, when and by what above, scale below.
/// `most`: pages at most; the last then says how much is left out.
std::vector<Drawing> ecg_pages(const Sheet& sheet, const PaperOptions& options,
                               const PaperSize& paper, std::size_t most);

/// What a picture shows, in words, for those who do not see it.
std::string strips_in_words(const Sheet& sheet, const PaperOptions& options, double from_s,
                            int rows);

/// "3x4", "6x2", "12x1", "single", "auto"; nullopt for anything else.
std::optional<EcgLayout> layout_named(std::string_view name);

}  // namespace liteheart
