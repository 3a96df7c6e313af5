// What is computed once and kept in a file.
#pragma once

#include <filesystem>
#include <functional>

#include "nn/weights.h"

namespace liteheart {

/// The file's contents, or what `compute` gives, which is then written there if that can be done:
/// beside what may only be read, it is computed anew each time.
WeightFile cached(const std::filesystem::path& file, const std::function<WeightFile()>& compute);

}  // namespace liteheart
