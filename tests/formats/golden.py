#!/usr/bin/env python3
"""Writes golden.csv: sample values of real WFDB files, decoded by NumPy from the raw bytes.

Usage: golden.py SHARED > golden.csv      (SHARED: the folder of shared data; needs NumPy)
The layout of each file is written down here by hand; no header is read and no code of LiteHeart is used.
Columns: file (header, relative to SHARED), rate_hz, samples, lead, name, at, mv.
"""
import sys

import numpy as np


def int16(path, signals, offset):
    return np.fromfile(path, "<i2", offset=offset).reshape(-1, signals).astype(np.int64)


def packed12(path, signals):
    raw = np.fromfile(path, np.uint8).astype(np.int64)
    raw = np.concatenate([raw, np.zeros(-len(raw) % 3, np.int64)]).reshape(-1, 3)
    both = np.empty((len(raw), 2), np.int64)
    both[:, 0] = raw[:, 0] + 256 * (raw[:, 1] % 16)
    both[:, 1] = raw[:, 2] + 256 * (raw[:, 1] // 16)
    both[both > 2047] -= 4096
    flat = both.ravel()
    return flat[: len(flat) // signals * signals].reshape(-1, signals)


TWELVE = "I II III aVR aVL aVF V1 V2 V3 V4 V5 V6".split()
# header, signal file, (decoder, signals, offset), rate, samples, kept leads with (gain, baseline)
FILES = [
    ("formats/wfdb/100_3chan.hea", "100_3chan.dat", ("212", 3, 0), 360, 999,
     {"I": (200, 1024), "II": (200, 1024), "III": (200, 1024)}),
    ("formats/wfdb/100.hea", "100.dat", ("212", 2, 0), 360, 650000,
     {"MLII": (200, 1024), "V5": (200, 1024)}),
    ("formats/wfdb/a103l.hea", "a103l.mat", ("16", 3, 24), 250, 82500,
     {"II": (7247, 0), "V": (10520, 0)}),
    ("formats/wfdb_ptbxl/00001_hr.hea", "00001_hr.dat", ("16", 12, 0), 500, 5000,
     dict.fromkeys(TWELVE, (1000, 0))),
    ("data/centres/CPSC2018/A0001.hea", "A0001.mat", ("16", 12, 24), 500, 7500,
     dict.fromkeys(TWELVE, (1000, 0))),
    ("data/centres/PTB/S0001.hea", "S0001.mat", ("16", 12, 24), 1000, 38400,
     dict.fromkeys(TWELVE, (1000, 0))),
    ("data/cinc2017/A00001.hea", "A00001.mat", ("16", 1, 24), 300, 9000, {"ECG": (1000, 0)}),
]

shared = sys.argv[1]
print("file,rate_hz,samples,lead,name,at,mv")
for header, signal_file, (decoder, signals, offset), rate, samples, leads in FILES:
    path = f"{shared}/{header.rsplit('/', 1)[0]}/{signal_file}"
    values = int16(path, signals, offset) if decoder == "16" else packed12(path, signals)
    assert len(values) >= samples, (path, len(values))
    for lead, (name, (gain, baseline)) in enumerate(leads.items()):
        for at in sorted({0, 1, samples // 3, samples - 2, samples - 1}):
            mv = (values[at, lead] - baseline) / gain
            print(f"{header},{rate},{samples},{lead},{name},{at},{mv:.9g}")
