// A report as values: headings, paragraphs, tables and pictures in the order they are read. One
// page for screens, or pages for paper, made of the same.
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "report/drawing.h"
#include "report/ecg_paper.h"

namespace liteheart {

struct Heading {
  std::string text;
  int level = 2;  // 1: the document's title; 2, 3: below it
};

enum class Tone : std::uint8_t { kPlain, kSoft, kNotice, kAlarm };
struct Paragraph {
  std::string text;
  Tone tone = Tone::kPlain;
};

struct Bullets {
  std::vector<std::string> items;
};

/// Name and value.
struct Facts {
  std::vector<std::pair<std::string, std::string>> rows;  // those without value are left out
};

struct Table {
  struct Column {
    std::string title;
    double share = 1;  // of the width, against the others
    bool number = false;
  };
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;
  double share = 1;  // of a page's width that it takes on paper
};

struct Figure {
  Drawing drawing;
  std::string alternative;  // what it shows, for those who do not see it
  std::string caption;      // or empty
};

using Block = std::variant<Heading, Paragraph, Bullets, Facts, Table, Figure>;

struct Document {
  std::string title;
  std::vector<Block> blocks;
};

/// A page that needs no network and no scripts, for every width and for paper.
std::string to_html(const Document& document);

/// Pages for paper, with the disclaimer and numbers below. What does not fit a page's width or
/// height is made smaller; ECG paper of kStripsWidth keeps its scale.
std::vector<Drawing> to_pages(const Document& document, const PaperSize& paper);

}  // namespace liteheart
