// Reports as tables, JSON and CSV.
#include "eval/report_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "eval/class_statistics.h"

namespace liteheart {

std::vector<NamedEstimate> overall(const Report& r) {
  return {
      {"macro_auc", "macro AUC", r.macro_auc},
      {"mean_average_precision", "mean average precision", r.mean_average_precision},
      {"macro_f1", "macro F1", r.macro_f1},
      {"macro_f2", "macro F-beta 2", r.macro_f2},
      {"macro_g2", "macro G-beta 2", r.macro_g2},
      {"macro_sensitivity", "macro sensitivity", r.macro_sensitivity},
      {"macro_specificity", "macro specificity", r.macro_specificity},
      {"macro_expected_calibration_error",
       "macro expected calibration error",
       {r.macro_expected_calibration_error, {}}},
      {"ranking_loss", "ranking loss", r.ranking_loss},
      {"coverage_error", "coverage error (classes)", r.coverage_error},
      {"hamming_loss", "Hamming loss", r.hamming_loss},
      {"exact_match", "exact match", r.exact_match},
      {"challenge_score", "CinC 2021 Challenge score", r.challenge_score},
      {"coverage", "coverage (recordings accepted)", {r.coverage, {}}},
  };
}

std::vector<NamedEstimate> numbers(const ClassReport& c) {
  return {
      {"auc", "AUC", c.auc},
      {"average_precision", "AP", c.average_precision},
      {"f1", "F1", c.f1},
      {"f2", "F2", c.f2},
      {"g2", "G2", c.g2},
      {"sensitivity", "sens.", c.sensitivity},
      {"specificity", "spec.", c.specificity},
      {"expected_calibration_error", "ECE", {c.expected_calibration_error, {}}},
  };
}

std::string cell(const std::optional<double>& v) { return v ? fmt::format("{:.3f}", *v) : "-"; }

std::string cell(const Estimate& e) {
  if (!e.interval) return cell(e.value);
  return fmt::format("{} [{:.3f}, {:.3f}]", cell(e.value), e.interval->low, e.interval->high);
}

const std::string& short_name(const Diagnosis& d) {
  return d.abbreviation.empty() ? d.code : d.abbreviation;
}

std::vector<std::pair<const char*, const GapRatio*>> ratios(const GapClosed& g) {
  return {{"macro_auc", &g.macro_auc},
          {"mean_average_precision", &g.mean_average_precision},
          {"macro_f1", &g.macro_f1},
          {"macro_f2", &g.macro_f2}};
}

std::vector<NamedError> named(const MeasurementErrors& e) {
  std::vector<NamedError> all = {{"QRS axis (degrees)", 1, &e.qrs_axis_deg},
                                 {"QRS duration (ms)", 1, &e.qrs_ms},
                                 {"QT interval (ms)", 1, &e.qt_ms}};
  for (std::size_t lead = 0; lead < e.st_mv.size(); ++lead)
    all.push_back({fmt::format("ST level {} (mV)", kLeadNames[lead]), 3, &e.st_mv[lead]});
  return all;
}

std::size_t accepted_records(const Report& r) {
  return static_cast<std::size_t>(std::llround(r.coverage * static_cast<double>(r.records)));
}

namespace {

using nlohmann::json;

json number(const std::optional<double>& v) { return v ? json(*v) : json(nullptr); }

json interval(const std::optional<Interval>& i) {
  return i ? json::array({i->low, i->high}) : json(nullptr);
}

using Rows = std::vector<std::vector<std::string>>;

/// Columns padded to their widest cell; all but the first and last are right-aligned.
std::string align(const Rows& rows) {
  std::vector<std::size_t> width(rows.front().size());
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) width[i] = std::max(width[i], row[i].size());
  }
  std::string text;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i + 1 < row.size(); ++i) {
      text += i == 0 ? fmt::format("{:<{}}", row[i], width[i])
                     : fmt::format("  {:>{}}", row[i], width[i]);
    }
    text += "  " + row.back() + "\n";
  }
  return text;
}

/// With the intervals of the numbers that systems are compared by: more would not fit a line. Files
/// hold all.
Rows class_rows(const Report& r) {
  Rows rows;
  for (const ClassReport& c : r.classes) {
    std::vector<std::string> row = {short_name(c.diagnosis), std::to_string(c.positives),
                                    fmt::format("{:.4f}", c.prevalence)};
    std::vector<std::string> head = {"class", "positives", "prevalence"};
    const auto of_class = numbers(c);
    for (std::size_t i = 0; i < of_class.size(); ++i) {
      const Estimate& e = of_class[i].estimate;
      row.push_back(i < ClassStatistics::kCompared ? cell(e) : cell(e.value));
      head.push_back(of_class[i].title);
    }
    row.push_back(c.diagnosis.name);
    head.push_back("diagnosis");
    if (rows.empty()) rows.push_back(head);
    rows.push_back(row);
  }
  return rows;
}

std::string heading(const Report& r) {
  std::string text = fmt::format("{} recordings of {} patients, {} classes\n", r.records,
                                 r.patients, r.classes.size());
  std::string left_out;
  for (const ClassReport& c : r.classes) {
    if (!c.evaluated()) left_out += " " + short_name(c.diagnosis);
  }
  if (!left_out.empty()) {
    text += "No positives or no negatives here, so not in the macro numbers:" + left_out + "\n";
  }
  if (r.bootstrap.replicates > 0) {
    text += fmt::format("[low, high]: {:g} % intervals over {} bootstrap draws of the patients\n",
                        100 * r.bootstrap.confidence, r.bootstrap.replicates);
  }
  if (r.challenge_classes > 0) {
    text += fmt::format("Challenge score: from the {} of its 26 classes that are predicted here\n",
                        r.challenge_classes);
  }
  return text;
}

/// RFC 4180.
std::string csv_field(const std::string& field) {
  if (field.find_first_of(",\"\r\n") == field.npos) return field;
  std::string text = "\"";
  for (char c : field) text += c == '"' ? std::string("\"\"") : std::string(1, c);
  return text + '"';
}

Estimate count(std::size_t n) { return {static_cast<double>(n), {}}; }

json to_json(const MeasurementError& e) {
  return {{"records", e.records},       {"true_records", e.true_records},
          {"median", number(e.median)}, {"percentile_90", number(e.percentile_90)},
          {"bias", number(e.bias)},     {"constant_median", number(e.constant_median)}};
}

}  // namespace

std::string to_table(const Report& r) {
  Rows summary;
  for (const NamedEstimate& o : overall(r)) summary.push_back({o.title, cell(o.estimate)});
  std::string text = heading(r) + "\n" + align(summary) + "\n";
  if (!r.classes.empty()) text += align(class_rows(r)) + "\n";
  return text;
}

json to_json(const Report& r) {
  json out = {{"records", r.records},
              {"patients", r.patients},
              {"evaluated_classes", r.evaluated_classes()},
              {"challenge_classes", r.challenge_classes},
              {"bootstrap",
               {{"replicates", r.bootstrap.replicates},
                {"confidence", r.bootstrap.confidence},
                {"seed", r.bootstrap.seed}}},
              {"disclaimer", kDisclaimer}};
  for (const NamedEstimate& o : overall(r)) {
    out[o.key] = number(o.estimate.value);
    if (o.estimate.interval) out[std::string(o.key) + "_interval"] = interval(o.estimate.interval);
  }
  for (const ClassReport& c : r.classes) {
    json entry = {{"code", c.diagnosis.code}, {"abbreviation", c.diagnosis.abbreviation},
                  {"name", c.diagnosis.name}, {"positives", c.positives},
                  {"negatives", c.negatives}, {"prevalence", c.prevalence},
                  {"threshold", c.threshold}, {"evaluated", c.evaluated()}};
    for (const NamedEstimate& n : numbers(c)) {
      entry[n.key] = number(n.estimate.value);
      if (n.estimate.interval)
        entry[std::string(n.key) + "_interval"] = interval(n.estimate.interval);
    }
    out["classes"].push_back(entry);
  }
  return out;
}

void EvaluationCsv::row(const std::string& metric, const Estimate& e, const Diagnosis& d) {
  const auto shortest = [](const std::optional<double>& v) {
    return v ? fmt::format("{}", *v) : "";
  };
  std::optional<double> low, high;
  if (e.interval) low = e.interval->low, high = e.interval->high;
  text_ += fmt::format("{},{},{},{},{},{},{}\n", csv_field(system_), csv_field(d.code),
                       csv_field(d.abbreviation), metric, shortest(e.value), shortest(low),
                       shortest(high));
}

void EvaluationCsv::add(const Report& r) {
  row("records", count(r.records));
  row("patients", count(r.patients));
  for (const NamedEstimate& o : overall(r)) row(o.key, o.estimate);
  for (const ClassReport& c : r.classes) {
    row("positives", count(c.positives), c.diagnosis);
    row("negatives", count(c.negatives), c.diagnosis);
    row("prevalence", {c.prevalence, {}}, c.diagnosis);
    row("threshold", {c.threshold, {}}, c.diagnosis);
    for (const NamedEstimate& n : numbers(c)) row(n.key, n.estimate, c.diagnosis);
  }
}

void EvaluationCsv::add_accepted(const Report& r) {
  row("accepted_records", count(r.records));
  row("accepted_patients", count(r.patients));
  for (const NamedEstimate& o : overall(r)) {
    if (std::string_view(o.key) != "coverage") row(std::string("accepted_") + o.key, o.estimate);
  }
}

void EvaluationCsv::add(const LeadsRestored& leads) {
  for (std::size_t lead = 0; lead < leads.size(); ++lead) {
    row(fmt::format("restored_{}_pearson", kLeadNames[lead]), {leads[lead].pearson, {}});
    row(fmt::format("restored_{}_mse", kLeadNames[lead]), {leads[lead].mse, {}});
  }
}

void EvaluationCsv::add(const MeasurementErrors& errors) {
  const auto add = [this](const std::string& name, const MeasurementError& e) {
    row(name + "_error_median", {e.median, {}});
    row(name + "_error_percentile_90", {e.percentile_90, {}});
    row(name + "_error_bias", {e.bias, {}});
    row(name + "_error_constant_median", {e.constant_median, {}});
  };
  add("restored_qrs_axis_deg", errors.qrs_axis_deg);
  add("restored_qrs_ms", errors.qrs_ms);
  add("restored_qt_ms", errors.qt_ms);
  for (std::size_t lead = 0; lead < errors.st_mv.size(); ++lead)
    add(fmt::format("restored_st_mv_{}", kLeadNames[lead]), errors.st_mv[lead]);
}

void EvaluationCsv::add(const GapClosed& gap) {
  for (const auto& [key, r] : ratios(gap))
    row(std::string("gap_closed_") + key, {r->closed, r->interval});
}

std::string to_table(const GapClosed& g) {
  Rows rows = {{"gap closed", "baseline", "LCCI", "HCCI", "closed"}};
  for (const auto& [key, r] : ratios(g)) {
    rows.push_back({key, cell(r->baseline), cell(r->lcci), cell(r->hcci),
                    cell(Estimate{r->closed, r->interval})});
  }
  return align(rows);
}

json to_json(const GapClosed& g) {
  json out;
  for (const auto& [key, r] : ratios(g)) {
    out[key] = {{"lcci", number(r->lcci)},
                {"baseline", number(r->baseline)},
                {"hcci", number(r->hcci)},
                {"gap_closed", number(r->closed)},
                {"gap_closed_interval", interval(r->interval)}};
  }
  return out;
}

std::string to_table(const LeadsRestored& leads) {
  Rows rows = {{"lead", "Pearson r", "MSE", "recordings"}};
  for (std::size_t lead = 0; lead < leads.size(); ++lead) {
    rows.push_back({std::string(kLeadNames[lead]), cell(leads[lead].pearson), cell(leads[lead].mse),
                    std::to_string(leads[lead].records)});
  }
  return align(rows);
}

json to_json(const LeadsRestored& leads) {
  json out;
  for (std::size_t lead = 0; lead < leads.size(); ++lead) {
    out[std::string(kLeadNames[lead])] = {{"pearson", number(leads[lead].pearson)},
                                          {"mse", number(leads[lead].mse)},
                                          {"records", leads[lead].records},
                                          {"pearson_records", leads[lead].pearson_records}};
  }
  return out;
}

std::string to_table(const MeasurementErrors& errors) {
  Rows rows = {{"measurement", "median |error|", "90 %", "bias", "constant", "recordings"}};
  for (const NamedError& n : named(errors)) {
    const auto value = [&](const std::optional<double>& v) {
      return v ? fmt::format("{:.{}f}", *v, n.decimals) : "-";
    };
    const MeasurementError& e = *n.error;
    rows.push_back({n.name, e.records ? value(e.median) : "not measured", value(e.percentile_90),
                    value(e.bias), value(e.constant_median),
                    fmt::format("{} of {}", e.records, e.true_records)});
  }
  return align(rows) +
         "bias: mean of restored - true; constant: median |error| of always answering the median\n"
         "recordings: measurable on restored and true leads, of those on the true ones\n"
         "ST level: J + 60 ms against the PR level; both signals are band-passed, so it is less\n"
         "than a reader's ST level\n";
}

json to_json(const MeasurementErrors& errors) {
  json out = {{"records", errors.records},
              {"qrs_axis_deg", to_json(errors.qrs_axis_deg)},
              {"qrs_ms", to_json(errors.qrs_ms)},
              {"qt_ms", to_json(errors.qt_ms)}};
  for (std::size_t lead = 0; lead < errors.st_mv.size(); ++lead)
    out["st_mv"][std::string(kLeadNames[lead])] = to_json(errors.st_mv[lead]);
  return out;
}

}  // namespace liteheart
