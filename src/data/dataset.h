// The prepared data set on disk: conditioned 12-lead segments ready for a network, readable from
// NumPy as they are. Folder: signals.npy (int16, [record, lead, time]), labels.npy (uint8, [record,
// class]), records.csv, dataset.json (written last: a folder without it is not a data set).
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ecg/vocabulary.h"
#include "edge/condition.h"

namespace liteheart {

enum class Split : std::uint8_t { kNone, kTrain, kValidate, kTest };

struct RecordRow {      // one row of records.csv
  std::string record;   // name, unique within its centre
  std::string centre;   // folder of the source it came from
  std::string patient;  // centre + patient id; the record's own name where no id is known
  int fold = 0;         // of the source's own table; 0 where none is known
  Split split = Split::kNone;
  double age_years = -1;  // < 0 unknown
  std::string sex;
  double source_hz = 0;
  int samples = 0;  // of the window that hold signal; the rest is zero padding
  // The quality gate's grade of each lead in the window: g(ood), l(imited), u(nreadable). Empty in
  // data sets from before there was a gate.
  std::string quality{};
};

class PreparedDataset {
 public:
  /// Maps the data set of `folder`. Throws Error naming file and remedy if it is not a whole one.
  explicit PreparedDataset(const std::filesystem::path& folder);
  ~PreparedDataset();
  PreparedDataset(PreparedDataset&&) noexcept;

  std::size_t size() const { return rows_.size(); }
  const std::filesystem::path& folder() const { return folder_; }
  const edge::Conditioning& conditioning() const { return conditioning_; }
  /// Network input value = stored int16 * scale().
  float scale() const { return scale_; }
  const std::vector<Diagnosis>& classes() const { return classes_; }
  const std::vector<RecordRow>& rows() const { return rows_; }
  /// [lead, time] of record i: 12 x conditioning().window.
  std::span<const std::int16_t> signal(std::size_t i) const;
  /// 0/1 per class of record i.
  std::span<const std::uint8_t> labels(std::size_t i) const;
  /// Indices of the records of a split, ascending.
  std::vector<std::size_t> indices(Split split) const;

 private:
  struct Mapping;
  std::filesystem::path folder_;
  edge::Conditioning conditioning_;
  float scale_ = 1;
  std::vector<Diagnosis> classes_;
  std::vector<RecordRow> rows_;
  std::unique_ptr<Mapping> signals_, labels_;
};

}  // namespace liteheart
