// The twelve standard leads, in the order every array of LiteHeart uses.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace liteheart {

inline constexpr int kLeads = 12;
inline constexpr std::array<std::string_view, kLeads> kLeadNames = {
    "I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6"};

/// Index into kLeadNames of the lead that a file or user calls `name`, case-folded and stripped
/// ("Lead I", "MDC_ECG_LEAD_I", "DI" and "i " are lead I; "MLII" is not clinical II).
/// nullopt if it is not one of the twelve.
std::optional<int> lead_index(std::string_view name);

/// Index into kLeadNames of the lead that a modified one stands for: with its electrodes on the
/// trunk, as Holter recorders and monitors have them ("MLII", "ML2", "MV5"). nullopt for any other
/// name.
std::optional<int> modified_lead_index(std::string_view name);

/// The name as kLeadNames spells it where it is one of the twelve, else as written, without blanks
/// around it.
std::string lead_name(std::string_view written);

}  // namespace liteheart
