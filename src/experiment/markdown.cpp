#include "experiment/markdown.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <fstream>
#include <iterator>

#include "data/output_file.h"
#include "ecg/error.h"

namespace liteheart {

std::string markdown_table(const std::vector<std::vector<std::string>>& rows) {
  std::string text;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    text += fmt::format("| {} |\n", fmt::join(rows[i], " | "));
    if (i > 0) continue;
    text += '|';
    for (std::size_t column = 0; column < rows[0].size(); ++column) text += "---|";
    text += '\n';
  }
  return text;
}

void replace_marked(const std::filesystem::path& file, const std::string& name,
                    const std::string& text) {
  std::ifstream in(file);
  if (!in) throw Error(file.string(), "cannot be read", "name the page that --into is to change");
  const std::string page(std::istreambuf_iterator<char>(in), {});
  const std::string begin = fmt::format("<!-- experiment {} -->\n", name),
                    end = fmt::format("<!-- /experiment {} -->", name);
  const std::size_t from = page.find(begin), to = page.find(end, from);
  if (from == std::string::npos || to == std::string::npos)
    throw Error(file.string(), fmt::format("has no place for the experiment {}", name),
                fmt::format("write {} and {} on lines of their own",
                            begin.substr(0, begin.size() - 1), end));
  const std::size_t after = from + begin.size();
  replace_file(file, page.substr(0, after) + text + page.substr(to));
}

}  // namespace liteheart
