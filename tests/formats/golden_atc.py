#!/usr/bin/env python3
"""Writes golden_atc.h: every sample of real ATC files, decoded from the raw bytes.

Usage: golden_atc.py SHARED > golden_atc.h      (SHARED: the folder of shared data; Python alone)
Where a lead begins is found by the letters of its block in the bytes; no code of LiteHeart is used.
A row has a hash (FNV-1a, 64 bits) of the lead's samples as int32.
"""
import struct
import sys

FILES = ["1_lead.atc", "broken_checksum.atc", "normal-v2.atc", "test_NSR_ef.atc", "6_lead.atc",
         "6_lead_ab.atc"]
LEADS = {b"ecg ": "I", b"ecg2": "II", b"ecg3": "III", b"ecg4": "aVR", b"ecg5": "aVL",
         b"ecg6": "aVF", b"ecg7": "V1"}


def fnv(samples):
    value = 0xCBF29CE484222325
    for byte in struct.pack(f"<{len(samples)}i", *samples):
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return value


def main(shared):
    print("// Written by golden_atc.py.\n#pragma once\n\n#include \"golden_lead.h\"\n")
    print("namespace liteheart::test {\n\n// clang-format off")
    print("inline constexpr GoldenLead kGoldenAtc[] = {")
    for file in FILES:
        raw = open(f"{shared}/formats/alivecor_atc/{file}", "rb").read()
        for block, lead in LEADS.items():
            for count in (9000, 8999):
                at = raw.find(block + struct.pack("<I", 2 * count))
                if at < 0:
                    continue
                samples = struct.unpack_from(f"<{count}h", raw, at + 8)
                print(f'    {{"alivecor_atc/{file}", "{lead}", 500, {count}, {fnv(samples):#x}ULL, '
                      f"{samples[0]}, {samples[-1]}, {min(samples)}, {max(samples)}}},")
    print("};\n// clang-format on\n\n}  // namespace liteheart::test")


main(sys.argv[1])
