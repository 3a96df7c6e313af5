// An experiment as its TOML file tells it: docs/experiments.md.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "experiment/settings.h"

namespace liteheart {

/// What a protocol's teacher is called among the methods.
inline constexpr const char* kTeacherMethod = "teacher";

/// A prepared data set.
struct DataSpec {
  std::string name;
  std::vector<std::string> sources;  // names; --source says where they are
  std::vector<std::string> prepare;  // further arguments of `liteheart prepare`
};

/// The 12-lead model that a protocol's methods learn from.
struct TeacherSpec {
  Settings settings;
  std::string data;
  std::uint64_t seed = 1;
};

/// A way of splitting data and labels.
struct Protocol {
  std::string name, data;
  Settings settings;
  std::optional<TeacherSpec> teacher;
};

/// A way of training the student.
struct Method {
  std::string name;
  bool distil = false;
  Settings settings;
  // Methods whose models are its teachers; "teacher", or none: the protocol's.
  std::vector<std::string> teachers;
  std::string data;   // trained on, with the classes of the protocol's; empty: the protocol's
  std::string start;  // a method whose weights are the first ones; empty: none
  std::vector<std::uint64_t> seeds;    // none: the experiment's
  std::vector<std::string> protocols;  // none: all
};

struct GridValue {
  std::string name;
  Settings settings;
};
/// A further axis of the grid.
struct GridAxis {
  std::string name;
  std::vector<GridValue> values;
};

struct Experiment {
  std::string name;  // of the file, without ending; "-quick" behind it for its reduced form
  std::string title;
  std::vector<std::uint64_t> seeds = {1};
  std::string baseline;  // the method that the gap begins at
  std::string compare;   // the method that is set against every other; may be empty
  std::string pooled;    // of a table in which every protocol counts as seeds do; empty: none
  std::vector<DataSpec> data, tests;
  Settings settings;  // of every training
  Settings last;      // likewise, and over all others: what the reduced form changes
  std::vector<Protocol> protocols;
  std::vector<Method> methods;
  std::vector<GridAxis> axes;
};

/// `quick`: in the reduced form that its table [quick] describes. Throws Error (file, line, nearest
/// name).
Experiment read_experiment(const std::filesystem::path& path, bool quick);

}  // namespace liteheart
