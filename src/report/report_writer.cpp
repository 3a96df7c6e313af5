#include "report/report_writer.h"

#include <fmt/format.h>

#include "data/output_file.h"
#include "ecg/error.h"
#include "formats/wfdb_writer.h"

namespace liteheart {

namespace fs = std::filesystem;

ReportWriter::ReportWriter(fs::path target, const PaperOptions& options, const PaperSize& paper,
                           std::string version)
    : target_(std::move(target)),
      options_(options),
      paper_(paper),
      version_(std::move(version)),
      folder_(fs::is_directory(target_) || target_.extension().empty()) {
  std::error_code failed;
  if (folder_) {
    fs::create_directories(target_, failed);
    if (failed)
      throw Error(target_.string(), "cannot be made: " + failed.message(), "name another folder");
    return;
  }
  report_format(target_);
  // Found out before the work, not after it.
  const fs::path parent = target_.parent_path().empty() ? fs::path(".") : target_.parent_path();
  if (!fs::is_directory(parent, failed))
    throw Error(parent.string(), "is no folder", "make it, or choose another place for the report");
}

std::string ReportWriter::page_name(const std::string& recording) {
  std::string name = wfdb_record_name(recording);
  if (name == "index") name = "index_";
  const int times = ++times_[name];
  return (times == 1 ? name : fmt::format("{}_{}", name, times)) + ".html";
}

void ReportWriter::write(const RecordingPlace& place, RecordingDiagnosis diagnosis,
                         LookingModel& model, const std::string& model_name,
                         LookingModel* teacher) {
  if (!folder_ && !entries_.empty())
    throw Error(target_.string(), "is a report of one recording, and there are more",
                "name a folder for --report");
  const std::string page = folder_ ? page_name(diagnosis.name) : target_.filename().string();
  DiagnosisReport report = make_report(place, std::move(diagnosis), model, teacher);
  report.model = model_name;
  report.version = version_;
  const fs::path file = folder_ ? target_ / page : target_;
  replace_file(file, report_bytes(report, report_format(file), options_, paper_));
  entries_.push_back(index_entry(report, page));
}

void ReportWriter::failed(const std::string& file, const std::string& error) {
  entries_.push_back(index_entry(file, error));
}

void ReportWriter::write_index() const {
  if (folder_) replace_file(target_ / "index.html", index_page(entries_));
}

}  // namespace liteheart
