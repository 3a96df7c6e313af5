// A long recording in one picture: heart rate, signal, quality and when findings were there.
#pragma once

#include <string>
#include <vector>

#include "edge/quality.h"
#include "formats/recording_stream.h"
#include "report/ecg_paper.h"

namespace liteheart {

/// One lead of a recording, measured in equal steps of time; those of heart rates, of grades and of
/// the signal have lengths of their own. NaN where there is nothing.
struct Overview {
  std::string lead;
  double seconds = 0;                          // of the recording
  std::vector<float> low_mv, high_mv;          // [column]
  std::vector<float> slowest, usual, fastest;  // [step]: heart rate in bpm; usual: the median
  std::vector<edge::Grade> grades;             // [grade step]: the middle one of its ten seconds'
  double unreadable = 0;                       // share of all ten seconds
};

/// Reads all of a recording of which nothing has been read yet, holding little. lead: among the
/// recording's. Throws Error as reading does.
Overview overview_of(RecordingStream& recording, std::size_t lead);

/// When something was there.
struct Lane {
  std::string name;                              // "AF"
  std::vector<std::pair<double, double>> spans;  // s, from and to
  std::string note;                              // "in 12 of 40 windows"
  bool normal = false;                           // no reason to worry
};

/// kStripsWidth wide.
Drawing draw_overview(const Overview& overview, const std::vector<Lane>& lanes);

/// A page of one lead's overview, with header and footer.
Drawing overview_page(RecordingStream& recording, std::size_t lead, const PaperSize& paper);

/// The same in words, for those who do not see it.
std::string overview_in_words(const Overview& overview, const std::vector<Lane>& lanes);

}  // namespace liteheart
