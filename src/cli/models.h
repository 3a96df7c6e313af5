// The models that subcommands run.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "deploy/engine.h"
#include "ecg/recording.h"

namespace liteheart {

/// The model that comes with LiteHeart for a recording: that of `lead`; where it is empty, of the
/// first lead of I and II that the recording has; else of lead I. It lies beside the program, as
/// built, or where it is installed. Throws Error where none reads `lead`, or it is not there.
std::filesystem::path shipped_model(const Recording& recording, const std::string& lead);

/// Of an .lhm file, a safetensors file or a training's folder. Throws Error.
std::unique_ptr<Engine> open_engine(const std::filesystem::path& model, int threads);

}  // namespace liteheart
