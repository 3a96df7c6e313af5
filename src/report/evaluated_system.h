// One of the systems that a page or figure puts side by side.
#pragma once

#include <string>

#include "train/evaluation.h"

namespace liteheart {

struct EvaluatedSystem {
  std::string role;  // "teacher", "baseline" or "model"
  std::string path;  // as the user gave it: a training's folder or a model's file
  Evaluation evaluation;
};

/// "teacher, 12 leads", "model, lead I".
std::string system_title(const EvaluatedSystem& system);

}  // namespace liteheart
