// An experiment file that tests begin from and change.
#pragma once

#include <fmt/format.h>

#include <string>

#include "experiment/grid.h"
#include "scratch.h"

namespace liteheart::test {

inline const char* const kExperiment = R"(title = "A table"
seeds = [1, 2]
compare = "liteheart"

[data.hospital]
source = "hospital"
prepare = ["--train", "1-7"]

[settings]
epochs = 10

[protocols.few-labels]
data = "hospital"
settings = { labelled = 0.1 }
teacher = { network = "student-base", epochs = 8 }

[methods.baseline]

[methods.logit]
distil = true
settings = { restoration = "none", weight_pseudo = 0 }

[methods.liteheart]
like = "logit"
settings = { restoration = "tiny" }
)";

/// Files below a folder of their own.
class ExperimentFiles : public Scratch {
 protected:
  Experiment read(const std::string& text, bool quick = false) const {
    write_bytes(folder / "table.toml", text);
    return read_experiment(folder / "table.toml", quick);
  }
  std::string error(const std::string& text, bool quick = false) const {
    return error_of([&] { read(text, quick); });
  }
  Grid grid(const std::string& text) const { return expand({read(text)}, JobFolders()); }
};

/// `text` with its one `old` replaced.
inline std::string with(std::string text, const std::string& old, const std::string& now) {
  const std::size_t at = text.find(old);
  if (at == std::string::npos) throw std::runtime_error("no '" + old + "' to replace");
  return text.replace(at, old.size(), now);
}

}  // namespace liteheart::test
