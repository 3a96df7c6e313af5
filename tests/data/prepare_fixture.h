// A folder of small recordings that tests prepare.
#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <string>
#include <vector>

#include "data/prepare.h"
#include "formats/wfdb_writer.h"
#include "small_data.h"

namespace liteheart::test {

inline constexpr const char* kAf = "164889003";
inline constexpr const char* kNsr = "426783006";

class Prepare : public Scratch {
 protected:
  Prepare() {
    options.sources = {folder / "source"};
    options.out = folder / "out";
    options.min_positives = 1;
    options.threads = 2;
  }

  void add(const Recording& recording, const std::filesystem::path& where = "source") const {
    std::filesystem::create_directories(folder / where);
    write_wfdb(recording, folder / where);
  }
  /// `count` recordings A00, A01, ...: even ones AF, odd ones sinus rhythm.
  void add_some(int count, const std::filesystem::path& where = "source") const {
    for (int i = 0; i < count; ++i) {
      const std::string name = fmt::format("A{:02}", i);
      add(small_recording(name, i, {i % 2 ? kNsr : kAf}), where);
    }
  }
  PrepareSummary run() const { return prepare(options, Vocabulary::standard(), {}); }
  std::string error() const {
    return error_of([&] { run(); });
  }
  std::vector<std::string> records() const {
    std::vector<std::string> names;
    const PreparedDataset data(options.out);
    for (const RecordRow& row : data.rows()) names.push_back(row.record);
    return names;
  }

  PrepareOptions options;
};

}  // namespace liteheart::test
