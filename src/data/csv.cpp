#include "data/csv.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "ecg/error.h"

namespace liteheart {

CsvReader::CsvReader(const std::filesystem::path& path) : path_(path.string()) {
  std::ifstream file(path, std::ios::binary);
  if (!file || std::filesystem::is_directory(path))
    throw Error(path_, "cannot be opened", "check that it is there and readable");
  text_.assign(std::istreambuf_iterator<char>(file), {});
  if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
  if (!read_row(header_)) throw Error(path_, "is empty", "its first line must name the columns");
}

int CsvReader::column(std::string_view name) const {
  const auto found = std::find(header_.begin(), header_.end(), name);
  return found == header_.end() ? -1 : static_cast<int>(found - header_.begin());
}

int CsvReader::required_column(std::string_view name, std::string_view remedy) const {
  const int found = column(name);
  if (found < 0) throw Error(path_, "has no column '" + std::string(name) + "'", remedy);
  return found;
}

bool CsvReader::next() {
  if (!read_row(fields_)) return false;
  if (fields_.size() != header_.size())
    throw Error(place(),
                std::to_string(fields_.size()) + " fields where the header has " +
                    std::to_string(header_.size()),
                "quote fields that hold commas or line breaks");
  return true;
}

std::string_view CsvReader::field(int column) const {
  return column < 0 ? std::string_view{}
                    : std::string_view(fields_[static_cast<std::size_t>(column)]);
}

std::string CsvReader::place() const { return path_ + " line " + std::to_string(row_line_); }

bool CsvReader::read_row(std::vector<std::string>& fields) {
  while (at_ < text_.size() && (text_[at_] == '\n' || text_[at_] == '\r'))  // blank lines
    line_ += text_[at_++] == '\n';
  if (at_ == text_.size()) return false;
  row_line_ = line_;
  fields.assign(1, {});
  bool quoted = false;
  for (; at_ < text_.size(); ++at_) {
    const char c = text_[at_];
    line_ += c == '\n';
    if (quoted) {
      if (c != '"') {
        fields.back() += c;
      } else if (at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
        fields.back() += text_[++at_];
      } else {
        quoted = false;
      }
    } else if (c == '"') {
      quoted = true;
    } else if (c == ',') {
      fields.emplace_back();
    } else if (c == '\n') {
      ++at_;
      return true;
    } else if (c != '\r') {
      fields.back() += c;
    }
  }
  if (quoted) throw Error(place(), "a quote is never closed", "close it or double it");
  return true;
}

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string field = "\"";
  for (const char c : text) field.append(c == '"' ? 2 : 1, c);
  return field + '"';
}

}  // namespace liteheart
