// The rhythm of Healforce's Prince 180D, which its SCP-ECG files hold in a way of their own.
#pragma once

#include <cstdint>

#include "ecg/recording.h"
#include "formats/scp_sections.h"

namespace liteheart {

/// Fills leads, rate, samples, mV and the beats that the device marks (label "Q", some 90 ms behind
/// the R wave), and returns the number of the first sample in the session of many files. Section 3
/// has one description for all leads; section 6 gives the rate in Hz, and one stream of samples
/// lead by lead: three 16-bit words hold four samples of 10 bits around 512, the fourth in bits 10
/// to 13 of the words; bit 15 marks a beat. The leads have no names; I, II and III fit (II = I +
/// III). Throws Error for anything else, such as what the PC-80B writes.
std::uint64_t read_healforce_rhythm(const ScpSections& sections, Recording& recording);

}  // namespace liteheart
