#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "report/document.h"
#include "report/html.h"

namespace liteheart {
namespace {

class HtmlWriter {
 public:
  void operator()(const Heading& b) { put("<h{0}>{1}</h{0}>\n", b.level, escaped(b.text)); }
  void operator()(const Paragraph& b) {
    static constexpr const char* kClasses[] = {"", " class=\"soft\"", " class=\"notice\"",
                                               " class=\"alarm\""};
    put("<p{}>{}</p>\n", kClasses[static_cast<std::size_t>(b.tone)], escaped(b.text));
  }
  void operator()(const Bullets& b) {
    if (b.items.empty()) return;
    out += "<ul>\n";
    for (const std::string& item : b.items) put("<li>{}</li>\n", escaped(item));
    out += "</ul>\n";
  }
  void operator()(const Facts& b) {
    out += "<dl>\n";
    for (const auto& [name, value] : b.rows)
      if (!value.empty()) put("<dt>{}</dt><dd>{}</dd>\n", escaped(name), escaped(value));
    out += "</dl>\n";
  }
  void operator()(const Table& b) {
    out += "<div class=\"wide\"><table>\n<thead><tr>";
    for (const Table::Column& c : b.columns)
      put("<th scope=\"col\"{}>{}</th>", number(c), escaped(c.title));
    out += "</tr></thead>\n<tbody>\n";
    for (const auto& row : b.rows) {
      out += "<tr>";
      for (std::size_t i = 0; i < row.size(); ++i)
        put("<td{}>{}</td>", number(b.columns[i]), escaped(row[i]));
      out += "</tr>\n";
    }
    out += "</tbody>\n</table></div>\n";
  }
  void operator()(const Figure& b) { out += figure(b.drawing, b.alternative, b.caption); }

  std::string out;

 private:
  static const char* number(const Table::Column& c) { return c.number ? " class=\"number\"" : ""; }
  template <class... Values>
  void put(fmt::format_string<Values...> form, Values&&... values) {
    fmt::format_to(std::back_inserter(out), form, std::forward<Values>(values)...);
  }
};

}  // namespace

std::string to_html(const Document& document) {
  HtmlWriter writer;
  for (const Block& block : document.blocks) std::visit(writer, block);
  return html_page(document.title, writer.out);
}

}  // namespace liteheart
