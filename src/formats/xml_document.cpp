#include "formats/xml_document.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "ecg/error.h"
#include "formats/patient.h"
#include "formats/text.h"
#include "formats/utf8.h"

namespace liteheart {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

enum class Width { kOneByte, kUtf16Little, kUtf16Big };

Width width_of(std::string_view bytes) {
  if (bytes.size() < 2) return Width::kOneByte;
  if (bytes.starts_with("\xFF\xFE") || (bytes[0] != 0 && bytes[1] == 0)) return Width::kUtf16Little;
  if (bytes.starts_with("\xFE\xFF") || (bytes[0] == 0 && bytes[1] != 0)) return Width::kUtf16Big;
  return Width::kOneByte;
}

/// The signs of a file of any width, those beyond ASCII as some other byte.
class Signs {
 public:
  explicit Signs(std::string_view bytes)
      : bytes_(bytes),
        step_(width_of(bytes) == Width::kOneByte ? 1 : 2),
        low_(width_of(bytes) == Width::kUtf16Big ? 1 : 0) {}

  std::size_t size() const { return bytes_.size() / step_; }
  char operator[](std::size_t at) const {
    constexpr char kForeign = '\x7F';
    if (step_ == 1) return bytes_[at];
    return bytes_[2 * at + 1 - low_] == 0 ? bytes_[2 * at + low_] : kForeign;
  }

 private:
  std::string_view bytes_;
  std::size_t step_, low_;
};

/// The beginning of a file as ASCII, without byte order mark.
std::string ascii_beginning(std::string_view bytes, std::size_t most) {
  if (bytes.starts_with(kByteOrderMark)) bytes.remove_prefix(kByteOrderMark.size());
  const Signs signs(bytes);
  std::string ascii;
  for (std::size_t at = 0; at < std::min(signs.size(), most); ++at) ascii.push_back(signs[at]);
  if (!ascii.empty() && width_of(bytes) != Width::kOneByte && ascii[0] == '\x7F') ascii.erase(0, 1);
  return ascii;
}

bool skip_past(std::string_view& text, std::string_view end) {
  const std::size_t found = text.find(end);
  if (found == std::string_view::npos) return false;
  text.remove_prefix(found + end.size());
  return true;
}

/// Skips a DOCTYPE, whose own declarations may hold '>'.
bool skip_doctype(std::string_view& text) {
  int open = 0;
  char quote = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '<') {
      ++open;
    } else if (c == '>' && --open == 0) {
      text.remove_prefix(at + 1);
      return true;
    }
  }
  return false;
}

/// The encoding that the declaration names, in lower case.
std::string declared_encoding(std::string_view bytes) {
  constexpr std::size_t kLongestDeclaration = 256;
  const std::string beginning = ascii_beginning(bytes, kLongestDeclaration);
  std::string_view text = beginning;
  if (!text.starts_with("<?xml")) return {};
  text = text.substr(0, text.find("?>"));
  if (!skip_past(text, "encoding")) return {};
  const std::size_t quote = text.find_first_of("\"'");
  if (quote == std::string_view::npos) return {};
  return lower(text.substr(quote + 1, text.find(text[quote], quote + 1) - quote - 1));
}

pugi::xml_encoding encoding_of(std::string_view bytes, std::vector<std::string>& warnings) {
  switch (width_of(bytes)) {
    case Width::kUtf16Little:
      return pugi::encoding_utf16_le;
    case Width::kUtf16Big:
      return pugi::encoding_utf16_be;
    case Width::kOneByte:
      break;
  }
  constexpr std::array<std::string_view, 4> kLatin = {"iso-8859-1", "iso8859-1", "latin1",
                                                      "windows-1252"};
  const std::string declared = declared_encoding(bytes);
  if (std::find(kLatin.begin(), kLatin.end(), declared) != kLatin.end())
    return pugi::encoding_latin1;
  if (is_utf8(bytes)) return pugi::encoding_utf8;
  warnings.push_back(fmt::format("the text is not in the encoding '{}': read as ISO-8859-1",
                                 declared.empty() || !is_utf8(declared) ? "utf-8" : declared));
  return pugi::encoding_latin1;
}

/// At least the bytes of the tree that pugixml makes: 64 an element or piece of text, 40 an
/// attribute (the structs of its version 1.13 on 64-bit machines).
std::size_t tree_bytes(std::string_view bytes) {
  constexpr std::size_t kNode = 64, kAttribute = 40;
  const Signs signs(bytes);
  std::size_t nodes = 0, attributes = 0;
  bool closed = false;  // only blanks since a '>'
  for (std::size_t at = 0; at < signs.size(); ++at) {
    const char sign = signs[at];
    if (closed && kBlanks.find(sign) == std::string_view::npos) {
      nodes += sign != '<';
      closed = false;
    }
    if (sign == '<') {
      const char next = at + 1 < signs.size() ? signs[at + 1] : '\0';
      nodes += next != '/' && next != '?';
    }
    attributes += sign == '=';
    closed = closed || sign == '>';
  }
  return nodes * kNode + attributes * kAttribute;
}

bool is_element(pugi::xml_node node) { return node.type() == pugi::node_element; }

/// References to characters that are none ("&#xD800;") make text that is no UTF-8: it is dropped.
void drop_broken_text(pugi::xml_node node) {
  if (!is_utf8(node.value())) {
    // An element's own value is the text that parse_embed_pcdata put there.
    is_element(node) ? node.text().set("") : node.set_value("");
  }
  for (pugi::xml_attribute attribute : node.attributes())
    if (!is_utf8(attribute.value())) attribute.set_value("");
}

/// Walks without recursion: hostile files are nested deeper than a stack is.
void check_tree(pugi::xml_node root, const std::string& place) {
  int depth = 1;
  for (pugi::xml_node at = root; at;) {
    drop_broken_text(at);
    if (depth > XmlDocument::kMostDepth) {
      throw Error(place, fmt::format("elements nested deeper than {}", XmlDocument::kMostDepth),
                  "this is no ECG file");
    }
    if (at.first_child()) {
      at = at.first_child();
      ++depth;
      continue;
    }
    while (at && at != root && !at.next_sibling()) {
      at = at.parent();
      --depth;
    }
    at = at == root ? pugi::xml_node() : at.next_sibling();
  }
}

std::string_view local(std::string_view name) {
  const std::size_t colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

}  // namespace

std::string xml_root(std::string_view beginning) {
  const std::string ascii = ascii_beginning(beginning, beginning.size());
  std::string_view text = ascii;
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
    bool skipped = true;
    if (text.starts_with("<?")) {
      skipped = skip_past(text, "?>");
    } else if (text.starts_with("<!--")) {
      skipped = skip_past(text, "-->");
    } else if (text.starts_with("<!")) {
      skipped = skip_doctype(text);
    } else {
      break;
    }
    if (!skipped) return {};
  }
  if (!text.starts_with('<')) return {};
  const std::size_t end = text.find_first_of(" \t\r\n/><", 1);
  return end == std::string_view::npos ? std::string()
                                       : std::string(local(text.substr(1, end - 1)));
}

XmlDocument::XmlDocument(InputFile& file) {
  if (file.size() > kMostBytes) {
    throw Error(file.place(), fmt::format("an XML file of {} MB", file.size() >> 20),
                fmt::format("at most {} MB of XML are read", kMostBytes >> 20));
  }
  const std::string_view bytes = file.text();
  constexpr std::size_t kMostGrowth = 8, kAllowance = 1 << 20;
  if (tree_bytes(bytes) > kMostGrowth * bytes.size() + kAllowance) {
    throw Error(file.place(), "almost nothing but tags", "this is no ECG file");
  }
  const pugi::xml_encoding encoding = encoding_of(bytes, warnings_);
  const pugi::xml_parse_result result = document_.load_buffer(
      bytes.data(), bytes.size(), pugi::parse_default | pugi::parse_embed_pcdata, encoding);
  if (!result) {
    // Offsets count the bytes of the text in UTF-8.
    throw Error(fmt::format("{} {} {}", file.place(),
                            encoding == pugi::encoding_utf8 ? "byte" : "near sign", result.offset),
                fmt::format("the XML is cut off or damaged ({})", result.description()),
                "get a whole copy of the file");
  }
  check_tree(root(), file.place());
}

std::string_view xml_name(pugi::xml_node node) { return local(node.name()); }

pugi::xml_node xml_child(pugi::xml_node node, std::string_view name) {
  pugi::xml_node child = node.first_child();
  while (child && !(is_element(child) && xml_name(child) == name)) child = child.next_sibling();
  return child;
}

pugi::xml_node xml_path(pugi::xml_node node, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) node = xml_child(node, name);
  return node;
}

pugi::xml_node xml_find(pugi::xml_node top, std::string_view name) {
  pugi::xml_node at = xml_next(top, top);
  while (at && xml_name(at) != name) at = xml_next(at, top);
  return at;
}

std::string_view xml_attribute(pugi::xml_node node, std::string_view name) {
  for (const pugi::xml_attribute attribute : node.attributes())
    if (local(attribute.name()) == name) return trim(attribute.value());
  return {};
}

std::string xml_content(pugi::xml_node node) {
  std::string content = node.value();
  for (const pugi::xml_node child : node.children())
    if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata)
      content += child.value();
  return content;
}

std::string xml_text(pugi::xml_node node) {
  std::string line;
  for (const char c : xml_content(node)) {
    const bool blank = kBlanks.find(c) != std::string_view::npos;
    if (!blank) {
      line.push_back(c);
    } else if (!line.empty() && line.back() != ' ') {
      line.push_back(' ');
    }
  }
  if (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

std::string xml_text(pugi::xml_node node, std::string_view name) {
  return xml_text(xml_child(node, name));
}

std::string join_telling(std::initializer_list<std::string_view> parts, std::string_view between) {
  std::string joined;
  for (const std::string_view part : parts) {
    if (says_nothing(part) || part.find_first_not_of('-') == std::string_view::npos) continue;
    if (!joined.empty()) joined += between;
    joined += part;
  }
  return joined;
}

pugi::xml_node xml_next(pugi::xml_node at, pugi::xml_node top) {
  do {
    if (at.first_child()) {
      at = at.first_child();
      continue;
    }
    while (at != top && !at.next_sibling()) at = at.parent();
    at = at == top ? pugi::xml_node() : at.next_sibling();
  } while (at && !is_element(at));
  return at;
}

}  // namespace liteheart
