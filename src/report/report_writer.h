// Reports of recordings as they are diagnosed: one file, or a folder with an index.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "report/report_files.h"

namespace liteheart {

class ReportWriter {
 public:
  /// target: a file as report_format knows it, for one recording; else a folder, which is made.
  /// Throws Error where neither can be written.
  ReportWriter(std::filesystem::path target, const PaperOptions& options, const PaperSize& paper,
               std::string version);

  bool folder() const { return folder_; }
  /// model: of the diagnosis; its name as shown. teacher: or null. Throws Error, also of a second
  /// recording for one file.
  void write(const RecordingPlace& place, RecordingDiagnosis diagnosis, LookingModel& model,
             const std::string& model_name, LookingModel* teacher);
  /// A recording that could not be judged stands in the index, too.
  void failed(const std::string& file, const std::string& error);
  /// Writes the index of what there is so far.
  void write_index() const;

 private:
  std::string page_name(const std::string& recording);

  std::filesystem::path target_;
  PaperOptions options_;
  PaperSize paper_;
  std::string version_;
  bool folder_;
  std::vector<IndexEntry> entries_;
  std::map<std::string, int> times_;  // that a name has been used
};

}  // namespace liteheart
