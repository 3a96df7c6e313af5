// Pages that need nothing but themselves: no network, no scripts; for screens of every width and
// for paper.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/drawing.h"

namespace liteheart {

/// `text` as it reads, whatever it holds: markup is escaped, what is not UTF-8 becomes U+FFFD,
/// control characters blanks. Fits between tags and within quoted attributes.
std::string escaped(std::string_view text);

/// A file name as part of a link.
std::string url_encoded(std::string_view name);

/// A drawing within the page, at its true size where there is room for it and on paper.
/// `alternative` says what it shows to those who do not see it; plain text.
std::string picture(const Drawing& drawing, std::string_view alternative);
/// A picture with a caption below, plain text or empty.
std::string figure(const Drawing& drawing, std::string_view alternative,
                   std::string_view caption = {});

/// A table of plain texts, the first row its head; columns but the first are numbers,
/// right-aligned. Wider than its place, it scrolls.
std::string table(const std::vector<std::vector<std::string>>& rows);

/// A whole page. `title` is plain text; `body` is HTML: what stands in <main>. The disclaimer is
/// added.
std::string html_page(std::string_view title, std::string_view body);

}  // namespace liteheart
