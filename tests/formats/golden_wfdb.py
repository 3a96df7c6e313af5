#!/usr/bin/env python3
"""Writes golden_wfdb.csv: what every WFDB sample file holds, decoded by NumPy from the raw bytes.

Usage: golden_wfdb.py SHARED > golden_wfdb.csv   (needs NumPy, and the program `flac` for formats 5xx)
An independent reader: bits are taken apart as in signal(5), headers by splitting lines; no code of
LiteHeart is used. One line a lead: file (header, relative to SHARED), rate_hz, samples, lead, name,
missing (samples that are NaN), sum (of mV), weighted (sum of mV * (1 + t mod 1009)), and values at
six places (first, 1, a third, middle, last but one, last), "nan" where missing.
"""
import re
import subprocess
import sys
from pathlib import Path

import numpy as np

VOLTS = {"": 1, "mv": 1, "uv": 1e-3, "v": 1e3}
MISSING = {16: -32768, 24: -(1 << 23), 32: -(1 << 31), 61: -32768, 80: -128, 160: -32768, 212: -2048,
           310: -512, 311: -512, 508: -128, 516: -32768, 524: -(1 << 23)}


def signed(values, bits):
    return np.where(values >= 1 << (bits - 1), values - (1 << bits), values)


def flac(path, bits):
    raw = subprocess.run(["flac", "-d", "-c", "-s", "--force-raw-format", "--endian=little",
                          "--sign=signed", str(path)], check=True, capture_output=True).stdout
    b = np.frombuffer(raw, np.uint8).astype(np.int64).reshape(-1, bits // 8)
    return signed(sum(b[:, i] << (8 * i) for i in range(bits // 8)), bits)


def decode(path, fmt, offset):
    """All samples of a file in the order they are stored."""
    if fmt in (508, 516, 524):
        return flac(path, fmt - 500)
    b = np.fromfile(path, np.uint8)[offset:].astype(np.int64)
    if fmt == 16:
        b = b[: len(b) // 2 * 2]
        return signed(b[0::2] + 256 * b[1::2], 16)
    if fmt == 80:
        return b - 128
    if fmt == 212:  # a stream of nibbles: low, low, high of both
        whole = len(b) // 3 * 2 + (len(b) % 3 == 2)
        b = np.concatenate([b, np.zeros(-len(b) % 3, np.int64)]).reshape(-1, 3)
        pairs = np.stack([b[:, 0] + 256 * (b[:, 1] % 16), b[:, 2] + 256 * (b[:, 1] // 16)], axis=1)
        return signed(pairs.ravel()[:whole], 12)
    if fmt in (310, 311):
        whole = len(b) // 4 * 3 + {310: (0, 0, 1, 1), 311: (0, 0, 1, 2)}[fmt][len(b) % 4]
        b = np.concatenate([b, np.zeros(-len(b) % 4, np.int64)]).reshape(-1, 4)
        word = b[:, 0] + (b[:, 1] << 8) + (b[:, 2] << 16) + (b[:, 3] << 24)
        if fmt == 311:
            three = [word % 1024, word // 1024 % 1024, word // 1024 // 1024 % 1024]
        else:
            low, high = word % 65536, word // 65536
            three = [low // 2 % 1024, high // 2 % 1024, low // 2048 + 32 * (high // 2048)]
        return signed(np.stack(three, axis=1).ravel()[:whole], 10)
    raise ValueError(fmt)


def header(path):
    lines = [line.strip() for line in path.read_text().splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    record = lines[0].split()
    rate = float(record[2].split("/")[0])
    samples = int(record[3]) if len(record) > 3 else 0
    if "/" in record[0]:
        return rate, samples, [(name, int(n)) for name, n in (line.split()[:2] for line in lines[1:])]
    signals = []
    for line in lines[1:]:
        f = line.split(None, 8)
        fmt, spf, skew, offset = re.fullmatch(r"(\d+)(?:x(\d+))?(?::(\d+))?(?:\+(\d+))?", f[1]).groups()
        gain, baseline, unit = re.fullmatch(r"([-+.\deE]+)(?:\(([-\d]+)\))?(?:/(\S+))?", f[2]).groups()
        signals.append(dict(file=f[0], fmt=int(fmt), spf=int(spf or 1), skew=int(skew or 0),
                            offset=int(offset or 0), gain=float(gain) or 200.0,
                            baseline=int(baseline if baseline is not None else f[4]),
                            unit=(unit or "").lower(), name=f[8] if len(f) > 8 else ""))
    return rate, samples, signals


def signals_of(path):
    """{name: (rate, mV)} of every voltage of a header without segments whose file is there."""
    rate, samples, signals = header(path)
    out = []
    for name in dict.fromkeys(s["file"] for s in signals):
        group = [s for s in signals if s["file"] == name]
        file = path.parent / name
        if not file.exists():
            continue
        frame = sum(s["spf"] for s in group)
        raw = decode(file, group[0]["fmt"], group[0]["offset"])
        raw = raw[: len(raw) // frame * frame].reshape(-1, frame)
        at = 0
        for s in group:
            units = raw[:, at:at + s["spf"]]
            at += s["spf"]
            if s["unit"] not in VOLTS:
                continue
            n = samples or len(units)
            assert len(units) >= n, (path, len(units), n)
            shifted = np.full((n, s["spf"]), MISSING[s["fmt"]], np.int64)
            kept = units[s["skew"]:s["skew"] + n]
            shifted[: len(kept)] = kept
            flat = shifted.ravel()
            mv = (flat - s["baseline"]) / s["gain"] * VOLTS[s["unit"]]
            mv[flat == MISSING[s["fmt"]]] = np.nan
            out.append((s["name"], rate * s["spf"], mv))
    return out


def record(path):
    rate, samples, lines = header(path)
    if isinstance(lines[0], dict):
        return signals_of(path)
    names, parts = [], []
    for name, n in lines[1:]:
        leads = {} if name == "~" else {lead: mv for lead, _, mv in signals_of(path.parent / f"{name}.hea")}
        names += [lead for lead in leads if lead not in names]
        parts.append((n, leads))
    out = []
    for lead in names:
        whole = [leads.get(lead, np.full(n, np.nan))[:n] for n, leads in parts]
        out.append((lead, rate, np.concatenate(whole)))
    return out


TWELVE = {n.lower(): n for n in "I II III aVR aVL aVF V1 V2 V3 V4 V5 V6".split()}
SKIP = {"mixedsignals",  # its signal files are not there
        "3234460_layout", "s25047-2704-05-04-10-44n"}  # no samples; no voltage

shared = Path(sys.argv[1])
files = sorted([*shared.glob("formats/wfdb/*.hea"), *shared.glob("formats/wfdb/s25047/*.hea"),
                *shared.glob("formats/wfdb_ptbxl/*.hea"), *shared.glob("formats/wfdb_cinc_mat/*.hea")])
print("file,rate_hz,samples,lead,name,missing,sum,weighted,first,second,third,middle,before_last,last")
for file in files:
    if file.stem in SKIP:
        continue
    leads = record(file)
    rates = [rate for _, rate, _ in leads]
    rate = max(set(rates), key=lambda r: (rates.count(r), r))  # that of most leads
    for i, (name, _, mv) in enumerate(lead for lead in leads if lead[1] == rate):
        n = len(mv)
        there = np.nan_to_num(mv)
        weighted = float((there * (1 + np.arange(n) % 1009)).sum())
        picks = [mv[at] for at in (0, 1, n // 3, n // 2, n - 2, n - 1)]
        fields = [file.relative_to(shared), f"{rate:.12g}", n, i,
                  '"%s"' % TWELVE.get(name.lower(), name) if "," in name else TWELVE.get(name.lower(), name),
                  int(np.isnan(mv).sum()), f"{there.sum():.12g}", f"{weighted:.12g}"]
        print(",".join(map(str, fields + [f"{p:.9g}" for p in picks])))
