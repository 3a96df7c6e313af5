#!/usr/bin/env python3
"""Prints what fhir_reader_test.cpp expects of HL7's example Observation, computed from its text.

Usage: golden_fhir.py SHARED      (SHARED: the folder of shared data)
Prints for each component: code, number of samples, first, last, least, greatest and sum of
data x factor + origin.
"""
import json
import sys

with open(f"{sys.argv[1]}/formats/fhir/observation-example-sample-data.json") as file:
    observation = json.load(file)
for component in observation["component"]:
    sampled = component["valueSampledData"]
    values = [float(token) * sampled["factor"] + sampled["origin"]["value"] for token in sampled["data"].split(" ")]
    print(component["code"]["coding"][0]["code"], len(values), 1000 / sampled["period"], *(
        f"{v:.6f}" for v in (values[0], values[-1], min(values), max(values), sum(values))))
