#include "report/report_files.h"

#include <algorithm>

#include "ecg/error.h"
#include "report/paint.h"

namespace liteheart {
namespace {

constexpr double kPngPerInch = 120, kMostInches = 240;  // of pages at that

Drawing stacked(const std::vector<Drawing>& pages) {
  Drawing all;
  all.title = pages.front().title;
  for (const Drawing& page : pages) {
    all.place(page, {0, all.height});
    all.width = std::max(all.width, page.width);
    all.height += page.height;
  }
  return all;
}

}  // namespace

ReportFormat report_format(const std::filesystem::path& file) {
  const std::string ending = file.extension().string();
  if (ending == ".html" || ending == ".htm") return ReportFormat::kHtml;
  if (ending == ".pdf") return ReportFormat::kPdf;
  if (ending == ".png") return ReportFormat::kPng;
  throw Error(file.string(), "is no report's name",
              "let it end in .html, .pdf or .png, or name a folder");
}

std::string report_bytes(const DiagnosisReport& report, ReportFormat format,
                         const PaperOptions& options, const PaperSize& paper) {
  const Document document = to_document(report, options);
  if (format == ReportFormat::kHtml) return to_html(document);
  const std::vector<Drawing> pages = to_pages(document, paper);
  if (format == ReportFormat::kPdf) return to_pdf(pages);
  const Drawing all = stacked(pages);
  return to_png(all, kPngPerInch * std::min(1.0, kMostInches * 25.4 / all.height));
}

}  // namespace liteheart
