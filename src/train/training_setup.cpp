#include "train/training_setup.h"

#include <algorithm>
#include <array>

#include "data/comma_list.h"
#include "data/same_conditioning.h"
#include "ecg/error.h"
#include "ecg/leads.h"
#include "measured/measurements.h"
#include "train/file_hash.h"

namespace liteheart {

using nlohmann::json;

namespace {

std::array<int, 3> strides_for(const std::string& text, const edge::Conditioning& conditioning) {
  if (text == "preset") return preset_strides(conditioning);
  const auto s = parse_strides(text);
  if (!s || conditioning.window % ((*s)[0] * (*s)[1] * (*s)[2]) != 0)
    throw Error("setting strides",
                "must be preset or three numbers such as 4-2-2 whose product divides the window");
  return *s;
}

}  // namespace

ModelCard make_card(const TrainConfig& config, const PreparedDataset& data) {
  ModelCard card;
  card.conditioning = data.conditioning();
  card.leads = parse_leads(config.lead);
  card.classes = data.classes();
  card.backbone = backbone_preset(config.network);
  card.backbone.strides = strides_for(config.strides, card.conditioning);
  card.backbone.classes = static_cast<int>(card.classes.size());
  card.backbone.leads = static_cast<int>(card.leads.size());
  if (config.restoration != "none") {
    card.restoration = restoration_preset(config.restoration);
    card.restoration->measured = card.leads;
    card.restoration->derive_limb_leads =
        card.conditioning.normalization == edge::Normalization::kFixedGain;
    card.backbone.leads = kLeads;
  }
  return card;
}

bool has_teachers_trees(const TrainConfig& config) {
  return config.restoration == "none" && config.teacher.empty() &&
         parse_leads(config.lead).size() == kLeads;
}

double measured_share(const TrainConfig& config) {
  if (config.measured_share >= 0) return config.measured_share;
  return has_teachers_trees(config) ? 0.75 : 0;
}

bool has_trees(const TrainConfig& config) { return measured_share(config) > 0; }

void start_from(const TrainConfig& config, const PreparedDataset& data, Model& model) {
  const auto file = model_file(config.start);
  const Model start = load_model(file);
  require_same_conditioning(start.card.conditioning, data, file.string());
  const auto same_code = [](const Diagnosis& a, const Diagnosis& b) { return a.code == b.code; };
  if (start.card.leads != model.card.leads ||
      !std::ranges::equal(start.card.classes, model.card.classes, same_code)) {
    throw Error(file.string(), "is given other leads or diagnoses other classes than this training",
                "take its --lead, and prepare the data with its --classes in its order");
  }
  assign_state(model.state(), start.state(), file.string());
}

json training_identity(const TrainConfig& config, const PreparedDataset& data) {
  json id = config_json(config);
  for (const char* key : {"out", "threads", "checkpoint_minutes", "device"}) id.erase(key);
  const auto name_of = [](const std::string& given) {
    const auto path = std::filesystem::path(given).lexically_normal();
    return (path.has_filename() ? path : path.parent_path()).filename().string();
  };
  const auto teachers = comma_list(config.teacher);
  id["data"] = name_of(config.data);
  id["start"] = name_of(config.start);
  std::string names;
  for (const std::string& teacher : teachers) {
    if (!names.empty()) names += ',';
    names += name_of(teacher);
  }
  id["teacher"] = names;
  // The same names must also mean the same contents.
  auto content = hash_bytes("data");
  for (const char* file : {"dataset.json", "records.csv", "labels.npy"})
    content = file_hash(data.folder() / file, content);
  id["data_content"] = content;
  if (!teachers.empty()) {
    auto of_teachers = hash_bytes("teachers");
    for (const std::string& teacher : teachers)
      of_teachers = file_hash(model_file(teacher), of_teachers);
    id["teacher_content"] = of_teachers;
  }
  if (has_trees(config)) id["measurements"] = kMeasurementsVersion;
  if (!config.start.empty()) id["start_content"] = file_hash(model_file(config.start));
  id["records"] = data.size();
  id["classes"] = data.classes().size();
  return id;
}

ObjectiveWeights objective_weights(const TrainConfig& c) {
  return {c.weight_supervised,
          c.weight_logit,
          c.weight_correlation,
          c.weight_pseudo,
          c.weight_restoration,
          c.region_focus,
          c.weight_region_features,
          c.weight_region_agreement,
          c.weight_information,
          c.weight_output_information,
          information_bound(c.information_bound)};
}

}  // namespace liteheart
