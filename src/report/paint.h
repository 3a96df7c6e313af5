// Drawings as SVG, PDF and PNG files, by Cairo and Pango. All three show the same.
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "report/drawing.h"

namespace liteheart {

/// Bytes of the file. In SVG and PDF a mm of the drawing is a mm of paper; texts in SVG are
/// outlines. Throws Error where Cairo cannot (a picture of more than 30 000 pixels, no memory).
std::string to_svg(const Drawing& drawing);
/// A page a drawing; at least one.
std::string to_pdf(std::span<const Drawing> pages);
/// On white.
std::string to_png(const Drawing& drawing, double pixels_per_inch);

/// Where a drawing goes, by the ending of the file's name.
enum class PictureFormat : std::uint8_t { kSvg, kPdf, kPng };
/// Throws Error (file) where it ends in none of .svg, .pdf and .png.
PictureFormat picture_format(const std::filesystem::path& file);

/// Height in mm of a paragraph as it will be painted, from the top of its first line to the bottom
/// of its last, and width of its longest line.
struct TextExtent {
  double width = 0, height = 0;
  int lines = 1;
};
TextExtent measure(const Text& text);

}  // namespace liteheart
