#include "ecg/vocabulary.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <iterator>
#include <utility>

#include "ecg/error.h"

namespace liteheart {
namespace embedded {
extern const std::string_view diagnoses;
}

namespace {

std::string_view trim(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front()))) {
    text.remove_prefix(1);
  }
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) {
    text.remove_suffix(1);
  }
  return text;
}

/// Case and surrounding blanks do not count, nor does the underscore that fills up four-letter
/// SCP-ECG statements ("STD_").
std::string fold(std::string_view text) {
  text = trim(text);
  while (text.size() > 1 && text.back() == '_') text.remove_suffix(1);
  std::string folded(text);
  for (char& c : folded) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return folded;
}

/// The parts of "a|b", without blanks around them; empty ones are passed over.
template <class Function>
void for_each_part(std::string_view list, const Function& function) {
  while (!list.empty()) {
    const std::size_t bar = list.find('|');
    if (const auto part = trim(list.substr(0, bar)); !part.empty()) function(part);
    list = bar == std::string_view::npos ? std::string_view{} : list.substr(bar + 1);
  }
}

constexpr std::array<std::string_view, 6> kNeedNames = {"rhythm", "atrial",  "qrs",
                                                        "st_t",   "voltage", "axis"};

/// Fields of one line; a field in double quotes may hold commas and doubled quotes.
std::vector<std::string> split_fields(std::string_view line, const std::string& place) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quoted && c == '"' && i + 1 < line.size() && line[i + 1] == '"') {
      fields.back().push_back(line[++i]);
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      fields.emplace_back();
    } else {
      fields.back().push_back(c);
    }
  }
  if (quoted) throw Error(place, "a quote is not closed", "end the field with \"");
  for (std::string& field : fields) field = std::string(trim(field));
  return fields;
}

}  // namespace

/// Gathers the rows of one or more tables, then checks and indexes them.
class VocabularyBuilder {
 public:
  void add_table(std::string_view text, const std::string& place) {
    ++table_;
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    bool header_seen = false;
    for (int line = 1; !text.empty(); ++line) {
      const std::size_t end = text.find('\n');
      const std::string_view row = trim(text.substr(0, end));
      text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
      if (row.empty()) continue;
      const std::string here = fmt::format("{} line {}", place, line);
      if (!std::exchange(header_seen, true)) {
        read_header(split_fields(row, here), here);
      } else {
        add_row(split_fields(row, here), here);
      }
    }
    if (!header_seen) throw Error(place, "no header line", kHeaderRemedy);
  }

  Vocabulary build() && {
    Vocabulary vocabulary;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const Row& row = rows_[i];
      add_token(vocabulary.codes_, row.diagnosis.code, i);
      add_token(vocabulary.names_, row.diagnosis.abbreviation, i);
      if (fold(row.diagnosis.name) != fold(row.diagnosis.abbreviation)) {
        add_token(vocabulary.names_, row.diagnosis.name, i);
      }
      for (const std::string& alias : row.aliases) add_token(vocabulary.labels_, alias, i);
      vocabulary.diagnoses_.push_back(row.diagnosis);
    }
    index(vocabulary.codes_);
    index(vocabulary.names_);
    index(vocabulary.labels_);
    for (const Row& row : rows_) check_equivalent(vocabulary, row);
    return vocabulary;
  }

 private:
  struct Row {
    Diagnosis diagnosis;
    std::vector<std::string> aliases;
    std::string place;
    int table;
  };
  enum Column { kCode, kAbbreviation, kName, kScored, kSameAs, kAliases, kNeeds, kColumns };
  static constexpr std::array<std::string_view, kColumns> kColumnNames = {
      "code", "abbreviation", "name", "scored", "same_as", "aliases", "needs"};
  static constexpr std::string_view kHeaderRemedy =
      "begin with the line code,abbreviation,name,scored,same_as,aliases,needs";

  void read_header(const std::vector<std::string>& fields, const std::string& place) {
    column_.fill(-1);
    for (std::size_t i = 0; i < fields.size(); ++i) {
      const auto found = std::find(kColumnNames.begin(), kColumnNames.end(), fields[i]);
      if (found == kColumnNames.end()) {
        throw Error(place, fmt::format("unknown column '{}'", fields[i]), kHeaderRemedy);
      }
      column_[static_cast<std::size_t>(found - kColumnNames.begin())] = static_cast<int>(i);
    }
    for (const Column needed : {kCode, kAbbreviation, kName}) {
      if (column_[needed] < 0) {
        throw Error(place, fmt::format("no column '{}'", kColumnNames[needed]), kHeaderRemedy);
      }
    }
    columns_ = fields.size();
  }

  void add_row(const std::vector<std::string>& fields, const std::string& place) {
    if (fields.size() != columns_) {
      throw Error(place, fmt::format("{} fields, the header has {}", fields.size(), columns_),
                  "quote fields that hold commas");
    }
    const auto field = [&](Column c) -> std::string {
      return column_[c] < 0 ? std::string() : fields[static_cast<std::size_t>(column_[c])];
    };
    Row row{{field(kCode), field(kAbbreviation), field(kName), false, field(kSameAs), {}},
            {},
            place,
            table_};
    row.diagnosis.needs = known_needs(field(kNeeds), place);
    Diagnosis& diagnosis = row.diagnosis;
    if (diagnosis.code.empty() ||
        !std::all_of(diagnosis.code.begin(), diagnosis.code.end(),
                     [](unsigned char c) { return std::isdigit(c) != 0; })) {
      throw Error(place, fmt::format("'{}' is not a SNOMED CT code", diagnosis.code),
                  "codes consist of digits");
    }
    if (diagnosis.abbreviation.empty() || diagnosis.name.empty()) {
      throw Error(place, "no abbreviation or name", "fill in both");
    }
    const std::string scored = field(kScored);
    if (!scored.empty() && scored != "0" && scored != "1") {
      throw Error(place, fmt::format("scored is '{}'", scored), "write 0 or 1");
    }
    diagnosis.scored = scored == "1";
    const std::string aliases = field(kAliases);
    for_each_part(aliases, [&](std::string_view alias) { row.aliases.emplace_back(alias); });
    const auto same_code = std::find_if(rows_.begin(), rows_.end(), [&](const Row& other) {
      return other.diagnosis.code == diagnosis.code;
    });
    if (same_code == rows_.end()) {
      rows_.push_back(std::move(row));
    } else if (same_code->table == table_) {
      throw Error(place,
                  fmt::format("code {} already stands in {}", diagnosis.code, same_code->place),
                  "keep one of the two rows");
    } else {
      *same_code = std::move(row);
    }
  }

  static std::string known_needs(const std::string& needs, const std::string& place) {
    for_each_part(needs, [&](std::string_view need) {
      if (std::find(kNeedNames.begin(), kNeedNames.end(), need) != kNeedNames.end()) return;
      throw Error(place, fmt::format("needs '{}'", need),
                  fmt::format("choose from {}", fmt::join(kNeedNames, ", ")));
    });
    return needs;
  }

  static void add_token(Vocabulary::Tokens& tokens, std::string_view text, std::size_t diagnosis) {
    tokens.push_back({fold(text), diagnosis});
  }

  void index(Vocabulary::Tokens& tokens) const {
    std::sort(tokens.begin(), tokens.end(),
              [](const auto& a, const auto& b) { return a.folded < b.folded; });
    const auto twice =
        std::adjacent_find(tokens.begin(), tokens.end(),
                           [](const auto& a, const auto& b) { return a.folded == b.folded; });
    if (twice == tokens.end()) return;
    const Row& first = rows_[std::min(twice[0].diagnosis, twice[1].diagnosis)];
    const Row& second = rows_[std::max(twice[0].diagnosis, twice[1].diagnosis)];
    throw Error(
        second.place,
        fmt::format("'{}' already means {} ({})", twice->folded, first.diagnosis.code, first.place),
        "give each diagnosis its own abbreviation, name and aliases");
  }

  static void check_equivalent(const Vocabulary& vocabulary, const Row& row) {
    const std::string& code = row.diagnosis.same_as;
    if (code.empty()) return;
    const Diagnosis* target = vocabulary.find(code);
    if (!target || !target->same_as.empty() || code == row.diagnosis.code) {
      throw Error(row.place,
                  fmt::format("same_as is {}, which {}", code,
                              !target ? "is not in the table" : "is counted as another itself"),
                  "name the code under which the class is counted");
    }
  }

  int table_ = 0;
  std::array<int, kColumns> column_{};
  std::size_t columns_ = 0;
  std::vector<Row> rows_;
};

const Vocabulary& Vocabulary::standard() {
  static const Vocabulary vocabulary = [] {
    VocabularyBuilder builder;
    builder.add_table(embedded::diagnoses, "diagnoses.csv");
    return std::move(builder).build();
  }();
  return vocabulary;
}

Vocabulary Vocabulary::extended(const std::filesystem::path& csv) {
  std::ifstream file(csv, std::ios::binary);
  if (!file) throw Error(csv.string(), "cannot be read", "check the path of the vocabulary table");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  if (file.bad()) throw Error(csv.string(), "cannot be read", "the path must be a CSV file");
  VocabularyBuilder builder;
  builder.add_table(embedded::diagnoses, "diagnoses.csv");
  builder.add_table(text, csv.string());
  return std::move(builder).build();
}

const Diagnosis* Vocabulary::lookup(const Tokens& tokens, std::string_view folded) const {
  const auto found = std::lower_bound(
      tokens.begin(), tokens.end(), folded,
      [](const Token& token, std::string_view text) { return token.folded < text; });
  if (found == tokens.end() || found->folded != folded) return nullptr;
  return &diagnoses_[found->diagnosis];
}

const Diagnosis* Vocabulary::find(std::string_view code) const { return lookup(codes_, code); }

std::optional<std::string> Vocabulary::canonical_code(std::string_view token) const {
  const std::string folded = fold(token);
  for (const Tokens* tokens : {&codes_, &names_, &labels_}) {
    if (const Diagnosis* found = lookup(*tokens, folded)) {
      return found->same_as.empty() ? found->code : found->same_as;
    }
  }
  return std::nullopt;
}

const Diagnosis* Vocabulary::find_label(std::string_view label) const {
  const std::string folded = fold(label);
  for (const Tokens* tokens : {&codes_, &labels_, &names_}) {
    if (const Diagnosis* found = lookup(*tokens, folded)) return found;
  }
  return nullptr;
}

}  // namespace liteheart
