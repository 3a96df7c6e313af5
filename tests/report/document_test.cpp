#include "report/document.h"

#include <gtest/gtest.h>

#include "report/html.h"
#include "report/paint.h"

namespace liteheart {
namespace {

const std::string kHostile = "<script>alert('x')</script> & \"q\" \x01\xFF";

Drawing box(double width, double height) {
  Drawing drawing;
  drawing.width = width;
  drawing.height = height;
  drawing.add("box", rectangle({0, 0}, width, height, colour(0x336699)));
  return drawing;
}

Document everything() {
  Document d;
  d.title = kHostile;
  d.blocks = {Heading{kHostile, 1},
              Paragraph{kHostile, Tone::kAlarm},
              Bullets{{kHostile}},
              Facts{{{kHostile, kHostile}, {"empty", ""}}},
              Table{{{kHostile, 1}, {"n", 1, true}}, {{kHostile, "1"}}},
              Figure{box(200, 50), kHostile, kHostile}};
  return d;
}

TEST(Document, text_stays_text_in_html) {
  const std::string html = to_html(everything());
  EXPECT_EQ(html.find("<script"), std::string::npos);
  EXPECT_EQ(html.find('\x01'), std::string::npos);
  EXPECT_EQ(html.find('\xFF'), std::string::npos);
  std::size_t times = 0;
  for (std::size_t at = 0;
       (at = html.find("&lt;script&gt;alert(&#39;x&#39;)", at)) != std::string::npos; ++at)
    ++times;
  EXPECT_EQ(times, 10u) << "title, heading, paragraph, bullet, name, value, column, cell, caption"
                           " and alternative text";
}

TEST(Document, a_page_needs_nothing_but_itself) {
  const std::string html = to_html(everything());
  for (const char* const word :
       {"<script", "<link", "@import", "url(", "src=\"http", "href=\"http"})
    EXPECT_EQ(html.find(word), std::string::npos) << word;
  EXPECT_NE(html.find("<meta name=\"viewport\""), std::string::npos);
  EXPECT_NE(html.find("not a medical device"), std::string::npos);
  EXPECT_EQ(html.find("<dt>empty"), std::string::npos);
}

TEST(Document, pages_hold_everything_within_their_edges) {
  Document d = everything();
  Table table{{{"name", 3}, {"value", 1, true}}, {}};
  for (int i = 0; i < 120; ++i) table.rows.push_back({"row " + std::to_string(i), "1"});
  d.blocks.emplace_back(std::move(table));
  d.blocks.emplace_back(Figure{box(500, 300), "too large", ""});
  std::size_t rows = 0;
  for (const PaperSize& paper : {kA4, kLetter}) {
    const auto pages = to_pages(d, paper);
    EXPECT_GE(pages.size(), 5u);
    for (const Drawing& page : pages) {
      EXPECT_DOUBLE_EQ(page.width, paper.width);
      for (const Part& part : page.parts) {
        if (const auto* const area = std::get_if<Area>(&part.mark)) {
          for (const Point& p : area->outlines[0])
            EXPECT_TRUE(p.x >= 0 && p.x <= paper.width && p.y >= 0 && p.y <= paper.height)
                << part.role;
        }
        if (const auto* const text = std::get_if<Text>(&part.mark)) {
          EXPECT_TRUE(text->at.y > 0 && text->at.y < paper.height) << text->text;
          EXPECT_GE(text->size, 2.4) << text->text;
          rows += text->text.rfind("row ", 0) == 0;
        }
      }
    }
  }
  EXPECT_EQ(rows, 240u);
}

TEST(Document, a_heading_goes_with_its_figure) {
  Document d;
  d.blocks = {Figure{box(200, 100), "first", ""}, Heading{"second", 2}, Paragraph{"words"},
              Figure{box(200, 100), "second", ""}};
  const auto pages = to_pages(d, kA4);
  ASSERT_EQ(pages.size(), 2u);
  bool heading = false;
  for (const Part& part : pages[1].parts)
    if (const auto* const text = std::get_if<Text>(&part.mark))
      heading = heading || text->text == "second";
  EXPECT_TRUE(heading);
}

TEST(Html, links_and_text_are_encoded) {
  EXPECT_EQ(url_encoded("a b/<ö>.html"), "a%20b%2F%3C%C3%B6%3E.html");
  EXPECT_EQ(escaped("a<b>\"&'\n"), "a&lt;b&gt;&quot;&amp;&#39; ");
  EXPECT_EQ(escaped("\xC3\x28"), "\xEF\xBF\xBD(");
}

}  // namespace
}  // namespace liteheart
