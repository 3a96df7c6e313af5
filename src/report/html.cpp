#include "report/html.h"

#include <fmt/format.h>
#include <glib.h>

#include <memory>

#include "eval/report.h"
#include "report/paint.h"

namespace liteheart {

namespace embedded {
extern const std::string_view page_css;
}

namespace {

constexpr double kPhoneMm = 130;

std::string in_base64(const std::string& bytes) {
  const std::unique_ptr<char, decltype(&g_free)> text(
      g_base64_encode(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()), g_free);
  return text.get();
}

/// Intervals and percentages stay on one line: "[0.88,&nbsp;0.93]", "5&nbsp;%".
std::string cell_text(const std::string& text) {
  std::string out = escaped(text);
  for (std::size_t at = out.find('['); at != out.npos && (at = out.find(", ", at)) != out.npos;)
    out.replace(at, 2, ",&nbsp;");
  for (std::size_t at = 0; (at = out.find(" %", at)) != out.npos;) out.replace(at, 1, "&nbsp;");
  return out;
}

}  // namespace

std::string escaped(std::string_view text) {
  const std::unique_ptr<char, decltype(&g_free)> valid(
      g_utf8_make_valid(text.data(), static_cast<gssize>(text.size())), g_free);
  std::string out;
  for (const char* c = valid.get(); *c != '\0'; ++c) {
    switch (*c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += static_cast<unsigned char>(*c) < ' ' || *c == 0x7F ? ' ' : *c;
    }
  }
  return out;
}

std::string url_encoded(std::string_view name) {
  std::string out;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
                       (byte >= 'A' && byte <= 'Z') || c == '-' || c == '_' || c == '.';
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return out;
}

std::string picture(const Drawing& drawing, std::string_view alternative) {
  // Each picture is an image of its own: the names within one do not meet those of another.
  return fmt::format(
      "<img style=\"width:{:.2f}mm\" alt=\"{}\" src=\"data:image/svg+xml;base64,{}\">",
      drawing.width, escaped(alternative), in_base64(to_svg(drawing)));
}

std::string figure(const Drawing& drawing, std::string_view alternative, std::string_view caption) {
  const std::string below =
      caption.empty() ? "" : fmt::format("<figcaption>{}</figcaption>", escaped(caption));
  // One that is too wide to be read on a phone is scrolled there.
  const bool wide = drawing.width > kPhoneMm;
  return fmt::format("<figure>{}{}{}{}</figure>\n",
                     wide ? "<div class=\"wide\" tabindex=\"0\">" : "",
                     picture(drawing, alternative), wide ? "</div>" : "", below);
}

std::string table(const std::vector<std::vector<std::string>>& rows) {
  std::string out = "<div class=\"wide\" tabindex=\"0\"><table class=\"numbers\">\n<thead>";
  for (const auto& row : rows) {
    const bool head = &row == &rows.front();
    out += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i)
      out += fmt::format("<{0}{1}>{2}</{0}>", head ? "th" : "td", i == 0 ? "" : " class=\"number\"",
                         cell_text(row[i]));
    out += head ? "</tr></thead>\n<tbody>\n" : "</tr>\n";
  }
  return out + "</tbody></table></div>\n";
}

std::string html_page(std::string_view title, std::string_view body) {
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"generator\" content=\"LiteHeart\">\n<title>{}</title>\n<style>\n{}</style>\n"
      "</head>\n<body>\n<main>\n{}</main>\n<footer><p>{}</p></footer>\n</body>\n</html>\n",
      escaped(title), embedded::page_css, body, kDisclaimer);
}

}  // namespace liteheart
