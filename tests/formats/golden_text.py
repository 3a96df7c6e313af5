#!/usr/bin/env python3
"""Prints what the samples of the shared text recordings sum up to, read line by line with decimal.

Usage: golden_text.py SHARED      (SHARED: the folder of shared data; needs Python only)
No code of LiteHeart is used; which lines hold samples, and their unit, is written down here by hand.
Output: file, samples, sum of nV, sum of nV times place (from 1), the last modulo 2^64.
"""
import sys
from decimal import Decimal

# file, lines before the first sample, column, nV in one unit
FILES = [
    ("formats/apple_watch_csv/ecg_2021-12-17.csv", 13, 0, 1000),
    ("formats/apple_watch_csv/ecg_2023-09-26.csv", 13, 0, 1000),
    ("formats/polar_h10/2020-12-06_02-50-10_ECG-data.txt", 0, 0, 1000),
    ("formats/generic_csv/ecg_2019-03-28.csv", 1, 1, 1000),
    ("formats/generic_csv/ecg_2019-04-04_0.csv", 1, 1, 1000),
    ("formats/generic_csv/ECG_hz.txt", 0, 0, 1000000),
]
for name, header, column, scale in FILES:
    lines = open(f"{sys.argv[1]}/{name}", encoding="utf-8").read().split("\n")[header:]
    nanovolts = [int(Decimal(line.split(",")[column].strip()) * scale) for line in lines if line.strip()]
    placed = sum(value * (i + 1) for i, value in enumerate(nanovolts)) % 2**64
    print(f'{{"{name}", {len(nanovolts)}, {sum(nanovolts)}, {placed}u}},')
