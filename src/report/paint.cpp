#include "report/paint.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <cairo.h>
#include <fmt/format.h>
#include <pango/pangocairo.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <numbers>

#include "ecg/error.h"

namespace liteheart {
namespace {

constexpr double kPointsPerMm = 72 / 25.4;
constexpr double kMostPixels = 30'000;
constexpr const char* kFont = "DejaVu Sans, Noto Sans, Liberation Sans, sans-serif";

template <auto release>
struct Release {
  template <class T>
  void operator()(T* x) const {
    release(x);
  }
};
using Surface = std::unique_ptr<cairo_surface_t, Release<cairo_surface_destroy>>;
using Context = std::unique_ptr<cairo_t, Release<cairo_destroy>>;
using Layout = std::unique_ptr<PangoLayout, Release<g_object_unref>>;
using Font = std::unique_ptr<PangoFontDescription, Release<pango_font_description_free>>;

void check(cairo_status_t status) {
  if (status != CAIRO_STATUS_SUCCESS)
    throw Error("picture", cairo_status_to_string(status), "draw less of the recording at a time");
}

/// Letters are placed and shaped by their outlines alone, so that text is the same at every scale.
Layout new_layout(cairo_t* context) {
  Layout layout(pango_cairo_create_layout(context));
  PangoContext* const pango = pango_layout_get_context(layout.get());
  using Options = std::unique_ptr<cairo_font_options_t, Release<cairo_font_options_destroy>>;
  const Options options(cairo_font_options_create());
  cairo_font_options_set_hint_style(options.get(), CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics(options.get(), CAIRO_HINT_METRICS_OFF);
  cairo_font_options_set_antialias(options.get(), CAIRO_ANTIALIAS_GRAY);
  pango_cairo_context_set_font_options(pango, options.get());
  pango_context_set_round_glyph_positions(pango, FALSE);
  return layout;
}

/// Valid UTF-8 on one line.
std::string shown(const std::string& text) {
  const std::unique_ptr<char, Release<g_free>> valid(
      g_utf8_make_valid(text.data(), static_cast<gssize>(text.size())));
  std::string line = valid.get();
  std::replace_if(
      line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
  return line;
}

void set(PangoLayout* layout, const Text& text) {
  const Font font(pango_font_description_from_string(kFont));
  pango_font_description_set_absolute_size(font.get(), text.size * PANGO_SCALE);
  if (text.bold) pango_font_description_set_weight(font.get(), PANGO_WEIGHT_BOLD);
  if (text.italic) pango_font_description_set_style(font.get(), PANGO_STYLE_OBLIQUE);
  pango_layout_set_font_description(layout, font.get());
  const std::string line = shown(text.text);
  pango_layout_set_text(layout, line.data(), static_cast<int>(line.size()));
  pango_layout_set_auto_dir(layout, FALSE);  // what stands at the start, stands at the left
  if (text.width > 0) {
    pango_layout_set_width(layout, static_cast<int>(text.width * PANGO_SCALE));
    pango_layout_set_height(layout, -std::max(text.lines, 1));
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
  }
  if (text.anchor != Anchor::kStart)
    pango_layout_set_alignment(
        layout, text.anchor == Anchor::kEnd ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_CENTER);
}

class Painter {
 public:
  explicit Painter(cairo_surface_t* surface) : context_(cairo_create(surface)) {
    check(cairo_status(context_.get()));
    layout_ = new_layout(context_.get());
    cairo_set_line_cap(context_.get(), CAIRO_LINE_CAP_ROUND);
    cairo_set_line_join(context_.get(), CAIRO_LINE_JOIN_ROUND);
  }

  void scale(double units_per_mm) { cairo_scale(context_.get(), units_per_mm, units_per_mm); }
  void paint(const Drawing& drawing) {
    for (const Part& part : drawing.parts)
      std::visit([this](const auto& m) { paint(m); }, part.mark);
    check(cairo_status(context_.get()));
  }
  void fill_white() {
    cairo_set_source_rgb(context_.get(), 1, 1, 1);
    cairo_paint(context_.get());
  }
  void end_page() { cairo_show_page(context_.get()); }

 private:
  void colour(const Colour& c) {
    cairo_set_source_rgba(context_.get(), c.red, c.green, c.blue, c.opacity);
  }
  void path(const std::vector<Point>& points) {
    cairo_t* const to = context_.get();
    if (points.empty()) return;
    cairo_move_to(to, points.front().x, points.front().y);
    for (std::size_t i = 1; i < points.size(); ++i) cairo_line_to(to, points[i].x, points[i].y);
    if (points.size() == 1) cairo_close_path(to);
  }
  void paint(const Lines& m) {
    for (const auto& line : m.lines) path(line);
    colour(m.colour);
    cairo_set_line_width(context_.get(), m.width);
    cairo_set_dash(context_.get(), m.dashes.data(), static_cast<int>(m.dashes.size()), 0);
    cairo_stroke(context_.get());
  }
  void paint(const Area& m) {
    for (const auto& outline : m.outlines) path(outline);
    colour(m.colour);
    cairo_fill(context_.get());
  }
  void paint(const Dots& m) {
    colour(m.colour);
    for (const Point& p : m.centres) {
      cairo_new_sub_path(context_.get());
      cairo_arc(context_.get(), p.x, p.y, m.radius, 0, 2 * std::numbers::pi);
      cairo_fill(context_.get());
    }
  }
  void paint(const Text& m);

  Context context_;
  Layout layout_;
};

void Painter::paint(const Text& m) {
  cairo_t* const to = context_.get();
  // A layout keeps what it was told; each text begins with a new one's settings.
  pango_layout_set_width(layout_.get(), -1);
  pango_layout_set_height(layout_.get(), -1);
  pango_layout_set_ellipsize(layout_.get(), PANGO_ELLIPSIZE_NONE);
  pango_layout_set_alignment(layout_.get(), PANGO_ALIGN_LEFT);
  set(layout_.get(), m);
  int width = 0;
  pango_layout_get_size(layout_.get(), &width, nullptr);
  double wide = m.width > 0 ? m.width : static_cast<double>(width) / PANGO_SCALE;
  if (m.anchor == Anchor::kStart) wide = 0;
  if (m.anchor == Anchor::kMiddle) wide /= 2;
  const double ascent = static_cast<double>(pango_layout_get_baseline(layout_.get())) / PANGO_SCALE;
  cairo_save(to);
  cairo_translate(to, m.at.x, m.at.y);
  if (m.turn != 0) cairo_rotate(to, m.turn * std::numbers::pi / 180);
  cairo_move_to(to, -wide, -ascent);
  colour(m.colour);
  pango_cairo_show_layout(to, layout_.get());
  cairo_restore(to);
}

cairo_status_t append(void* to, const unsigned char* bytes, unsigned int count) {
  static_cast<std::string*>(to)->append(reinterpret_cast<const char*>(bytes), count);
  return CAIRO_STATUS_SUCCESS;
}

void finish(cairo_surface_t* surface) {
  cairo_surface_finish(surface);
  check(cairo_surface_status(surface));
}

}  // namespace

std::string to_svg(const Drawing& drawing) {
  std::string bytes;
  const Surface surface(cairo_svg_surface_create_for_stream(
      append, &bytes, drawing.width * kPointsPerMm, drawing.height * kPointsPerMm));
  check(cairo_surface_status(surface.get()));
  cairo_svg_surface_set_document_unit(surface.get(), CAIRO_SVG_UNIT_PT);
  Painter painter(surface.get());
  painter.scale(kPointsPerMm);
  painter.paint(drawing);
  finish(surface.get());
  return bytes;
}

std::string to_pdf(std::span<const Drawing> pages) {
  std::string bytes;
  const Surface surface(cairo_pdf_surface_create_for_stream(
      append, &bytes, pages[0].width * kPointsPerMm, pages[0].height * kPointsPerMm));
  check(cairo_surface_status(surface.get()));
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_TITLE,
                                 shown(pages[0].title).c_str());
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_CREATOR, "LiteHeart");
  Painter painter(surface.get());
  painter.scale(kPointsPerMm);
  for (const Drawing& page : pages) {
    cairo_pdf_surface_set_size(surface.get(), page.width * kPointsPerMm,
                               page.height * kPointsPerMm);
    painter.paint(page);
    painter.end_page();
  }
  finish(surface.get());
  return bytes;
}

std::string to_png(const Drawing& drawing, double pixels_per_inch) {
  const double per_mm = pixels_per_inch / 25.4;
  const double width = std::ceil(drawing.width * per_mm),
               height = std::ceil(drawing.height * per_mm);
  if (!(width >= 1 && height >= 1 && width <= kMostPixels && height <= kMostPixels))
    throw Error("picture", fmt::format("would have {:.0f} x {:.0f} pixels", width, height),
                "choose fewer pixels per inch, or less of the recording");
  const Surface surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, static_cast<int>(width),
                                                   static_cast<int>(height)));
  check(cairo_surface_status(surface.get()));
  Painter painter(surface.get());
  painter.fill_white();
  painter.scale(per_mm);
  painter.paint(drawing);
  std::string bytes;
  check(cairo_surface_write_to_png_stream(surface.get(), append, &bytes));
  return bytes;
}

PictureFormat picture_format(const std::filesystem::path& file) {
  const std::string ending = file.extension().string();
  if (ending == ".svg") return PictureFormat::kSvg;
  if (ending == ".pdf") return PictureFormat::kPdf;
  if (ending == ".png") return PictureFormat::kPng;
  throw Error(file.string(), "is no picture's name", "let it end in .svg, .pdf or .png");
}

TextExtent measure(const Text& text) {
  static const Surface surface(cairo_recording_surface_create(CAIRO_CONTENT_ALPHA, nullptr));
  const Context context(cairo_create(surface.get()));
  const Layout layout = new_layout(context.get());
  set(layout.get(), text);
  int width = 0, height = 0;
  pango_layout_get_size(layout.get(), &width, &height);
  return {static_cast<double>(width) / PANGO_SCALE, static_cast<double>(height) / PANGO_SCALE,
          pango_layout_get_line_count(layout.get())};
}

}  // namespace liteheart
