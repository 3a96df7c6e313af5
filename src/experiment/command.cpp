#include "experiment/command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <string_view>

#include "data/dataset_json.h"
#include "ecg/error.h"

namespace liteheart {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kOut = "{out}/", kSource = "{source}/", kClasses = "{classes}/";

std::string codes_of(const fs::path& data) {
  std::vector<std::string> codes;
  for (const Diagnosis& d : read_description(data / kDescriptionFile).classes)
    codes.push_back(d.code);
  return fmt::format("{}", fmt::join(codes, ","));
}

std::string closed(const std::string& word, const fs::path& out, const SourceFolders& sources) {
  if (word.starts_with(kOut)) {  // one place below --out, or several, separated by commas
    std::string places = word;
    for (std::size_t at = 0; (at = places.find(kOut, at)) != std::string::npos;)
      places.replace(at, kOut.size(), (out / "").string());
    return places;
  }
  if (word.starts_with(kClasses)) return codes_of(out / word.substr(kClasses.size()));
  if (!word.starts_with(kSource)) return word;
  const std::string name = word.substr(kSource.size());
  const auto folder = sources.find(name);
  if (folder == sources.end())
    throw Error("source " + name, "is not given", fmt::format("add --source {}=FOLDER", name));
  return folder->second.string();
}

std::string quoted(const std::string& word) {
  const auto plain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) ||
           std::string_view("-_./,:=+@%").find(c) != std::string_view::npos;
  };
  if (!word.empty() && std::all_of(word.begin(), word.end(), plain)) return word;
  std::string text = "'";
  for (const char c : word) {
    if (c == '\'') {
      text += "'\\''";
    } else {
      text += c;
    }
  }
  return text + "'";
}

}  // namespace

std::string open_out(const std::string& below) { return std::string(kOut) + below; }
std::string open_source(const std::string& name) { return std::string(kSource) + name; }
std::string open_classes(const std::string& data) { return std::string(kClasses) + data; }

std::vector<std::string> closed_words(const std::vector<std::string>& words, const fs::path& out,
                                      const SourceFolders& sources) {
  std::vector<std::string> all;
  all.reserve(words.size());
  for (const std::string& word : words) all.push_back(closed(word, out, sources));
  return all;
}

std::string shell_line(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) {
    if (!line.empty()) line += ' ';
    line += quoted(word);
  }
  return line;
}

}  // namespace liteheart
