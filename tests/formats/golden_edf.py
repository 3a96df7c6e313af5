#!/usr/bin/env python3
"""Writes edf_golden.h: all samples of real EDF, BDF and ISHNE files, decoded by NumPy from the raw bytes.

Usage: golden_edf.py SHARED > edf_golden.h      (SHARED: the folder of shared data; needs NumPy)
The layout of each file is written down here by hand; no header is read and no code of LiteHeart is used.
"""
import sys

import numpy as np

CONTEC = [(-1000, 1000, -32768, 32767)] * 12  # mV
SINES = [(-3000, 3000, -8388608, 8388607)] * 5  # uV
SLEEP = [(-192, 192, -2048, 2047), (-197, 196, -2048, 2047), (-1009, 1009, -2048, 2047),
         (-2048, 2047, -2048, 2047), (-5, 5, -2500, 2500), (34, 40, -2849, 2731), (-2047, 2048, -2047, 2048)]
HOLTER = [(0, 5, 0, 1)] * 12  # uV: 5000 nV a step
# file, bytes before the samples, bytes a sample, samples a record of each signal,
# of those that are kept: physical minimum and maximum, digital minimum and maximum
FILES = [
    ("edf/0000050.ECG.edf", 256 * 13, 2, [1] * 12, CONTEC),
    ("edf/test_generator.bdf", 256 * 7, 3, [1000, 800, 500, 975, 999, 38], SINES),
    ("edf/test_generator_datarec_generator_0_5.bdf", 256 * 7, 3, [1000, 800, 500, 975, 999, 38], SINES),
    ("edf/short_psg.edf", 256 * 8, 2, [3000, 3000, 3000, 30, 30, 30, 30], SLEEP),
    ("edf/short_psg.bdf", 256 * 8, 3, [3000, 3000, 3000, 30, 30, 30, 30], SLEEP),
    ("ishne/ECG_P28.01.ecg", 522, 2, [1] * 12, HOLTER),
]


def fnv1a(values):
    state = 0xCBF29CE484222325
    for byte in values.astype("<i4").tobytes():
        state = (state ^ byte) * 0x100000001B3 % 2**64
    return state


print("""// Made by golden_edf.py from the raw bytes of the files; do not edit.
#pragma once

#include <cstddef>
#include <cstdint>

namespace liteheart::test {

struct GoldenSignal {
  const char* file;  // in shared/formats
  std::size_t signal, samples;
  double physical_min, physical_max, digital_min, digital_max;
  std::uint64_t hash;  // FNV-1a of all stored integers as little-endian int32
  int values[4];       // at 0, 1, a third and the end
};

// clang-format off
inline constexpr GoldenSignal kGoldenSignals[] = {""")
for name, offset, width, counts, kept in FILES:
    raw = np.fromfile(f"{sys.argv[1]}/formats/{name}", np.uint8, offset=offset)
    records = raw.reshape(-1, sum(counts) * width)
    for signal, scale in enumerate(kept):
        start = sum(counts[:signal]) * width
        cells = records[:, start : start + counts[signal] * width].reshape(-1, width).astype(np.int64)
        values = sum(cells[:, i] << (8 * i) for i in range(width))
        values[values >= 1 << (8 * width - 1)] -= 1 << (8 * width)
        shown = ", ".join(str(values[at]) for at in (0, 1, len(values) // 3, -1))
        limits = ", ".join(map(str, scale))
        print(f'    {{"{name}", {signal}, {len(values)}, {limits}, 0x{fnv1a(values):016X}, {{{shown}}}}},')
print("""};
// clang-format on

}  // namespace liteheart::test""")
