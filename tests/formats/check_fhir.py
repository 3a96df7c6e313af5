#!/usr/bin/env python3
"""Checks an Observation that LiteHeart wrote against FHIR R4 as far as an ECG needs it.

Usage: check_fhir.py FILE VALUES      (VALUES: float32 mV, [lead, sample], NaN where missing)
Exit: 0 agrees, 77 jsonschema is not there, else it does not agree.

Debian has no FHIR validator. The schema below is written from the R4 pages of Observation, SampledData,
Patient and the datatypes. It covers, for every element that LiteHeart writes: the names allowed, required
elements, cardinality (lists), types and the regular expressions of code, id, uri, date, dateTime, decimal;
the value sets of status and gender; the SampledData.data grammar; and obs-7 and the references to contained
resources. It does not cover: terminology (that a code is in its system), extensions, narrative, profiles.
"""
import json
import math
import struct
import sys

try:
    import jsonschema
except ImportError:
    sys.exit(77)

STRING = {"type": "string", "minLength": 1, "pattern": r"^[ \r\n\t\S]+$"}
CODE = {"type": "string", "pattern": r"^[^\s]+(\s[^\s]+)*$"}
URI = {"type": "string", "pattern": r"^\S+$"}
ID = {"type": "string", "pattern": r"^[A-Za-z0-9\-.]{1,64}$"}
DATE = {"type": "string", "pattern": r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$"}
DATE_TIME = {"type": "string", "pattern": r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01])(T([01]\d|2[0-3]):"
             r"[0-5]\d:([0-5]\d|60)(\.\d+)?(Z|[+-]((0\d|1[0-3]):[0-5]\d|14:00)))?)?)?$"}


def element(required=(), **properties):
    return {"type": "object", "minProperties": 1, "properties": properties, "required": list(required),
            "additionalProperties": False}


def many(item):
    return {"type": "array", "minItems": 1, "items": item}


CONCEPT = element(coding=many(element(system=URI, code=CODE, display=STRING)), text=STRING)
QUANTITY = element(value={"type": "number"}, unit=STRING, system=URI, code=CODE)  # SimpleQuantity: no comparator
SAMPLED = element(("origin", "period", "dimensions"), origin=QUANTITY,
                  period={"type": "number", "exclusiveMinimum": 0}, factor={"type": "number"},
                  lowerLimit={"type": "number"}, upperLimit={"type": "number"},
                  dimensions={"type": "integer", "minimum": 1},
                  data={"type": "string", "pattern": r"^(E|U|L|-?\d+(\.\d+)?)( (E|U|L|-?\d+(\.\d+)?))*$"})
REFERENCE = element(reference=STRING, display=STRING)
PATIENT = element(("resourceType", "id"), resourceType={"const": "Patient"}, id=ID,
                  identifier=many(element(value=STRING)), name=many(element(text=STRING)),
                  gender={"enum": ["male", "female", "other", "unknown"]}, birthDate=DATE)
OBSERVATION = element(
    ("resourceType", "status", "code"), resourceType={"const": "Observation"}, contained=many(PATIENT),
    status={"enum": ["registered", "preliminary", "final", "amended", "corrected", "cancelled",
                     "entered-in-error", "unknown"]},
    category=many(CONCEPT), code=CONCEPT, subject=REFERENCE, effectiveDateTime=DATE_TIME,
    interpretation=many(CONCEPT), note=many(element(("text",), text=STRING)), device=REFERENCE,
    component=many(element(("code",), code=CONCEPT, valueSampledData=SAMPLED)))

with open(sys.argv[1], encoding="utf-8") as file:
    observation = json.load(file)
jsonschema.Draft7Validator.check_schema(OBSERVATION)
jsonschema.validate(observation, OBSERVATION)

contained = {"#" + resource["id"] for resource in observation.get("contained", [])}
assert contained <= {observation.get("subject", {}).get("reference")}, "dom-3: contained but not referenced"
codes = [component["code"] for component in observation["component"]]
assert observation["code"] not in codes, "obs-7"
assert observation["code"]["coding"][0]["code"] == "131328"
assert any("research software" in note["text"] for note in observation["note"])

with open(sys.argv[2], "rb") as file:
    raw = file.read()
expected = struct.unpack(f"<{len(raw) // 4}f", raw)
samples = len(expected) // len(codes)
for lead, component in enumerate(observation["component"]):
    sampled = component["valueSampledData"]
    assert sampled["origin"]["code"] == "uV" and sampled["dimensions"] == 1
    tokens = sampled["data"].split(" ")
    assert len(tokens) == samples
    for token, mv in zip(tokens, expected[lead * samples:(lead + 1) * samples]):
        assert (token == "E") == math.isnan(mv)
        if token != "E":
            uv = int(token) * sampled["factor"] + sampled["origin"]["value"]
            assert abs(uv - 1000 * mv) <= 0.51 * sampled["factor"]
