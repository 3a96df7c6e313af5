// Reports as files: one recording's page, and the index of many.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "report/diagnosis_report.h"

namespace liteheart {

enum class ReportFormat : std::uint8_t { kHtml, kPdf, kPng };
/// By the ending of the file's name. Throws Error where it is none of .html, .pdf and .png.
ReportFormat report_format(const std::filesystem::path& file);

/// The file's bytes. A PNG holds all pages, one below the other.
std::string report_bytes(const DiagnosisReport& report, ReportFormat format,
                         const PaperOptions& options, const PaperSize& paper);

/// A line of the index.
struct IndexEntry {
  std::string file;  // as the user calls the recording
  std::string page;  // its report's file name beside the index; empty where it could not be read
  std::string headline;  // or why it could not be read
  std::string quality;   // "good", "limited", "unreadable", "-"
  double worst = 0;      // the greater, the sooner a person should look
  double rate_bpm = 0;   // 0: none
  double seconds = 0;
};
IndexEntry index_entry(const DiagnosisReport& report, std::string page);
/// Of a recording that could not be read.
IndexEntry index_entry(std::string file, std::string error);

/// A page of links, worst first; it can be put into another order without a script.
std::string index_page(std::vector<IndexEntry> entries);

}  // namespace liteheart
