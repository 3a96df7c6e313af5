// The models that subcommands run.
#pragma once

#include <filesystem>
#include <memory>

#include "deploy/engine.h"

namespace liteheart {

/// The model that comes with LiteHeart: beside the program, as built, or where it is installed. Throws Error.
std::filesystem::path shipped_model();

/// Of an .lhm file, a safetensors file or a training's folder. Throws Error.
std::unique_ptr<Engine> open_engine(const std::filesystem::path& model, int threads);

}  // namespace liteheart
