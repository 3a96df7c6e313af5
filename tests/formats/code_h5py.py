#!/usr/bin/env python3
"""Writes HDF5 files in the layout of CODE-15% with h5py, each stored in another way.

Usage: code_h5py.py FOLDER
Sample t of lead l of exam i is ((7 i + 3 t + 11 l) mod 1000 - 500) / 1000, behind 100 zeros and before 96.
Exit: 77 where h5py is not there.
"""
import sys

try:
    import h5py
    import numpy as np
except ImportError:
    sys.exit(77)

exams, samples, before, after = 5, 4096, 100, 96
i, t, lead = np.ogrid[:exams, :samples, :12]
tracings = ((7 * i + 3 * t + 11 * lead) % 1000 - 500) / 1000
tracings[:, :before] = 0
tracings[:, samples - after:] = 0
for name, options in {
    "plain": {}, "double": {"dtype": "f8"}, "half": {"dtype": "f2"},
    "gzip": {"compression": "gzip", "shuffle": True}, "chunked": {"chunks": (2, 1000, 5)},
    "big_endian": {"dtype": ">f4"}, "checked": {"fletcher32": True},
}.items():
    for version in ("earliest", "latest"):
        with h5py.File(f"{sys.argv[1]}/{name}_{version}.hdf5", "w", libver=version) as file:
            options = {"dtype": "f4", **options}
            file.create_dataset("tracings", data=tracings.astype(options.pop("dtype")), **options)
            file["exam_id"] = np.arange(1000, 1000 + exams, dtype="i8")
