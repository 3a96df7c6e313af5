#!/usr/bin/env python3
"""Prints golden_dicom.h: every sample of a real DICOM ECG as pydicom decodes it.

Usage: golden_dicom.py SHARED > golden_dicom.h      (SHARED: the folder of shared data; needs pydicom)
A lead's hash is FNV-1a (64 bits) over its samples in units of 1.25 uV, the file's sensitivity, as int16.
"""
import sys

import numpy as np
import pydicom

data = pydicom.dcmread(f"{sys.argv[1]}/formats/dicom/waveform_ecg.dcm")
microvolts = data.waveform_array(0)
group = data.WaveformSequence[0]
print("// Made by golden_dicom.py with pydicom; do not edit.")
print("#pragma once\n\n#include <cstdint>\n\nnamespace liteheart::test {\n")
print("struct GoldenLead {\n  const char* source;\n  double first_uv, last_uv, sum_uv;")
print("  std::uint64_t hash;\n};")
print(f"inline constexpr int kGoldenDicomSamples = {len(microvolts)};")
print("inline constexpr GoldenLead kGoldenDicom[] = {")
for lead, channel in enumerate(group.ChannelDefinitionSequence):
    uv = microvolts[:, lead]
    units = np.rint(uv / 1.25).astype("<i2")
    assert np.abs(units * 1.25 - uv).max() < 1e-9
    value = 0xCBF29CE484222325
    for byte in units.tobytes():
        value = (value ^ byte) * 0x100000001B3 % 2**64
    source = channel.ChannelSourceSequence[0].CodeMeaning
    print(f'    {{"{source}", {uv[0]}, {uv[-1]}, {uv.sum()}, {value:#x}}},')
print("};\n\n}  // namespace liteheart::test")
