// XML files: one door for the formats that are written in it. Names of elements and attributes are
// told without their namespace prefix, which each writer chooses as it likes.
#pragma once

#include <initializer_list>
#include <pugixml.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "formats/input_file.h"

namespace liteheart {

/// Name of the root element of the XML file that begins so, in UTF-8, UTF-16 or one byte a sign; a
/// declaration, comments and a DOCTYPE may precede it. Empty where that is no XML, or the root
/// element comes later.
std::string xml_root(std::string_view beginning);

/// A parsed file. Entities that it declares are never expanded and nothing else is loaded.
class XmlDocument {
 public:
  static constexpr std::size_t kMostBytes = std::size_t{64} << 20;
  static constexpr int kMostDepth = 256;

  /// Throws Error where the XML is cut off or damaged, the file larger than kMostBytes, nested
  /// deeper than kMostDepth, or so dense in tags that its tree would take more than eight times its
  /// bytes and a megabyte.
  explicit XmlDocument(InputFile& file);

  pugi::xml_node root() const { return document_.document_element(); }
  /// Doubts about its encoding.
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  pugi::xml_document document_;
  std::vector<std::string> warnings_;
};

std::string_view xml_name(pugi::xml_node node);
/// The first child element of that name; null where there is none.
pugi::xml_node xml_child(pugi::xml_node node, std::string_view name);
/// The first child of the first child of ... of those names.
pugi::xml_node xml_path(pugi::xml_node node, std::initializer_list<std::string_view> names);
/// The first element of that name below `top`.
pugi::xml_node xml_find(pugi::xml_node top, std::string_view name);
/// Without blanks around it; empty where there is none.
std::string_view xml_attribute(pugi::xml_node node, std::string_view name);
/// The text directly in an element, as written.
std::string xml_content(pugi::xml_node node);
/// The same as one line: runs of blanks are one, none around it.
std::string xml_text(pugi::xml_node node);
/// xml_text of the child `name`.
std::string xml_text(pugi::xml_node node, std::string_view name);

/// Joins what says something; anonymised fields ("---") say nothing.
std::string join_telling(std::initializer_list<std::string_view> parts, std::string_view between);

/// The element after `at` in the file's order, below `top`; null at the end.
pugi::xml_node xml_next(pugi::xml_node at, pugi::xml_node top);

}  // namespace liteheart
