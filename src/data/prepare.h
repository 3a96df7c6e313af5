// From any folders of recordings to a prepared data set.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "data/dataset.h"
#include "ecg/vocabulary.h"
#include "formats/read_options.h"

namespace liteheart {

struct PrepareOptions {
  std::vector<std::filesystem::path> sources;  // folders, archives or recordings
  ReadOptions read;                            // of files that do not tell their rate or unit
  std::filesystem::path out;
  edge::Conditioning conditioning = edge::compact_100();
  int min_positives = 200;   // classes with fewer positives are dropped
  bool all_classes = false;  // false: only the Challenge's scored classes
  // Exactly these codes or abbreviations instead, whatever their count.
  std::vector<std::string> classes;
  // "fold", "patient", "test" (all of them), "file:PATH" (CSV record,split), "auto": by fold where
  // all are known.
  std::string split = "auto";
  std::vector<int> train_folds = {1, 2, 3, 4, 5, 6, 7}, validate_folds = {8}, test_folds = {9};
  std::vector<std::string> train_centres;        // trained on whole, whatever `split` says
  std::vector<double> shares = {0.8, 0.1, 0.1};  // train, validate, test for "patient"
  std::uint64_t seed = 1;
  std::size_t most = 0;    // recordings, evenly spread over the list; 0: all
  bool strict = false;     // stop at the first bad recording
  int threads = 0;         // 0: all cores
  bool overwrite = false;  // replace a data set that is at `out` already, once the new one is whole
};

struct PrepareSummary {
  std::size_t read = 0, kept = 0;
  std::vector<std::pair<std::string, std::string>> skipped;  // file, reason; also in skipped.csv
  std::size_t doubles = 0;  // left out: PTB-XL's other rate of recordings that are kept
  std::vector<std::pair<std::string, std::string>> doubts;  // kept: file, what its reader mended or
                                                            // doubts; also in doubts.csv
  std::size_t unlabelled = 0;        // kept, though neither file nor table names a diagnosis
  std::size_t unknown_patients = 0;  // kept, but no table says whose they are: each its own patient
  // Not in the vocabulary, and how many recordings declare each.
  std::map<std::string, std::size_t> unknown_diagnoses;
};

/// Runs it: the recordings that can be read, conditioned, and give all twelve leads, in the order
/// of their paths. Labels are those of the recording's header; where it has none, of
/// ptbxl_database.csv. Patients, folds, age and sex are those of records.csv or ptbxl_database.csv
/// (see record_table.h). Progress is called from one thread with (done, total). Memory is
/// independent of the number of signals. The data set appears under `out` whole or not at all
/// (built in `out.partial`, renamed). Throws Error.
PrepareSummary prepare(const PrepareOptions& options, const Vocabulary& vocabulary,
                       const std::function<void(std::size_t, std::size_t)>& progress);

}  // namespace liteheart
