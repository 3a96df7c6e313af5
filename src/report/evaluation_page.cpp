#include "report/evaluation_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>

#include "data/dataset_json.h"
#include "ecg/leads.h"
#include "eval/report_format.h"
#include "report/class_figures.h"
#include "report/confusion_figures.h"
#include "report/curve_figures.h"
#include "report/embedding_figure.h"
#include "report/html.h"
#include "report/restoration_figure.h"
#include "report/training_log.h"

namespace liteheart {
namespace {

using Rows = std::vector<std::vector<std::string>>;

const Evaluation& model_of(const EvaluationStudy& s) { return s.systems.back().evaluation; }

std::string note(const std::string& text) {
  return fmt::format("<p class=\"soft\">{}</p>\n", escaped(text));
}

std::string section(const char* title, const std::string& body) {
  return body.empty() ? "" : fmt::format("<h2>{}</h2>\n{}", title, body);
}

/// A row of heads: `first`, then a system each.
std::vector<std::string> system_heads(const EvaluationStudy& s, const char* first) {
  std::vector<std::string> heads = {first};
  for (const EvaluatedSystem& system : s.systems) heads.push_back(system_title(system));
  return heads;
}

std::string coverage(const Evaluation& e) {
  if (!e.graded) return "was not there when the data set was prepared";
  return fmt::format("accepts {} of {} recordings ({:.1f} %)", accepted_records(e.report),
                     e.report.records, 100 * e.report.coverage);
}

std::string facts(const EvaluationStudy& s) {
  const Evaluation& e = model_of(s);
  const Report& r = e.report;
  std::vector<std::pair<std::string, std::string>> all = {
      {"Data set", s.data},
      {"Measured on",
       fmt::format("{} recordings of {} patients: its {} split", r.records, r.patients, s.split)},
      {"Classes",
       fmt::format("{}, of which {} have positives and negatives here and make the macro "
                   "numbers",
                   r.classes.size(), r.evaluated_classes())}};
  for (const EvaluatedSystem& system : s.systems) {
    std::string role = system.role;
    role[0] = static_cast<char>(std::toupper(role[0]));
    all.emplace_back(
        role, fmt::format("{}: reads {}; gives {}; the quality gate {}", system.path,
                          reads_text(system.evaluation.card), gives_text(system.evaluation.card),
                          coverage(system.evaluation)));
  }
  all.emplace_back("Thresholds and calibration",
                   "learned on the validation split when the models were trained, never here");
  all.emplace_back(
      "Intervals",
      r.bootstrap.replicates > 0
          ? fmt::format("{:g} %, percentiles over {} bootstrap draws of the patients, seed {}",
                        100 * r.bootstrap.confidence, r.bootstrap.replicates, r.bootstrap.seed)
          : "none were asked for");
  all.emplace_back("Made by", "LiteHeart " + s.version);
  std::string out = "<dl>\n";
  for (const auto& [name, value] : all)
    out += fmt::format("<dt>{}</dt><dd>{}</dd>\n", escaped(name), escaped(value));
  return out + "</dl>\n";
}

/// Systems beside each other on what `report` takes from each, null where it has nothing; all
/// numbers, or those that tell most.
template <class Take>
Rows overall_rows(const EvaluationStudy& s, bool all, Take report) {
  constexpr std::array<std::string_view, 5> kMain = {"macro_auc", "mean_average_precision",
                                                     "macro_f1", "macro_f2", "challenge_score"};
  Rows rows = {system_heads(s, "number")};
  for (std::size_t i = 0; i < overall(model_of(s).report).size(); ++i) {
    const NamedEstimate number = overall(model_of(s).report)[i];
    if (!all && std::find(kMain.begin(), kMain.end(), number.key) == kMain.end()) continue;
    std::vector<std::string> row = {number.title};
    for (const EvaluatedSystem& system : s.systems) {
      const Report* const r = report(system.evaluation);
      row.push_back(r == nullptr ? "-" : cell(overall(*r)[i].estimate));
    }
    rows.push_back(row);
  }
  return rows;
}

std::string title_of(std::string_view key, const Report& report) {
  const auto all = overall(report);
  return std::find_if(all.begin(), all.end(), [&](const NamedEstimate& n) { return n.key == key; })
      ->title;
}

std::string systems(const EvaluationStudy& s) {
  std::string out = table(overall_rows(s, true, [](const Evaluation& e) { return &e.report; }));
  if (model_of(s).report.challenge_classes > 0)
    out +=
        note(fmt::format("Challenge score: from the {} of its 26 classes that are predicted here.",
                         model_of(s).report.challenge_classes));
  if (s.gap) {
    Rows rows = {{"gap closed", "baseline", "model", "teacher", "closed"}};
    for (const auto& [key, ratio] : ratios(*s.gap)) {
      rows.push_back({title_of(key, model_of(s).report), cell(ratio->baseline), cell(ratio->lcci),
                      cell(ratio->hcci), cell(Estimate{ratio->closed, ratio->interval})});
    }
    out += "<h3>Gap closed</h3>\n" + table(rows) +
           note(
               "(model - baseline) / (teacher - baseline): 0 is the baseline, 1 the teacher. No "
               "interval where the teacher is not surely above the baseline.");
  }
  const auto accepted = [](const Evaluation& e) { return e.accepted ? &*e.accepted : nullptr; };
  if (std::any_of(s.systems.begin(), s.systems.end(),
                  [&](const EvaluatedSystem& system) { return accepted(system.evaluation); }))
    out += "<h3>On the recordings that the quality gate accepts</h3>\n" +
           table(overall_rows(s, false, accepted));
  return out;
}

std::string classes(const EvaluationStudy& s) {
  Rows side_by_side = {{"diagnosis", "positives"}};
  for (const EvaluatedSystem& system : s.systems)
    for (const char* number : {"AUC", "AP"}) side_by_side[0].push_back(system.role + " " + number);
  const auto& all = model_of(s).report.classes;
  for (std::size_t c = 0; c < all.size(); ++c) {
    std::vector<std::string> row = {
        fmt::format("{} ({})", all[c].diagnosis.name, short_name(all[c].diagnosis)),
        fmt::format("{} ({:.1f} %)", all[c].positives, 100 * all[c].prevalence)};
    for (const EvaluatedSystem& system : s.systems) {
      const ClassReport& r = system.evaluation.report.classes[c];
      row.push_back(cell(r.auc));
      row.push_back(cell(r.average_precision));
    }
    side_by_side.push_back(row);
  }
  std::string out = "<h3>Every class, systems side by side</h3>\n" + table(side_by_side);
  for (const EvaluatedSystem& system : s.systems) {
    Rows rows;
    const ModelCard& card = system.evaluation.card;
    for (const ClassReport& c : system.evaluation.report.classes) {
      std::vector<std::string> head = {"class", "threshold"};
      const bool judged = std::find(card.not_judged.begin(), card.not_judged.end(),
                                    c.diagnosis.code) == card.not_judged.end();
      std::vector<std::string> row = {short_name(c.diagnosis) + (judged ? "" : " *"),
                                      fmt::format("{:.3f}", c.threshold)};
      for (const NamedEstimate& n : numbers(c)) {
        if (n.key == std::string_view("auc") || n.key == std::string_view("average_precision"))
          continue;
        head.push_back(n.title);
        row.push_back(cell(n.estimate));
      }
      if (rows.empty()) rows.push_back(head);
      rows.push_back(row);
    }
    out +=
        fmt::format("<h3>Decisions of the {}</h3>\n", escaped(system_title(system))) + table(rows);
    if (!card.not_judged.empty())
      out += note(
          "* its leads cannot judge this diagnosis: AUC below 0.8 on validation. diagnose does "
          "not tell it.");
  }
  return out;
}

std::string restoration(const EvaluatedSystem& system) {
  const Evaluation& e = system.evaluation;
  std::string out;
  if (e.restored) {
    Rows rows = {{"lead", "Pearson r", "mean squared error", "recordings"}};
    for (std::size_t lead = 0; lead < kLeads; ++lead) {
      const LeadRestoration& r = (*e.restored)[lead];
      const bool given = std::find(e.card.leads.begin(), e.card.leads.end(),
                                   static_cast<int>(lead)) != e.card.leads.end();
      rows.push_back({std::string(kLeadNames[lead]) + (given ? " (given)" : ""), cell(r.pearson),
                      cell(r.mse), std::to_string(r.records)});
    }
    out += fmt::format("<h3>Leads restored by the {}</h3>\n", escaped(system_title(system))) +
           table(rows);
  }
  if (e.measured) {
    Rows rows = {{"measurement", "median |error|", "90 %", "bias", "constant", "recordings"}};
    for (const NamedError& n : named(*e.measured)) {
      const auto value = [&](const std::optional<double>& v) {
        return v ? fmt::format("{:.{}f}", *v, n.decimals) : "-";
      };
      rows.push_back({n.name, n.error->records ? value(n.error->median) : "not measured",
                      value(n.error->percentile_90), value(n.error->bias),
                      value(n.error->constant_median),
                      fmt::format("{} of {}", n.error->records, n.error->true_records)});
    }
    out += "<h3>Measurements on the restored leads</h3>\n" + table(rows) +
           note(fmt::format(
               "Against the same on the measured leads, band-pass {:g}-{:g} Hz. Bias: mean of "
               "restored - measured; constant: median |error| of always answering the "
               "median; recordings: measurable on both, of those measurable on the measured "
               "leads. ST level: J + 60 ms against the PR level.",
               e.card.conditioning.low_hz, e.card.conditioning.high_hz));
  }
  return out;
}

/// `value` as key and text, one pair a leaf: "settings.batch", "32".
void flatten(const std::string& key, const nlohmann::json& value,
             std::vector<std::pair<std::string, std::string>>& leaves) {
  if (value.is_object()) {
    for (const auto& [name, inner] : value.items())
      flatten(key.empty() ? name : fmt::format("{}.{}", key, name), inner, leaves);
  } else {
    leaves.emplace_back(key,
                        value.is_string()
                            ? value.get<std::string>()
                            : value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  }
}

std::string provenance(const EvaluationStudy& s) {
  Rows rows = {system_heads(s, "what the model's file says")};
  for (std::size_t i = 0; i < s.systems.size(); ++i) {
    std::vector<std::pair<std::string, std::string>> leaves;
    flatten("", s.systems[i].evaluation.card.provenance, leaves);
    for (const auto& [key, value] : leaves) {
      auto row = std::find_if(rows.begin() + 1, rows.end(),
                              [&name = key](const auto& r) { return r[0] == name; });
      if (row == rows.end()) {
        rows.emplace_back(s.systems.size() + 1, "-").front() = key;
        row = rows.end() - 1;
      }
      (*row)[i + 1] = value;
    }
  }
  return table(rows);
}

/// The figures whose names begin with one of `names`.
std::string shown(const std::vector<PanelFigure>& figures,
                  std::initializer_list<std::string_view> names) {
  std::string out;
  for (const PanelFigure& f : figures)
    if (std::any_of(names.begin(), names.end(),
                    [&](auto name) { return f.name.starts_with(name); }))
      out += to_html(f);
  return out;
}

/// The losses of all systems, then their validation: each system's below each other.
PanelFigure training_figure(const EvaluationStudy& s) {
  PanelFigure f{"training", {}, training_caption()};
  std::vector<Panel> validations;
  for (const EvaluatedSystem& system : s.systems) {
    const auto epochs = read_training_log(system.path);
    if (epochs.empty()) continue;
    f.panels.push_back(losses_panel(system.role, epochs));
    validations.push_back(validation_panel(system.role, epochs));
  }
  std::ranges::move(validations, std::back_inserter(f.panels));
  return f;
}

}  // namespace

std::vector<PanelFigure> evaluation_figures(const EvaluationStudy& study) {
  const auto& all = study.systems;
  PanelFigure systems = mean_curves_figure(all);
  systems.panels.push_back(macro_panel(all));
  std::vector<PanelFigure> figures = {std::move(systems),           roc_figure(all),
                                      precision_recall_figure(all), forest_figure(all),
                                      violin_figure(all),           calibration_figure(all),
                                      confusion_figure(all),        found_instead_figure(all)};
  for (const EvaluatedSystem& s : all)
    if (!s.evaluation.samples->restored.empty()) figures.push_back(restoration_figure(s));
  figures.push_back(embedding_figure(all, model_of(study).report.bootstrap.seed));
  if (PanelFigure f = training_figure(study); !f.panels.empty()) figures.push_back(std::move(f));
  return figures;
}

std::string evaluation_page(const EvaluationStudy& s, const std::vector<PanelFigure>& figures) {
  const std::string title = "Evaluation on " + s.data;
  std::string restored;
  for (const EvaluatedSystem& system : s.systems) restored += restoration(system);
  std::string body = fmt::format("<h1>{}</h1>\n", escaped(title)) + facts(s);
  body += section("Systems side by side", systems(s) + shown(figures, {"systems"}));
  body += section("ROC and precision-recall curves", shown(figures, {"roc", "precision_recall"}));
  body += section("Classes", shown(figures, {"forest", "violin"}) + classes(s));
  body += section("Calibration", shown(figures, {"calibration"}));
  body += section("Confusion", shown(figures, {"confusion", "found_instead"}));
  body += section("Restored leads", restored + shown(figures, {"restoration_"}));
  body += section("Embeddings", shown(figures, {"embeddings"}));
  body += section("Training", shown(figures, {"training"}));
  body += section("Where the models come from", provenance(s));
  return html_page(title, body);
}

}  // namespace liteheart
