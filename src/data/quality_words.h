// The quality gate's verdict in words.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ecg/vocabulary.h"
#include "edge/quality.h"

namespace liteheart {

/// One a fault: "mains", "muscle noise", ...
std::vector<std::string> fault_words(std::uint32_t faults);
/// One a group of findings that cannot be judged: "P waves", "ST and T", ...
std::vector<std::string> group_words(std::uint32_t groups);
/// "good", "limited: muscle noise; P waves cannot be judged", "unreadable: lead off".
std::string verdict(const edge::Quality& quality);

/// The groups that a diagnosis is read from, of its Diagnosis::needs or, where a model file does
/// not tell them, of the standard vocabulary's.
std::uint32_t groups_of(const Diagnosis& diagnosis);

/// Whether a lead shows almost everyone's P, QRS and T above the baseline, as edge::SignalQuality
/// asks it.
bool is_upright_lead(std::string_view lead);

/// The verdict on a lead that is in memory, [samples], mV.
edge::Quality lead_quality(std::string_view lead, const float* mv, std::size_t samples,
                           double rate_hz);

}  // namespace liteheart
