// The strokes of an SVG as they lie on paper, read without the code that drew them.
#pragma once

#include <cstdlib>
#include <regex>
#include <string>
#include <vector>

namespace liteheart::test {

struct SvgStroke {
  std::string style;
  std::vector<std::pair<double, double>> mm;  // its points
};

/// Of a picture whose width is given in pt (72 an inch) and whose view box has its size. Paths with
/// straight lines only.
inline std::vector<SvgStroke> svg_strokes(const std::string& svg) {
  static const std::regex path("<path [^>]*>"),
      part(" (fill|d|transform|stroke|stroke-width|style)=\"([^\"]*)\"");
  constexpr double kMmPerPt = 25.4 / 72;
  std::vector<SvgStroke> strokes;
  for (std::sregex_iterator i(svg.begin(), svg.end(), path), end; i != end; ++i) {
    const std::string tag = i->str();
    SvgStroke stroke;
    std::string d;
    double m[6] = {1, 0, 0, 1, 0, 0};
    for (std::sregex_iterator k(tag.begin(), tag.end(), part); k != end; ++k) {
      const std::string name = (*k)[1], value = (*k)[2];
      if (name == "d") d = value;
      if (name == "style" || name.rfind("stroke", 0) == 0) stroke.style += name + ":" + value + ";";
      if (name == "transform") {
        const char* at = value.c_str() + value.find('(') + 1;
        char* next = nullptr;
        for (double& x : m) {
          x = std::strtod(at, &next);
          at = *next == ',' ? next + 1 : next;
        }
      }
    }
    if (d.find_first_of("Cc") != std::string::npos) continue;  // letters
    const char* at = d.c_str();
    while (*at != '\0') {
      char* next = nullptr;
      const double x = std::strtod(at, &next);
      if (next == at) {
        ++at;
        continue;
      }
      at = next;
      const double y = std::strtod(at, &next);
      at = next;
      stroke.mm.emplace_back((m[0] * x + m[2] * y + m[4]) * kMmPerPt,
                             (m[1] * x + m[3] * y + m[5]) * kMmPerPt);
    }
    strokes.push_back(std::move(stroke));
  }
  return strokes;
}

}  // namespace liteheart::test
