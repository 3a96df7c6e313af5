// The CODE data sets (CODE-15%, CODE-test, SaMi-Trop) in HDF5: many exams in a file.
//
// libhdf5 crashes, hangs or asks for gigabytes on some damaged files, so it works in a child
// process (child_process.h) and sees only plain numbers in plain storage.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ecg/recording.h"
#include "formats/input_file.h"
#include "formats/read_options.h"

namespace liteheart {

/// Whether a file that begins so is HDF5, whatever it holds.
bool looks_like_hdf5(std::string_view beginning);

/// The ids of the exams in a file: its exam_id (fillers of id 0 left out), else their numbers from
/// 0 on. Throws Error if the file has no data set "tracings" (or "signal") of exams x samples x 12.
std::vector<std::string> code_exams(InputFile& file);

/// Reads one exam: 400 Hz unless options.rate_hz says otherwise, leads I, II, III, aVR, aVL, aVF,
/// V1 to V6 (files that hold aVL, aVF, aVR, as CODE-test is said to, are told by aVR = -(I + II)/2
/// and put in order, with a warning). Zeros at both ends are padding and cut off.
///
/// Unit: options.unit; else mV, with a warning. The Zenodo record names none, and its authors'
/// README contradicts itself ("at the scale 1e-4V: so if the signal is in V it should be multiplied
/// by 1000": the first says 0.1 mV, the second mV). PhysioNet's converter of the 2025 Challenge
/// takes the values as mV.
///
/// Throws Error for an unknown exam, one of zeros only, samples that are no numbers, or kept in
/// other files.
Recording read_code_exam(InputFile& file, const std::string& exam, const ReadOptions& options);
/// Reads the exam of a file that holds one. Throws Error that tells how to name one of several.
Recording read_code_hdf5(InputFile& file, const ReadOptions& options);

}  // namespace liteheart
