#include "formats/text_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "formats/decimal.h"
#include "formats/text.h"
#include "formats/timestamp.h"

namespace liteheart {
namespace {

constexpr std::size_t kMostColumns = 512;
constexpr std::size_t kFewestRows = 10;

std::string_view unquote(std::string_view cell) {
  cell = trim(cell);
  if (cell.size() >= 2 && (cell[0] == '"' || cell[0] == '\'') && cell.back() == cell[0])
    cell = trim(cell.substr(1, cell.size() - 2));
  return cell;
}

bool looks_numeric(std::string_view cell, char decimal) {
  double number = 0;
  return parse_decimal(cell, decimal, decimal, number) || is_missing(cell) ||
         parse_timestamp(cell).has_value();
}

bool is_number(std::string_view cell, char decimal) {
  double number = 0;
  return parse_decimal(cell, decimal, decimal, number);
}

struct Line {
  std::string_view text;  // trimmed
  std::size_t at;         // byte of its beginning
  std::size_t number;     // from 1
};

/// The lines that are not empty, without a last one that may be cut.
std::vector<Line> lines_of(std::string_view beginning, bool whole) {
  std::vector<Line> lines;
  std::string_view rest = beginning;
  if (rest.starts_with(kByteOrderMark)) rest.remove_prefix(kByteOrderMark.size());
  for (std::size_t number = 1; !rest.empty(); ++number) {
    const auto at = static_cast<std::size_t>(rest.data() - beginning.data());
    if (!whole && rest.find('\n') == rest.npos) break;
    const std::string_view line = next_line(rest);
    if (!line.empty()) lines.push_back({line, at, number});
  }
  return lines;
}

/// A guess of how the rows are written, and what it makes of the lines.
class Guess {
 public:
  Guess(char separator, char decimal) {
    layout_.separator = separator;
    layout_.decimal = decimal;
  }

  /// Whether the lines end in rows of this writing.
  bool fits(const std::vector<Line>& lines) {
    std::vector<std::string_view> cells;
    std::size_t first = lines.size();
    for (std::size_t above = first; above > 0; above = first) {
      while (first > 0 && is_row(lines[first - 1].text, cells)) --first;
      if (layout_.columns == 0 || !rows_end_above(lines, first, cells)) break;
      --first;  // a damaged row amid good ones
    }
    std::size_t rows = 0;
    for (std::size_t i = first; i < lines.size(); ++i) rows += !is_comment(lines[i].text);
    if (layout_.columns == 0 || rows < kFewestRows) return false;
    first_ = first;
    rows_ = rows;
    return true;
  }

  std::size_t first_row() const { return first_; }
  std::size_t columns() const { return layout_.columns; }

  /// Header, preamble and place of the rows.
  TableLayout layout(const std::vector<Line>& lines) {
    std::size_t first = first_;
    while (first < lines.size() && is_comment(lines[first].text)) ++first;
    first += begins_with_column_numbers(lines, first);
    std::size_t above = first;
    std::vector<std::string_view> cells;
    while (above > 0 && is_comment(lines[above - 1].text)) --above;
    if (above > 0 && header_cells(lines[above - 1].text, cells)) {
      take_header(lines, --above, cells);
    } else if (first > above && may_be_header(uncommented(lines[first - 1].text)) &&
               header_cells(uncommented(lines[first - 1].text), cells)) {
      layout_.names.assign(cells.begin(), cells.end());
    }
    for (std::size_t i = 0; i < first; ++i) {
      if (i >= above && !is_comment(lines[i].text)) continue;
      layout_.preamble.emplace_back(uncommented(lines[i].text));
    }
    if (first < lines.size()) {
      layout_.rows_at = lines[first].at;
      layout_.first_line = lines[first].number;
    }
    return std::move(layout_);
  }

 private:
  static std::string_view uncommented(std::string_view line) {
    while (!line.empty() && (line[0] == '#' || line[0] == '%' || line[0] == '/'))
      line.remove_prefix(1);
    return trim(line);
  }

  /// Whether ten rows stand right above the line before `first`.
  bool rows_end_above(const std::vector<Line>& lines, std::size_t first,
                      std::vector<std::string_view>& cells) {
    if (first < kFewestRows + 1) return false;
    for (std::size_t i = first - 1 - kFewestRows; i + 1 < first; ++i)
      if (!is_row(lines[i].text, cells)) return false;
    return true;
  }

  /// Whether `line` has the columns that the rows below it have, and as many numbers.
  bool is_row(std::string_view line, std::vector<std::string_view>& cells) {
    if (is_comment(line)) return true;
    split(line, cells);
    if (layout_.columns == 0) {
      if (cells.size() > kMostColumns) return false;
      std::vector<bool> numeric;
      numeric.reserve(cells.size());
      for (const std::string_view cell : cells)
        numeric.push_back(looks_numeric(cell, layout_.decimal));
      if (std::none_of(cells.begin(), cells.end(),
                       [&](std::string_view cell) { return is_number(cell, layout_.decimal); }))
        return false;
      layout_.columns = cells.size();
      layout_.numeric = std::move(numeric);
      return true;
    }
    if (cells.size() != layout_.columns) return false;
    for (std::size_t i = 0; i < cells.size(); ++i)
      if (layout_.numeric[i] && !looks_numeric(cells[i], layout_.decimal)) return false;
    return true;
  }

  void split(std::string_view line, std::vector<std::string_view>& cells) const {
    TableLayout all = layout_;
    all.columns = kMostColumns;
    split_row(line, all, cells);
  }

  bool header_cells(std::string_view line, std::vector<std::string_view>& cells) const {
    split(line, cells);
    if (cells.size() == layout_.columns + 1 && cells.back().empty()) cells.pop_back();
    return cells.size() == layout_.columns &&
           std::none_of(cells.begin(), cells.end(), [&](std::string_view cell) {
             return is_number(cell, layout_.decimal) && layout_.columns == 1;
           });
  }

  /// A comment right above the rows names the columns, unless it says something else.
  bool may_be_header(std::string_view comment) const {
    return layout_.columns > 1 || comment.find_first_of(":=") == comment.npos;
  }

  /// A header may be two lines: names, then units.
  void take_header(const std::vector<Line>& lines, std::size_t& above,
                   std::vector<std::string_view> cells) {
    std::vector<std::string_view> upper;
    if (above > 0 && !is_comment(lines[above - 1].text) &&
        header_cells(lines[above - 1].text, upper) && layout_.columns > 1) {
      layout_.units.assign(cells.begin(), cells.end());
      layout_.names.assign(upper.begin(), upper.end());
      --above;
      return;
    }
    layout_.names.assign(cells.begin(), cells.end());
  }

  /// Some programs number the columns where others name them: ",0" or "0,1,2".
  bool begins_with_column_numbers(const std::vector<Line>& lines, std::size_t first) const {
    if (first + 1 >= lines.size() || layout_.columns < 2) return false;
    std::vector<std::string_view> cells;
    split(lines[first].text, cells);
    const std::size_t begin = cells[0].empty() ? 1 : 0;
    if (begin == 0 && cells[0] != "0") return false;
    for (std::size_t i = begin; i < cells.size(); ++i)
      if (cells[i] != fmt::format("{}", i - begin)) return false;
    return begin == 1 || cells.size() > 2;
  }

  TableLayout layout_;
  std::size_t first_ = 0, rows_ = 0;
};

/// Whether the commas of rows are decimal marks: no line has more than one, and something shows
/// that two whole numbers cannot be meant.
bool commas_are_decimal(const std::vector<Line>& lines, std::size_t first) {
  bool without = false, no_whole_number = false;  // "-0" on the left, "033" on the right
  for (std::size_t i = first; i < lines.size(); ++i) {
    const std::string_view line = lines[i].text;
    if (is_comment(line)) continue;
    const std::size_t comma = line.find(',');
    if (comma == line.npos) {
      without = true;
      continue;
    }
    if (line.find(',', comma + 1) != line.npos || line.find('.') != line.npos) return false;
    const std::string_view whole = line.substr(0, comma), rest = line.substr(comma + 1);
    if (rest.empty() || rest[0] < '0' || rest[0] > '9') return false;
    no_whole_number |= whole == "-0" || (rest.size() > 1 && rest[0] == '0');
  }
  return without || no_whole_number;
}

bool any_decimal_comma(const std::vector<Line>& lines, std::size_t from) {
  for (std::size_t i = from; i < lines.size(); ++i) {
    const std::string_view line = lines[i].text;
    for (std::size_t at = line.find(','); at != line.npos; at = line.find(',', at + 1)) {
      if (at > 0 && at + 1 < line.size() &&
          std::isdigit(static_cast<unsigned char>(line[at - 1])) &&
          std::isdigit(static_cast<unsigned char>(line[at + 1])))
        return true;
    }
  }
  return false;
}

bool any_tail_line_has(const std::vector<Line>& lines, std::size_t from, std::string_view signs) {
  for (std::size_t i = from; i < lines.size(); ++i)
    if (!is_comment(lines[i].text) && lines[i].text.find_first_of(signs) != std::string_view::npos)
      return true;
  return false;
}

/// Whether blanks stand in all rows, none beside a comma: "1,5 2,5".
bool blanks_separate(const std::vector<Line>& lines, std::size_t from) {
  for (std::size_t i = from; i < lines.size(); ++i) {
    const std::string_view line = lines[i].text;
    if (is_comment(line)) continue;
    if (line.find(' ') == line.npos || line.find(", ") != line.npos || line.find(" ,") != line.npos)
      return false;
  }
  return true;
}

/// The writings that the last lines allow, the surest first.
std::vector<Guess> guesses(const std::vector<Line>& lines) {
  const std::size_t from = lines.size() - std::min<std::size_t>(lines.size(), 50);
  const char decimal = any_decimal_comma(lines, from) ? ',' : '.';
  if (any_tail_line_has(lines, from, ";")) return {Guess(';', decimal)};
  if (any_tail_line_has(lines, from, "\t")) return {Guess('\t', decimal)};
  if (any_tail_line_has(lines, from, ",")) {
    if (commas_are_decimal(lines, from)) return {Guess('\0', ',')};
    if (blanks_separate(lines, from)) return {Guess(' ', ','), Guess(',', '.')};
    return {Guess(',', '.')};
  }
  if (any_tail_line_has(lines, from, " ")) return {Guess(' ', '.'), Guess('\0', '.')};
  return {Guess('\0', '.')};
}

/// One cell off the front of `rest`, which is not empty unless it is the last, empty, cell.
std::string_view take_cell(std::string_view& rest, char separator, bool& more) {
  std::size_t end = 0;
  if (!rest.empty() && (rest[0] == '"' || rest[0] == '\'')) {
    const std::size_t closing = rest.find(rest[0], 1);
    end = closing == rest.npos ? 0 : closing + 1;
  }
  end = rest.find(separator, end);
  more = end != rest.npos;
  const std::string_view cell = unquote(rest.substr(0, end));
  rest.remove_prefix(more ? end + 1 : rest.size());
  return cell;
}

}  // namespace

bool is_comment(std::string_view line) {
  return line.starts_with('#') || line.starts_with('%') || line.starts_with("//");
}

bool is_missing(std::string_view cell) {
  constexpr std::array<std::string_view, 9> kMissing = {"",  "nan", "null", "na", "n/a",
                                                        "-", "--",  "none", "?"};
  return std::any_of(kMissing.begin(), kMissing.end(),
                     [&](std::string_view word) { return same_word(cell, word); });
}

void split_row(std::string_view line, const TableLayout& layout,
               std::vector<std::string_view>& cells) {
  cells.clear();
  line = trim(line);
  if (layout.separator == '\0') {
    cells.push_back(unquote(line));
    return;
  }
  if (layout.separator == ' ') {
    while (cells.size() <= layout.columns) {
      const std::string_view cell = next_field(line);
      if (cell.empty()) return;
      cells.push_back(unquote(cell));
    }
    return;
  }
  for (bool more = true; more && cells.size() <= layout.columns;)
    cells.push_back(take_cell(line, layout.separator, more));
}

std::optional<TableLayout> understand_table(std::string_view beginning, bool whole) {
  if (beginning.find('\0') != beginning.npos) return std::nullopt;
  const std::vector<Line> lines = lines_of(beginning, whole);
  if (lines.size() < kFewestRows) return std::nullopt;
  for (Guess& guess : guesses(lines))
    if (guess.fits(lines)) return guess.layout(lines);
  return std::nullopt;
}

}  // namespace liteheart
