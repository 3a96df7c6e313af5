#!/usr/bin/env python3
"""Checks a DICOM file that LiteHeart wrote against what it was to hold, with pydicom.

Usage: check_dicom.py FILE VALUES      (VALUES: float32 mV, [lead, sample], NaN where missing)
Exit: 0 agrees, 77 pydicom is not there, else it does not agree.
"""
import sys

try:
    import numpy as np
    import pydicom
except ImportError:
    sys.exit(77)

data = pydicom.dcmread(sys.argv[1])
group = data.WaveformSequence[0]
expected = np.fromfile(sys.argv[2], "<f4").reshape(group.NumberOfWaveformChannels, -1).T.astype(float)
got = data.waveform_array(0) / 1000  # uV
assert got.shape == expected.shape, (got.shape, expected.shape)
steps = np.array([float(c.ChannelSensitivity) for c in group.ChannelDefinitionSequence]) / 1000
missing = np.isnan(expected)
padding = int.from_bytes(group.WaveformPaddingValue, "little", signed=True) if missing.any() else None
raw = np.rint(got / steps)
assert (raw[missing] == -32768).all() and padding in (None, -32768)
assert not (raw[~missing] == -32768).any()
assert (np.abs(got - expected)[~missing] <= (np.broadcast_to(steps, got.shape) * 0.51)[~missing]).all()

# Types 1 and 2 of the modules that PS3.3 A.34.3 to A.34.5 ask for.
for keyword in ("PatientName PatientID PatientBirthDate PatientSex StudyInstanceUID StudyDate StudyTime "
                "ReferringPhysicianName StudyID AccessionNumber Modality SeriesInstanceUID SeriesNumber "
                "Manufacturer InstanceNumber ContentDate ContentTime AcquisitionDateTime WaveformSequence "
                "AcquisitionContextSequence SOPClassUID SOPInstanceUID").split():
    assert keyword in data, keyword
for keyword in "StudyInstanceUID SeriesInstanceUID SOPClassUID SOPInstanceUID InstanceNumber".split():
    assert data[keyword].value, keyword
assert data.file_meta.MediaStorageSOPInstanceUID == data.SOPInstanceUID
assert all(len(uid) <= 64 for uid in (data.SOPInstanceUID, data.StudyInstanceUID, data.SeriesInstanceUID))
assert len({data.SOPInstanceUID, data.StudyInstanceUID, data.SeriesInstanceUID}) == 3
assert data.Modality == "ECG" and data.Manufacturer == "LiteHeart"
name = {"1.2.840.10008.5.1.4.1.1.9.1.1": (200, 13, 5, 16384), "1.2.840.10008.5.1.4.1.1.9.1.2": (200, 24, 4, None),
        "1.2.840.10008.5.1.4.1.1.9.1.3": (50, 12, 1, None)}
slowest, channels, groups, samples = name[data.SOPClassUID]
assert slowest <= group.SamplingFrequency <= 1000 and group.NumberOfWaveformChannels <= channels
assert len(data.WaveformSequence) <= groups and (samples is None or group.NumberOfWaveformSamples <= samples)
assert group.WaveformSampleInterpretation == "SS" and group.WaveformOriginality == "ORIGINAL"
