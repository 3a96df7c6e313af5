// Any ECG in text: comma, semicolon, tab or blank separated columns with or without names, or one
// column of numbers.
#pragma once

#include "ecg/recording.h"
#include "formats/input_file.h"
#include "formats/read_options.h"
#include "formats/text_table.h"

namespace liteheart {

/// Whether the file's beginning is a table of samples: columns named as an ECG, or unnamed (or
/// generally named) columns of numbers that move as a signal does. Lists, labels and other tables
/// are not.
bool looks_like_text_ecg(const InputFile& file);

/// Reads it. Rate: a time column (gaps become NaN), else what a comment or header says, else
/// options.rate_hz. Unit: of the column's name, a comment, else options.unit; nothing is guessed.
/// Throws Error where rate or unit remain unknown, time runs in disorder, or too many cells are no
/// numbers.
Recording read_text_ecg(InputFile& file, const ReadOptions& options);

/// What a reader of a known table says of it.
struct TableHints {
  std::string format = "text";
  std::string unit;                             // where the table names none
  double rate_hz = 0;                           // where the table tells none
  double slowest_hz = 10, fastest_hz = 100000;  // other rates of a time column are false
};
/// The same for a table of which more is known.
Recording read_ecg_table(InputFile& file, const TableLayout& layout, const ReadOptions& options,
                         const TableHints& hints);

}  // namespace liteheart
