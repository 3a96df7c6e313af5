#include "train/checkpoint.h"

#include "ecg/error.h"
#include "train/config.h"

namespace liteheart {

using nlohmann::json;

std::filesystem::path checkpoint_file(const std::filesystem::path& out) {
  return out / "last.safetensors";
}

void write_checkpoint(const std::filesystem::path& out, const Checkpoint& checkpoint) {
  const Progression& p = checkpoint.progression;
  WeightFile file;
  file.tensors = checkpoint.tensors;
  file.metadata["config"] = checkpoint.config.dump();
  file.metadata["progression"] = json{
      {"step", p.step},
      {"optimizer_steps", p.optimizer_steps},
      {"best_epoch", p.best_epoch},
      {"epochs_done", p.epochs_done},
      {"best_map", p.best_map},
      {"best_auc", p.best_auc},
      {"seconds", p.seconds},
      {"finished", p.finished},
      {"sums", p.sums}}.dump();
  write_safetensors(checkpoint_file(out), file);
}

std::optional<Checkpoint> read_checkpoint(const std::filesystem::path& out, const json& config) {
  const auto path = checkpoint_file(out);
  if (!std::filesystem::exists(path)) return std::nullopt;
  const WeightFile file = [&] {
    try {
      return read_safetensors(path);
    } catch (const Error& e) {
      throw Error(e.place(), e.problem() + ", so no training can continue from it",
                  "remove it to begin again, or choose another --out");
    }
  }();
  Checkpoint checkpoint;
  try {
    checkpoint.config = json::parse(file.metadata.at("config"));
    const json p = json::parse(file.metadata.at("progression"));
    checkpoint.progression = {
        p.at("step"),        p.at("optimizer_steps"), p.at("best_epoch"),
        p.at("epochs_done"), p.at("best_map"),        p.value("best_auc", -1.0),
        p.at("seconds"),     p.at("finished"),        p.at("sums")};
  } catch (const std::exception&) {
    throw Error(path.string(), "is not a checkpoint of liteheart",
                "choose another --out, or delete the folder");
  }
  // A setting that came later was as it is by default.
  const json defaults = config_json(TrainConfig());
  for (const auto& [key, value] : config.items()) {
    const json before = checkpoint.config.value(key, defaults.value(key, json()));
    if (before != value) {
      throw Error(
          path.string(),
          "belongs to a training with " + key + " = " + before.dump() + ", not " + value.dump(),
          "repeat that command to continue it, or choose another --out");
    }
  }
  checkpoint.tensors = file.tensors;
  return checkpoint;
}

}  // namespace liteheart
