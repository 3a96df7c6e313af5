// The edge model file as a C header, for devices without a file system.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "nn/model_card.h"

namespace liteheart {

/// A header (C99 or C++11) that defines `bytes`, the .lhm file of the card's model, as a constant
/// array aligned to 64 bytes, and their count. They are named as the file that it is to be:
/// my-model.h defines my_model_lhm and my_model_lhm_size.
std::string c_header(std::span<const std::uint8_t> bytes, const ModelCard& card,
                     const std::filesystem::path& file);

}  // namespace liteheart
