#!/usr/bin/env python3
"""Decodes the samples of the XML formats without LiteHeart and prints golden_xml.h.

    /usr/bin/python3 tests/formats/golden_xml.py ../shared/formats > tests/formats/golden_xml.h

Python's own XML and base64, numpy, and an LZW decoder written for this script. Samples are counted in
units of 10 nV, in which all scales here (2.5, 4.88 and 5 uV, and halves of them) are whole numbers.
"""
import base64
import pathlib
import sys
import xml.etree.ElementTree as ET

import numpy as np

ORDER = ["I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6"]
SPELLED = {name.upper(): name for name in ORDER}


def bare(tag):
    return tag.rpartition("}")[2]


def below(node, *names):
    """All elements reached by the path of local names."""
    nodes = [node]
    for name in names:
        nodes = [child for n in nodes for child in n if bare(child.tag) == name]
    return nodes


def with_limb_leads(leads):
    i, ii = leads.get("I"), leads.get("II")
    if i is not None and ii is not None:
        leads.setdefault("III", ii - i)
        leads.setdefault("aVR", -(i + ii) / 2)
        leads.setdefault("aVL", i - ii / 2)
        leads.setdefault("aVF", ii - i / 2)
    return {name: leads[name] for name in ORDER if name in leads}


def aecg(root):
    series = [s for s in below(root, "component", "series")
              if below(s, "code")[0].get("code") == "RHYTHM"][0]
    leads, rate = {}, None
    for sequence in below(series, "component", "sequenceSet", "component", "sequence"):
        code = below(sequence, "code")[0].get("code")
        if code.startswith("TIME_"):
            rate = 1 / float(below(sequence, "value", "increment")[0].get("value"))
            continue
        origin, scale = (below(sequence, "value", name)[0] for name in ("origin", "scale"))
        assert origin.get("unit") == scale.get("unit") == "uV"
        digits = np.array(below(sequence, "value", "digits")[0].text.split(), dtype=float)
        microvolts = float(origin.get("value")) + float(scale.get("value")) * digits
        leads[SPELLED[code.rpartition("_")[2]]] = microvolts * 100
    return rate, leads


def muse(root):
    waveform = [w for w in root.findall("Waveform") if w.findtext("WaveformType") == "Rhythm"][0]
    rate = float(waveform.findtext("SampleBase")) * 10.0 ** int(waveform.findtext("SampleExponent"))
    leads = {}
    for lead in waveform.findall("LeadData"):
        assert lead.findtext("LeadAmplitudeUnits") == "MICROVOLTS"
        raw = np.frombuffer(base64.b64decode(lead.findtext("WaveFormData")), "<i2").astype(float)
        leads[lead.findtext("LeadID")] = raw * (float(lead.findtext("LeadAmplitudeUnitsPerBit")) * 100)
    return rate, leads


def unpack_lzw(packed):
    """10-bit codes, most significant bit first; 1023 ends."""
    bits = "".join(f"{byte:08b}" for byte in packed)
    codes = [int(bits[at:at + 10], 2) for at in range(0, len(bits) - 9, 10)]
    words = [bytes([value]) for value in range(256)]
    out, before = [], None
    for code in codes:
        if code == 1023:
            break
        if before is not None and len(words) < 1023:
            words.append(before + (words[code] if code < len(words) else before)[:1])
        before = words[code]
        out.append(before)
    return b"".join(out)


def xli(data, channels):
    at, result = 0, []
    for _ in range(channels):
        size = int.from_bytes(data[at:at + 4], "little")
        difference = int.from_bytes(data[at + 6:at + 8], "little", signed=True)
        raw = unpack_lzw(data[at + 8:at + 8 + size])
        at += 8 + size
        half = len(raw) // 2
        stored = np.frombuffer(raw[:half], np.int8).astype(int) * 256 + np.frombuffer(raw[half:], np.uint8)
        samples = list(stored[:2])
        for value in stored[2:]:
            samples.append((2 * samples[-1] - samples[-2] - difference + 32768) % 65536 - 32768)
            difference = value - 64
        result.append(np.array(samples, dtype=int))
    return result


def half(x):
    return np.trunc(x / 2).astype(int)


def philips(root):
    node = below(root, "waveforms", "parsedwaveforms")[0]
    signal = below(root, "dataacquisition", "signalcharacteristics")[0]
    first = lambda *names: next(below(signal, name)[0].text for name in names if below(signal, name))
    rate = float(node.get("samplespersecond") or first("samplingrate"))
    microvolts = float(node.get("resolution") or first("signalresolution", "resolution"))
    c = xli(base64.b64decode(node.text), 12)
    c[2] = c[1] - c[0] - c[2]
    c[3] = -half(c[0] + c[1]) - c[3]
    c[4] = half(c[0] - c[2]) - c[4]
    c[5] = half(c[1] + c[2]) - c[5]
    # Calibration: 0.1 s of nothing, 0.2 s of 1 mV, 0.1 s of nothing in all leads alike.
    end = len(c[0])
    tail = np.repeat([0, 1000 / microvolts, 0], (np.array([0.1, 0.2, 0.1]) * rate).astype(int))
    if all(np.array_equal(lead[end - len(tail):], tail) for lead in c):
        c = [lead[:end - len(tail)] for lead in c]
    print("Einthoven:", max(np.abs(c[2] - (c[1] - c[0]))), "units of", microvolts, "uV at most;",
          "Goldberger sum:", max(np.abs(c[3] + c[4] + c[5])), file=sys.stderr)
    return rate, {name: lead * (microvolts * 100) for name, lead in zip(ORDER, c)}


def fnv1a(values):
    digest = 0xCBF29CE484222325
    for byte in values.astype("<i4").tobytes():
        digest = (digest ^ byte) * 0x100000001B3 % 2**64
    return digest


READERS = {"AnnotatedECG": aecg, "RestingECG": muse, "restingecgdata": philips}
FILES = ["hl7_aecg/Example aECG.xml", "hl7_aecg/hl7aecg_example.xml", "hl7_aecg/minimum_aecg.xml",
         "muse_xml/example1.xml", "muse_xml/example2.xml",
         "philips_xml/129DYPRG.XML", "philips_xml/ad4d3d80-d165_1-04_orig.xml"]

print("// Made by golden_xml.py: do not edit.\n#pragma once\n\n#include <cstdint>\n")
print("namespace liteheart::test {\n")
print("/// A lead in units of 10 nV: some samples, the sum and the FNV-1a hash (int32) of all.")
print("struct GoldenXmlLead {\n  const char* file;\n  double rate_hz;\n  const char* lead;\n"
      "  int samples, first, at_a_third, last;\n  std::int64_t sum;\n  std::uint64_t hash;\n};\n")
print("// clang-format off\ninline constexpr GoldenXmlLead kGoldenXml[] = {")
for file in FILES:
    root = ET.parse(pathlib.Path(sys.argv[1]) / file).getroot()
    rate, leads = READERS[bare(root.tag)](root)
    for name, samples in with_limb_leads(leads).items():
        whole = np.rint(samples).astype(np.int64)
        assert np.abs(whole - samples).max() < 1e-6
        print(f'    {{"{file}", {rate:g}, "{name}", {len(whole)}, {whole[0]}, {whole[len(whole) // 3]}, '
              f'{whole[-1]}, {whole.sum()}, {fnv1a(whole)}U}},')
print("};\n// clang-format on\n\n}  // namespace liteheart::test")
