// What a person is shown of one recording: what was found and how sure, where the model looked, the
// signal itself, and what could not be judged.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "data/recording_facts.h"
#include "deploy/diagnosis.h"
#include "explain/regions.h"
#include "formats/registry.h"
#include "report/document.h"
#include "report/overview.h"

namespace liteheart {

/// Lowest and highest probability when the same signal is read a little differently.
struct Steadiness {
  double low = 0, high = 0;
};

/// Where a network looked for one diagnosis, in a stretch of the recording.
struct Look {
  std::size_t finding = 0;      // index into RecordingDiagnosis::findings
  std::vector<Band> times;      // of every lead: when
  std::vector<Band> places;     // lead by lead
  std::vector<Region> regions;  // heaviest first
};

/// A part of the recording that is drawn.
struct Stretch {
  Recording recording;  // mV as the file holds it
  double begin_s = 0;
  std::optional<Recording> estimated;  // the leads that the model was not given
  std::vector<Look> looks, teacher_looks;
};

struct DiagnosisReport {
  std::string file;              // as the user calls it
  std::string model, version;    // the model's file name; LiteHeart's version
  ModelCard card, teacher_card;  // the latter where a teacher looked
  RecordingFacts facts;
  RecordingDiagnosis diagnosis;
  std::vector<std::optional<Steadiness>> steady;  // [finding]; of those in `shown`
  std::vector<std::size_t> shown;                 // findings that are there, throughout or at times
  std::vector<Stretch> stretches;    // the whole recording, or of a long one what shows findings
  std::optional<Overview> overview;  // of a long one
};

/// A model that can say where it looked.
struct LookingModel {
  LookingModel(Engine& model, const std::string& name)
      : engine(model), explainer(model.edge_model(), name) {}
  Engine& engine;
  Explainer explainer;
};

/// Where a recording is, to be read as often as needed.
struct RecordingPlace {
  std::filesystem::path path;
  ReadOptions options;
  std::string lead;  // what the only lead is, where its own name does not tell; or empty
};

/// Reads the recording again for what the pages show. teacher: a model of 12 leads, asked where the
/// recording has them; or null. Throws Error.
DiagnosisReport make_report(const RecordingPlace& place, RecordingDiagnosis diagnosis,
                            LookingModel& model, LookingModel* teacher);

/// In the order a person reads.
Document to_document(const DiagnosisReport& report, const PaperOptions& paper);

}  // namespace liteheart
