#include "experiment/summary.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "ecg/leads.h"
#include "eval/report_format.h"
#include "experiment/markdown.h"
#include "train/judged_classes.h"

namespace liteheart {
namespace {

using Rows = std::vector<std::vector<std::string>>;

constexpr std::array<const char*, ClassStatistics::kCompared> kTitles = {"macro AUC", "MAP",
                                                                         "macro F1", "macro F2"};

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// "0.412 ± 0.003 [0.393, 0.437]".
std::string mean_cell(const SeededNumbers& n, std::size_t metric) {
  const auto spread = n.deviation[metric];
  if (!spread) return cell(n.mean[metric]);
  const Estimate& e = n.mean[metric];
  const std::string interval =
      e.interval ? fmt::format(" [{:.3f}, {:.3f}]", e.interval->low, e.interval->high) : "";
  return fmt::format("{} ± {:.3f}{}", cell(e.value), *spread, interval);
}

/// "+0.012 [+0.003, +0.021]".
std::string difference_cell(const Estimate& e) {
  if (!e.value) return "-";
  return e.interval ? fmt::format("{:+.3f} [{:+.3f}, {:+.3f}]", *e.value, e.interval->low,
                                  e.interval->high)
                    : fmt::format("{:+.3f}", *e.value);
}

std::string millions(double n) {
  if (n == 0) return "-";
  return n < 1e8 ? fmt::format("{:.3g} M", n * 1e-6) : fmt::format("{:.0f} M", n * 1e-6);
}

std::string title_of(const SystemRow& row) {
  return row.method == kTeacherMethod ? "teacher, 12 leads" : row.method;
}

class Page {
 public:
  explicit Page(const Experiment& e) : experiment_(e) {}

  std::string of(const SystemTable& t) const {
    std::string text = fmt::format("### {}, tested on {}\n\n", t.protocol, t.test);
    if (t.records == 0) return text + "Nothing is measured yet.\n\n";
    text += fmt::format("{} recordings of {} patients.\n\n", t.records, t.patients);
    text += markdown_table(macro_rows(t)) + "\n" + still_to_run(t);
    text += titled("Gap closed (0: the baseline, 1: the teacher)", gap_rows(t));
    text += titled(fmt::format("How far {} is ahead", experiment_.compare), ahead_rows(t));
    text += titled("Restored leads, Pearson r", restoration_rows(t));
    text += experiment_.axes.empty()
                ? titled("AUC / average precision", class_rows(t))
                : titled(fmt::format("AUC of {}", shown()), axis_class_rows(t)) +
                      titled(fmt::format("What {} cannot judge: AUC below {}", shown(), kJudgedAuc),
                             unjudged_rows(t));
    return text;
  }

 private:
  /// The method whose classes are shown.
  const std::string& shown() const {
    return experiment_.compare.empty() ? experiment_.methods.back().name : experiment_.compare;
  }

  static std::string titled(const std::string& title, const Rows& rows) {
    return rows.size() < 2 ? "" : fmt::format("{}:\n\n{}\n", title, markdown_table(rows));
  }

  std::vector<std::string> heading(const std::vector<std::string>& rest) const {
    std::vector<std::string> row;
    for (const GridAxis& axis : experiment_.axes) row.push_back(axis.name);
    row.insert(row.end(), rest.begin(), rest.end());
    return row;
  }
  std::vector<std::string> beginning(const SystemRow& r) const {
    std::vector<std::string> row = r.axes;
    row.push_back(title_of(r));
    return row;
  }

  Rows macro_rows(const SystemTable& t) const {
    Rows rows = {heading({"system", "seeds", kTitles[0], kTitles[1], kTitles[2], kTitles[3],
                          "coverage", "epochs (best)", "seconds", "parameters", "multiply-adds"})};
    for (const SystemRow& r : t.rows) {
      if (r.seeds == 0) continue;
      auto row = beginning(r);
      row.push_back(r.seeds == r.seeds_wanted ? std::to_string(r.seeds)
                                              : fmt::format("{} of {}", r.seeds, r.seeds_wanted));
      for (std::size_t m = 0; m < kTitles.size(); ++m) row.push_back(mean_cell(r.numbers, m));
      std::vector<double> epochs, best, seconds;
      for (const TrainingResult& trained : r.trainings) {
        epochs.push_back(trained.epochs);
        best.push_back(trained.best_epoch);
        seconds.push_back(trained.seconds);
      }
      row.push_back(r.coverage.empty() ? "-" : fmt::format("{:.0f} %", 100 * mean(r.coverage)));
      row.push_back(epochs.empty() ? "-"
                                   : fmt::format("{:.3g} ({:.3g})", mean(epochs), mean(best)));
      row.push_back(seconds.empty() ? "-" : fmt::format("{:.0f}", mean(seconds)));
      row.push_back(millions(r.parameters));
      row.push_back(millions(r.multiply_adds));
      rows.push_back(std::move(row));
    }
    return rows;
  }

  /// A line with the systems that no row shows.
  std::string still_to_run(const SystemTable& t) const {
    std::vector<std::string> names;
    for (const SystemRow& r : t.rows) {
      if (r.seeds > 0) continue;
      names.push_back(title_of(r));
      for (const std::string& value : r.axes) names.back() += " " + value;
    }
    return names.empty() ? "" : fmt::format("Still to run: {}.\n\n", fmt::join(names, "; "));
  }

  Rows gap_rows(const SystemTable& t) const {
    Rows rows = {heading({"system", kTitles[0], kTitles[1], kTitles[2], kTitles[3]})};
    for (const SystemRow& r : t.rows) {
      const auto& closed = r.numbers.gap_closed;
      if (std::none_of(closed.begin(), closed.end(), [](const Estimate& e) { return e.value; }))
        continue;
      auto row = beginning(r);
      for (const Estimate& e : closed) row.push_back(cell(e));
      rows.push_back(std::move(row));
    }
    return rows;
  }

  Rows ahead_rows(const SystemTable& t) const {
    Rows rows = {heading({"of", kTitles[0], kTitles[1], kTitles[2], kTitles[3]})};
    for (const SystemRow& r : t.rows) {
      if (!r.numbers.ahead[0].value) continue;
      auto row = beginning(r);
      for (const Estimate& e : r.numbers.ahead) row.push_back(difference_cell(e));
      rows.push_back(std::move(row));
    }
    return rows;
  }

  Rows restoration_rows(const SystemTable& t) const {
    Rows rows = {heading({"system"})};
    for (const std::string_view lead : kLeadNames) rows[0].emplace_back(lead);
    for (const SystemRow& r : t.rows) {
      if (r.restoration.empty()) continue;
      auto row = beginning(r);
      for (const auto& seeds : r.restoration)
        row.push_back(seeds.empty() ? "-" : fmt::format("{:.2f}", mean(seeds)));
      rows.push_back(std::move(row));
    }
    return rows;
  }

  static std::string class_cell(const SystemRow& r, std::size_t c) {
    if (c >= r.numbers.classes.size()) return "-";
    const auto& of = r.numbers.classes[c];
    return fmt::format("{} / {}", cell(of.auc), cell(of.average_precision));
  }

  Rows class_rows(const SystemTable& t) const {
    std::vector<const SystemRow*> systems;
    for (const SystemRow& r : t.rows)
      if (r.method == kTeacherMethod || r.method == experiment_.baseline || r.method == shown())
        systems.push_back(&r);
    Rows rows = {{"class", "positives"}};
    for (const SystemRow* r : systems) rows[0].push_back(title_of(*r));
    for (std::size_t c = 0; c < t.classes.size(); ++c) {
      rows.push_back({short_name(t.classes[c]), std::to_string(t.positives[c])});
      for (const SystemRow* r : systems) rows.back().push_back(class_cell(*r, c));
    }
    return rows;
  }

  /// A column a place of the grid.
  Rows axis_class_rows(const SystemTable& t) const {
    std::vector<const SystemRow*> systems;
    for (const SystemRow& r : t.rows)
      if (r.method == kTeacherMethod || r.method == shown()) systems.push_back(&r);
    Rows rows = {{"class", "positives"}};
    for (const SystemRow* r : systems) {
      rows[0].push_back(r->method == kTeacherMethod ? "teacher"
                                                    : fmt::format("{}", fmt::join(r->axes, " ")));
    }
    for (std::size_t c = 0; c < t.classes.size(); ++c) {
      rows.push_back({short_name(t.classes[c]), std::to_string(t.positives[c])});
      for (const SystemRow* r : systems)
        rows.back().push_back(c < r->numbers.classes.size() ? cell(r->numbers.classes[c].auc)
                                                            : "-");
    }
    return rows;
  }

  /// A row a place of the grid.
  Rows unjudged_rows(const SystemTable& t) const {
    Rows rows = {heading({"diagnoses"})};
    for (const SystemRow& r : t.rows) {
      if (r.method != shown() || r.seeds == 0) continue;
      std::vector<std::string> names;
      for (std::size_t c = 0; c < r.numbers.classes.size(); ++c)
        if (const auto& auc = r.numbers.classes[c].auc; auc && *auc < kJudgedAuc)
          names.push_back(short_name(t.classes[c]));
      auto row = r.axes;
      row.push_back(fmt::format("{}", fmt::join(names, ", ")));
      rows.push_back(std::move(row));
    }
    return rows;
  }

  const Experiment& experiment_;
};

}  // namespace

std::string summary_markdown(const Experiment& e, const std::vector<SystemTable>& tables,
                             const BootstrapOptions& bootstrap) {
  std::string text = fmt::format(
      "## {}\n\nMean over the seeds ± standard deviation over them, and the {:g} % interval of the "
      "mean over {} bootstrap draws of the patients. Differences and gaps are taken within each "
      "draw. Thresholds are those that the labelled validation records chose. {}\n\n",
      e.title, 100 * bootstrap.confidence, bootstrap.replicates, kDisclaimer);
  const Page page(e);
  for (const SystemTable& t : tables) text += page.of(t);
  return text;
}

}  // namespace liteheart
