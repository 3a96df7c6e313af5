#include "train/log.h"

#include <string>

#include "data/output_file.h"
#include "ecg/error.h"

namespace liteheart {

TrainLog::TrainLog(const std::filesystem::path& file, std::uint64_t step) : file_(file) {
  std::string kept;
  std::ifstream in(file);
  for (std::string text; std::getline(in, text);) {
    const auto entry = nlohmann::json::parse(text, nullptr, false);
    if (entry.is_object() && entry.value("step", std::uint64_t{0}) <= step && step > 0)
      kept += text + '\n';
  }
  in.close();
  replace_file(file, kept);
  out_.open(file, std::ios::app);
  flush();
}

void TrainLog::line(const nlohmann::json& entry) { out_ << entry.dump() << '\n'; }

void TrainLog::flush() {
  out_.flush();
  if (!out_)
    throw Error(file_.string(), "cannot be written", "free some space or choose another --out");
}

}  // namespace liteheart
