#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <numeric>

#include "report/diagnosis_words.h"
#include "report/html.h"
#include "report/paper_style.h"
#include "report/report_files.h"

namespace liteheart {
namespace {

struct Order {
  const char *name, *label;
  std::function<bool(const IndexEntry&, const IndexEntry&)> before;
};

const std::array<Order, 4>& orders() {
  static const std::array<Order, 4> all = {{
      {"worst", "worst first", [](const auto& a, const auto& b) { return a.worst > b.worst; }},
      {"name", "name", [](const auto& a, const auto& b) { return a.file < b.file; }},
      {"rate", "heart rate", [](const auto& a, const auto& b) { return a.rate_bpm > b.rate_bpm; }},
      {"length", "length", [](const auto& a, const auto& b) { return a.seconds > b.seconds; }},
  }};
  return all;
}

/// Places of the entries in an order.
std::vector<std::size_t> places(const std::vector<IndexEntry>& entries, const Order& order) {
  std::vector<std::size_t> by(entries.size()), place(entries.size());
  std::iota(by.begin(), by.end(), std::size_t{0});
  std::stable_sort(by.begin(), by.end(), [&](std::size_t a, std::size_t b) {
    return order.before(entries[a], entries[b]);
  });
  for (std::size_t i = 0; i < by.size(); ++i) place[by[i]] = i;
  return place;
}

/// Leaves out the folders that all files share.
void shorten(std::vector<IndexEntry>& entries) {
  if (entries.empty()) return;
  std::size_t shared = entries[0].file.rfind('/') + 1;
  for (const IndexEntry& e : entries)
    while (shared > 0 && e.file.compare(0, shared, entries[0].file, 0, shared) != 0)
      shared = shared == 1 ? 0 : entries[0].file.rfind('/', shared - 2) + 1;
  for (IndexEntry& e : entries) e.file.erase(0, shared);
}

}  // namespace

IndexEntry index_entry(const DiagnosisReport& report, std::string page) {
  const RecordingDiagnosis& d = report.diagnosis;
  IndexEntry entry{report.file, std::move(page), headline(d), edge::grade_text(d.grade), 0,
                   0,           d.seconds};
  const edge::Quality& rhythm = report.facts.leads[report.facts.rhythm_lead].quality;
  if (rhythm.beats > 1) entry.rate_bpm = rhythm.rate_bpm;
  // What was found, but for a normal rhythm, comes first; then what should be recorded again.
  if (d.grade == edge::Grade::kUnreadable) entry.worst = 1;
  for (const Finding& f : d.findings)
    if (f.present && !is_normal(f.diagnosis))
      entry.worst = std::max(entry.worst, (f.likely() ? 2 : 1) + f.probability);
  return entry;
}

IndexEntry index_entry(std::string file, std::string error) {
  return {std::move(file), "", std::move(error), "-", 1, 0, 0};
}

std::string index_page(std::vector<IndexEntry> entries) {
  shorten(entries);
  std::stable_sort(entries.begin(), entries.end(), orders()[0].before);
  std::string body =
      fmt::format("<h1>{} recording{}</h1>\n<div class=\"sorter\">\n<p class=\"soft\">Order:</p>\n",
                  entries.size(), entries.size() == 1 ? "" : "s");
  std::string rules;
  std::vector<std::vector<std::size_t>> by;
  for (const Order& order : orders()) {
    body += fmt::format(
        "<input type=\"radio\" name=\"order\" id=\"by-{0}\"{2}><label for=\"by-{0}\">{1}</label>\n",
        order.name, order.label, by.empty() ? " checked" : "");
    rules += fmt::format("#by-{0}:checked ~ .entries > li {{ order: var(--{0}); }}\n", order.name);
    by.push_back(places(entries, order));
  }
  body += "<ol class=\"entries\">\n";
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const IndexEntry& e = entries[i];
    std::string variables;
    for (std::size_t k = 0; k < by.size(); ++k)
      variables += fmt::format("--{}:{};", orders()[k].name, by[k][i]);
    const std::string name =
        e.page.empty()
            ? escaped(e.file)
            : fmt::format("<a href=\"{}\">{}</a>", escaped(url_encoded(e.page)), escaped(e.file));
    const std::string rate = e.rate_bpm > 0 ? fmt::format("{:.0f} bpm", e.rate_bpm) : "no rate";
    const char* const tone = e.worst >= 2 ? "found" : e.worst >= 1 ? "doubt" : "fine";
    body += fmt::format(
        "<li style=\"{}\"><span class=\"name\">{}</span><span class=\"{}\">{}</span>"
        "<span class=\"soft\">{}, {}, {}</span></li>\n",
        variables, name, tone, escaped(e.headline), escaped(e.quality), rate,
        clock_text(e.seconds));
  }
  body += "</ol>\n</div>\n";
  return html_page("ECG reports", fmt::format("<style>\n{}</style>\n{}", rules, body));
}

}  // namespace liteheart
