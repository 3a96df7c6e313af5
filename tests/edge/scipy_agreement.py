"""The conditioning of edge/ against scipy on real recordings, step by step: scipy_agreement.py TOOL

Exits with 1 where they disagree, with 77 (skipped) where scipy or the shared recordings are missing.
"""

import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

SKIPPED = 77
TOLERANCE = 1e-6  # of a lead's range; edge/condition.h promises 1e-4, float rounding is 1e-7
RATES = (100, 500)
WINDOWS = {100: 1024, 500: 6144}  # samples, of the two presets

try:
    import numpy as np
    from scipy import signal, stats
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(SKIPPED)


def read_wfdb16(path, leads, offset=0):
    """Interleaved int16 at 1000 units per mV -> [lead, samples] in mV."""
    raw = np.fromfile(path, "<i2", offset=offset)
    return (raw.reshape(-1, leads).T / 1000).astype(np.float32)


def recordings(shared):
    """Yields name, source rate, mV."""
    yield "PTB-XL", 100, read_wfdb16(shared / "formats/wfdb_ptbxl/00001_lr.dat", 12)
    for path in sorted((shared / "data/ptbxl_500hz").rglob("*.dat"))[:3]:
        mv = read_wfdb16(path, 12)
        for rate in (500, 513.6, 513.625, 512.508):
            yield f"PTB-XL {path.stem}", rate, mv
    yield "PTB S0001", 1000, read_wfdb16(shared / "data/centres/PTB/S0001.mat", 12, offset=24)
    for path in sorted((shared / "data/cinc2017").glob("*.mat"))[:6]:
        yield f"CinC 2017 {path.stem}", 300, read_wfdb16(path, 1, offset=24)


def nearest_ratio(source, target):
    """The rule that edge/condition.h states."""
    low, high = sorted((Fraction(source), Fraction(target)))
    nearest = (low / high).limit_denominator(1_000_000)
    return nearest.as_integer_ratio() if target <= source else nearest.as_integer_ratio()[::-1]


def expected(mv, source, target):
    up, down = nearest_ratio(source, target)
    resampled = signal.resample_poly(mv.astype(np.float64), up, down, axis=-1)
    b, a = signal.butter(3, [1, 47], "bandpass", fs=target)
    filtered = signal.filtfilt(b, a, resampled, axis=-1)
    window = stats.zscore(filtered[:, : WINDOWS[target]], axis=-1)
    padded = np.pad(window, ((0, 0), (0, WINDOWS[target] - window.shape[-1])))
    return {"resample": resampled, "filter": filtered, "normalize": padded}


def run_tool(tool, step, source, target, mv):
    command = [tool, step, repr(source), repr(target), str(len(mv))]
    output = subprocess.run(command, input=mv.tobytes(), stdout=subprocess.PIPE, check=True).stdout
    return np.frombuffer(output, "<f4").reshape(len(mv), -1)


def worst_error(got, reference):
    """Largest difference as a fraction of the lead's range."""
    if got.shape != reference.shape:
        return np.inf
    span = np.ptp(reference, axis=-1)
    error = np.max(np.abs(got - reference), axis=-1)
    return np.max(error[span > 0] / span[span > 0])


def main():
    tool = sys.argv[1]
    beside = Path(__file__).resolve().parents[3] / "shared"
    shared = Path(os.environ.get("LITEHEART_SHARED") or beside)
    if not (shared / "data").is_dir():
        print("skipped: needs the shared data; set LITEHEART_SHARED to its folder")
        return SKIPPED
    compared, failed = 0, 0
    for name, source, mv in recordings(shared):
        for target in RATES:
            for step, reference in expected(mv, source, target).items():
                error = worst_error(run_tool(tool, step, source, target, mv), reference)
                agrees = error < TOLERANCE
                verdict = "" if agrees else "  DISAGREES"
                print(f"{name:22} {source:>8} -> {target} Hz {step:9} {error:.1e}{verdict}")
                compared, failed = compared + 1, failed + (not agrees)
    print(f"{compared} comparisons, {failed} beyond {TOLERANCE} of range")
    return 0 if compared > 0 and failed == 0 else 1


sys.exit(main())
