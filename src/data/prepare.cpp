#include "data/prepare.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <set>
#include <thread>
#include <variant>

#include "data/conditioner.h"
#include "data/csv.h"
#include "data/dataset_json.h"
#include "data/dataset_labels.h"
#include "data/dataset_splits.h"
#include "data/in_order.h"
#include "data/npy.h"
#include "data/output_file.h"
#include "data/partial_folder.h"
#include "data/recording_list.h"
#include "ecg/error.h"
#include "ecg/leads.h"
#include "edge/quality.h"
#include "formats/registry.h"

namespace liteheart {
namespace {

// What a worker makes of a recording that can be kept.
struct Conditioned {
  std::vector<std::int16_t> signal;  // [lead, time]
  int samples = 0;
  double source_hz = 0;
  std::vector<std::string> diagnoses;
  std::optional<double> age_years;
  std::string sex, quality;
  std::vector<std::string> warnings;
};
using Outcome = std::variant<Conditioned, Error>;

Outcome condition_file(Conditioner& conditioner, const PrepareOptions& options,
                       const std::filesystem::path& path) {
  try {
    Recording recording = read_recording(path, options.read);
    require_measured(recording);
    Conditioned result;
    result.signal.resize(kLeads * static_cast<std::size_t>(options.conditioning.window));
    result.samples = conditioner.condition(recording, result.signal);
    result.quality = conditioner.grades();
    result.source_hz = recording.rate_hz;
    result.diagnoses = std::move(recording.diagnoses);
    result.age_years = recording.age_years;
    result.sex = std::move(recording.sex);
    result.warnings = std::move(recording.warnings);
    return result;
  } catch (const Error& e) {
    return e;
  } catch (const std::exception& e) {
    return Error(path.string(), e.what());
  }
}

// The error without the name of its file or record, which stands beside it.
std::string reason_of(const Error& error, const std::string& file) {
  std::string reason = error.what();
  const std::string record = std::filesystem::path(file).stem();
  if (reason.starts_with(file)) {
    reason.erase(0, file.size());
  } else if (error.place() == record) {
    reason.erase(0, record.size());
  }
  const std::size_t begin = reason.find_first_not_of(": ");
  return begin == std::string::npos ? error.problem() : reason.substr(begin);
}

// quality: as in RecordRow.
std::string unreadable_leads(const std::string& quality) {
  std::vector<std::string_view> leads;
  for (std::size_t lead = 0; lead < quality.size(); ++lead)
    if (quality[lead] == edge::grade_text(edge::Grade::kUnreadable)[0])
      leads.push_back(kLeadNames[lead]);
  return fmt::format("{}", fmt::join(leads, ", "));
}

// Takes conditioned recordings in order; keeps the signals on disk and the rest in memory.
class Collector {
 public:
  Collector(const PrepareOptions& options, const Vocabulary& vocabulary,
            const std::filesystem::path& folder, std::span<const RecordingSource> sources)
      : strict_(options.strict),
        sources_(sources),
        vocabulary_(vocabulary),
        signals_(folder / kSignalsFile),
        window_(static_cast<std::size_t>(options.conditioning.window)),
        labels_(options, vocabulary) {}

  void take(ListedRecording& listed, Outcome outcome) {
    ++summary_.read;
    if (const Error* error = std::get_if<Error>(&outcome)) {
      skip(listed.path, *error);
    } else {
      keep(listed, std::get<Conditioned>(std::move(outcome)));
    }
  }

  void finish_signals() {
    signals_.write_at(0, npy_header("<i2", {rows_.size(), kLeads, window_}));
    signals_.finish();
  }

  std::vector<RecordRow>& rows() { return rows_; }
  const LabelCollector& labels() const { return labels_; }
  PrepareSummary& summary() { return summary_; }

 private:
  // SCP-ECG statements as the vocabulary's codes; unknown ones stay, to be counted.
  std::vector<std::string> codes_of(std::vector<std::string> statements) const {
    for (std::string& statement : statements)
      if (const Diagnosis* diagnosis = vocabulary_.find_label(statement))
        statement = diagnosis->code;
    return statements;
  }

  void skip(const std::string& file, const Error& error) {
    const std::string which = in_users_words(file), reason = in_users_words(reason_of(error, file));
    if (strict_)
      throw Error(which, reason, "mend it or take it away, or leave --strict out to skip it");
    summary_.skipped.emplace_back(which, reason);
  }

  void keep(ListedRecording& listed, Conditioned conditioned) {
    const std::size_t bytes = conditioned.signal.size() * sizeof(std::int16_t);
    signals_.write_at(kNpyHeaderBytes + rows_.size() * bytes, conditioned.signal.data(), bytes);
    RecordRow row = std::move(listed.row);
    row.samples = conditioned.samples;
    row.source_hz = conditioned.source_hz;
    row.quality = std::move(conditioned.quality);
    if (row.age_years < 0) row.age_years = conditioned.age_years.value_or(-1);
    if (row.sex.empty()) row.sex = std::move(conditioned.sex);
    if (const std::string leads = unreadable_leads(row.quality); !leads.empty())
      conditioned.warnings.push_back("unreadable (flat, missing or nothing but noise): " + leads);
    rows_.push_back(std::move(row));
    for (const std::string& warning : conditioned.warnings)
      summary_.doubts.emplace_back(in_users_words(listed.path), in_users_words(warning));
    const auto named = conditioned.diagnoses.empty() ? codes_of(listed.statements)
                                                     : std::move(conditioned.diagnoses);
    summary_.unlabelled += named.empty();
    labels_.add(named);
    summary_.unknown_patients += !listed.patient_known;
    ++summary_.kept;
  }

  std::string in_users_words(std::string text) const {
    for (const RecordingSource& source : sources_) text = source.in_users_words(std::move(text));
    return text;
  }

  bool strict_;
  std::span<const RecordingSource> sources_;
  const Vocabulary& vocabulary_;
  OutputFile signals_;
  std::size_t window_;
  LabelCollector labels_;
  std::vector<RecordRow> rows_;
  PrepareSummary summary_;
};

std::size_t thread_count(const PrepareOptions& options) {
  return options.threads > 0 ? static_cast<std::size_t>(options.threads)
                             : std::max(1u, std::thread::hardware_concurrency());
}

void collect(std::vector<ListedRecording>& recordings, const PrepareOptions& options,
             Collector& collector, const std::function<void(std::size_t, std::size_t)>& progress) {
  const std::size_t total = recordings.size();
  const std::size_t threads = thread_count(options);
  std::vector<Conditioner> conditioners(threads, Conditioner(options.conditioning));
  InOrder<Outcome>::run(
      total, threads,
      [&](std::size_t worker, std::size_t i) {
        return condition_file(conditioners[worker], options, recordings[i].path);
      },
      [&](std::size_t i, Outcome outcome) { collector.take(recordings[i], std::move(outcome)); },
      [&](std::size_t done) {
        if (progress) progress(done, total);
      });
  if (progress) progress(total, total);
}

// So many of them at most, from every part of the list.
void keep_evenly(std::vector<ListedRecording>& recordings, std::size_t most) {
  if (most >= recordings.size()) return;
  std::vector<ListedRecording> kept;
  for (std::size_t i = 0; i < most; ++i)
    kept.push_back(std::move(recordings[i * recordings.size() / most]));
  recordings = std::move(kept);
}

void write_labels(const std::filesystem::path& folder, std::span<const std::uint8_t> labels,
                  std::size_t records, std::size_t classes) {
  OutputFile file(folder / kLabelsFile);
  file.write_at(0, npy_header("|u1", {records, classes}));
  file.write_at(kNpyHeaderBytes, labels.data(), labels.size());
  file.finish();
}

/// Files and what is said of each.
std::string remarks_csv(const char* header,
                        const std::vector<std::pair<std::string, std::string>>& remarks) {
  std::string csv = header;
  for (const auto& [file, remark] : remarks)
    csv += csv_field(file) + ',' + csv_field(remark) + '\n';
  return csv;
}

/// Why fewer recordings count than there are.
std::string first_skipped(const PrepareSummary& summary) {
  const auto& [file, reason] = summary.skipped.front();
  return "the first: " + file + ": " + reason;
}

Error nothing_kept(const PrepareSummary& summary) {
  return Error("", "none of " + std::to_string(summary.read) + " recordings can be used",
               first_skipped(summary));
}

/// Those with enough positives. Throws Error where there are none, which skipped recordings may
/// explain.
std::vector<Diagnosis> classes_of(const LabelCollector& labels, const PrepareSummary& summary) {
  try {
    return labels.classes();
  } catch (const Error& error) {
    if (summary.skipped.empty()) throw;
    throw Error("", error.what(),
                std::to_string(summary.skipped.size()) + " of " + std::to_string(summary.read) +
                    " recordings were skipped, " + first_skipped(summary));
  }
}

}  // namespace

PrepareSummary prepare(const PrepareOptions& options, const Vocabulary& vocabulary,
                       const std::function<void(std::size_t, std::size_t)>& progress) {
  check_split(options);
  PartialFolder folder(options.out, {"prepared data set", kDescriptionFile}, options.overwrite);
  const std::vector<RecordingSource> sources(options.sources.begin(), options.sources.end());
  Collector collector(options, vocabulary, folder.path(), sources);
  RecordingList list = list_recordings(sources, options.conditioning.rate_hz);
  std::set<std::string> centres;
  for (const ListedRecording& listed : list.recordings) centres.insert(listed.row.centre);
  check_train_centres(options, centres);
  if (options.most > 0) keep_evenly(list.recordings, options.most);
  collect(list.recordings, options, collector, progress);
  PrepareSummary& summary = collector.summary();
  summary.doubles = list.doubles;
  summary.unknown_diagnoses = collector.labels().unknown();
  if (summary.kept == 0) throw nothing_kept(summary);
  collector.finish_signals();

  std::vector<RecordRow>& rows = collector.rows();
  const std::vector<Diagnosis> classes = classes_of(collector.labels(), summary);
  const std::vector<std::uint8_t> labels = collector.labels().labels(classes);
  assign_splits(rows, labels, classes.size(), options);
  write_labels(folder.path(), labels, rows.size(), classes.size());
  write_file(folder.path() / kRecordsFile, records_csv(rows));
  write_file(folder.path() / "skipped.csv", remarks_csv("file,reason\n", summary.skipped));
  write_file(folder.path() / "doubts.csv", remarks_csv("file,doubt\n", summary.doubts));
  const DatasetDescription description{options.conditioning, kStoredScale, classes, rows.size()};
  write_file(folder.path() / kDescriptionFile,
             description_json(description, options, rows, labels));
  folder.publish();
  return std::move(summary);
}

}  // namespace liteheart
