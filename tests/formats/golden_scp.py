#!/usr/bin/env python3
"""Writes golden_scp.h: every sample of real SCP-ECG files, decoded from the raw bytes.

Usage: golden_scp.py SHARED > golden_scp.h      (SHARED: the folder of shared data; Python alone)
Where the rhythm begins, how many bytes each lead has and how they are coded is written down here by
hand from a hex dump; no code of LiteHeart is used. Huffman codes are read off a string of ones and
zeros by counting ones. A row has a hash (FNV-1a, 64 bits) of the lead's samples as int32.
"""
import struct
import sys

EIGHT = ["I", "II", "V1", "V2", "V3", "V4", "V5", "V6"]
TWELVE = EIGHT + ["III", "aVR", "aVL", "aVF"]
# file, first byte of the curves, bytes a lead, samples a lead, leads, nV a unit, coded, differences
FILES = [
    ("scp/Example.scp", 3864,
     [2510, 2426, 2354, 2468, 2412, 2356, 2450, 2634, 3002, 2162, 2668, 2596],
     5000, TWELVE, 2500, True, 2),
    ("scp/ECG_20070321_110542_ANON000004.SCP", 2132,
     [2783, 3074, 3081, 2181, 2587, 3040, 2910, 2754], 6000, EIGHT, 3750, True, 1),
    ("scp/ECG_20170504_163507_ANON000009.SCP", 2124,
     [2255, 2486, 1889, 2269, 2477, 2747, 2474, 2279], 6000, EIGHT, 3750, True, 1),
    ("scp/demo.scp", 424, [20000] * 8, 10000, EIGHT, 183, False, 0),
]
HEALFORCE = ["scp_healforce/62.SCP", "scp_healforce/63.SCP"]


def walk(data, count):
    """Values of the standard's table: n ones, a zero and a sign; nine or ten ones before 8, 16 bits."""
    bits = "".join(f"{byte:08b}" for byte in data)
    at, values = 0, []

    def number(width):
        value = int(bits[at:at + width], 2)
        return value - (1 << width) if bits[at] == "1" else value

    while len(values) < count:
        ones = 0
        while ones < 10 and bits[at + ones] == "1":
            ones += 1
        at += ones
        if ones == 10:
            values.append(number(16))
            at += 16
        elif ones == 9:
            at += 1
            values.append(number(8))
            at += 8
        elif ones == 0:
            at += 1
            values.append(0)
        else:
            values.append(-ones if bits[at + 1] == "1" else ones)
            at += 2
    return values


def integrate(values, order):
    out = []
    for t, value in enumerate(values):
        if order == 1 and t >= 1:
            value += out[-1]
        if order == 2 and t >= 2:
            value += 2 * out[-1] - out[-2]
        out.append(value)
    return out


def standard(raw, at, lengths, samples, coded, order):
    for length in lengths:
        data = raw[at:at + length]
        at += length
        values = walk(data, samples) if coded else struct.unpack(f"<{samples}h", data)
        yield integrate(values, order)


def healforce(raw):
    words = struct.unpack_from("<10125H", raw, 488 + 24)
    flat = []
    for a, b, c in zip(words[::3], words[1::3], words[2::3]):
        fourth = "".join(f"{w:016b}"[2:6] for w in (a, b, c))
        flat += [(w % 1024) - 512 for w in (a, b, c, int(fourth, 2))]
    return [flat[lead::3] for lead in range(3)]


def fnv(samples):
    value = 0xCBF29CE484222325
    for byte in struct.pack(f"<{len(samples)}i", *samples):
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return value


def row(file, lead, unit, samples):
    print(f'    {{"{file}", "{lead}", {unit}, {len(samples)}, {fnv(samples):#x}ULL, '
          f"{samples[0]}, {samples[-1]}, {min(samples)}, {max(samples)}}},")


def main(shared):
    print("// Written by golden_scp.py.\n#pragma once\n\n#include \"golden_lead.h\"\n")
    print("namespace liteheart::test {\n\n// clang-format off")
    print("inline constexpr GoldenLead kGoldenScp[] = {")
    for file, at, lengths, samples, leads, unit, coded, order in FILES:
        raw = open(f"{shared}/formats/{file}", "rb").read()
        for lead, values in zip(leads, standard(raw, at, lengths, samples, coded, order)):
            row(file, lead, unit, values)
    for file in HEALFORCE:
        raw = open(f"{shared}/formats/{file}", "rb").read()
        for lead, values in zip(["I", "II", "III"], healforce(raw)):
            row(file, lead, 9524, values)
    print("};\n// clang-format on\n\n}  // namespace liteheart::test")


main(sys.argv[1])
