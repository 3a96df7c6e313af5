#!/usr/bin/env python3
"""Writes a model card from what `liteheart evaluate --json` measured.

  models/make_card.py MODEL.safetensors SELECTION.json CENTRES.json [CENTRE.json...] > models/NAME.md

SELECTION.json: the evaluation on the fold that the model was selected on; CENTRES.json: on other
hospitals together; CENTRE.json: on one of them, which its name tells. The model's own settings are
read from its file.
"""
import json
import pathlib
import struct
import sys


def card_of(path):
    with open(path, "rb") as f:
        (size,) = struct.unpack("<Q", f.read(8))
        return json.loads(json.loads(f.read(size))["__metadata__"]["liteheart"])


def number(value, interval=None):
    if value is None:
        return "-"
    text = f"{value:.3f}"
    return text if not interval else f"{text} [{interval[0]:.3f}, {interval[1]:.3f}]"


def table(report, card):
    print("| diagnosis | SNOMED CT | positives | AUC | average precision | sensitivity | specificity | judged |")
    print("|---|---|---|---|---|---|---|---|")
    for c in report["classes"]:
        auc = number(c["auc"], c.get("auc_interval"))
        ap = number(c["average_precision"], c.get("average_precision_interval"))
        judged = "no" if c["code"] in card["not_judged"] else "yes"
        print(f"| {c['name']} ({c['abbreviation']}) | {c['code']} | {c['positives']} | {auc} | {ap} | "
              f"{number(c['sensitivity'])} | {number(c['specificity'])} | {judged} |")
    print()


def table_of_centres(files):
    reports = {pathlib.Path(file).stem: json.load(open(file))["model"] for file in files}
    print("AUC / average precision in each hospital (positives); a blank where there is none.\n")
    print("| diagnosis | " + " | ".join(f"{name}, {r['records']} recordings" for name, r in reports.items()) + " |")
    print("|---" * (len(reports) + 1) + "|")
    rows = {}
    for name, report in reports.items():
        for c in report["classes"]:
            if c["auc"] is not None:
                text = f"{c['auc']:.3f} / {c['average_precision']:.3f} ({c['positives']})"
                rows.setdefault(f"{c['name']} ({c['abbreviation']})", {})[name] = text
    for diagnosis, cells in rows.items():
        print(f"| {diagnosis} | " + " | ".join(cells.get(name, "") for name in reports) + " |")
    for what, key in (("mean AUC", "macro_auc"), ("mean average precision", "mean_average_precision"),
                      ("mean F1", "macro_f1")):
        print(f"| {what} | " + " | ".join(number(r[key], r.get(key + "_interval")) for r in reports.values()) + " |")
    print()


def main():
    card = card_of(sys.argv[1])
    selection = json.load(open(sys.argv[2]))["model"]
    settings = card["provenance"]["settings"]
    judged = len(card["classes"]) - len(card["not_judged"])
    print(f"# LiteHeart, lead {card['leads']}\n")
    print("Research software, not a medical device: do not base care on what this model says.\n")
    print(f"A restoration net and a student that read lead {card['leads']} at "
          f"{card['conditioning']['rate_hz']:g} Hz ({card['conditioning']['window']} samples, band-pass "
          f"{card['conditioning']['low_hz']:g}-{card['conditioning']['high_hz']:g} Hz, {card['conditioning']['normalization']}) "
          f"and know {len(card['classes'])} diagnoses; {judged} of them can be judged from this lead "
          "(validation AUC of at least 0.8), the others are named but not judged.\n")
    if "trees" in card:
        print(f"Boosted trees beside the student judge what is measured on the lead (intervals, waves, early and unlike "
              f"beats): {card['trees']['share']:.0%} of the logit.\n")
    print("**Data.** PTB-XL (Wagner et al. 2020), CC-BY-4.0, as the PhysioNet/CinC 2021 Challenge distributes it, 100 Hz, "
          "folds 1-8 for training, fold 9 for selection, thresholds and calibration; split by patient. "
          "Fold 10 was never seen.\n")
    print("**Licence.** Weights: Apache-2.0, as the project.\n")
    begun = "; it began with the weights of an earlier such training" if settings.get("start") else ""
    teachers = settings["teacher"].count(",") + 1
    whom = "a 12-lead teacher" if teachers == 1 else f"{teachers} teachers of 12 leads"
    print(f"**Training.** `liteheart distil` from {whom} trained by this program on the same folds; best epoch "
          f"{card['provenance']['best_epoch']} of {card['provenance']['epochs']}, selected by MAP{begun}. Settings:\n")
    print("```json\n" + json.dumps(settings, indent=1, sort_keys=True) + "\n```\n")
    print("**Limits.** One hospital's recordings of 10 s at rest; adults almost only. The frontal axis, the right chest leads "
          "and most infarctions are beyond one lead. A wearable's signal is noisier than the recordings it learned from. "
          "Amplitudes must be true mV.\n")
    print("## On the selection fold\n")
    print(f"Fold 9, {selection['records']} recordings of {selection['patients']} patients. Model and thresholds were chosen "
          f"on it, so these numbers are optimistic. Macro AUC {number(selection['macro_auc'], selection.get('macro_auc_interval'))}, "
          f"MAP {number(selection['mean_average_precision'], selection.get('mean_average_precision_interval'))}; "
          "95 % intervals by patient bootstrap.\n")
    table(selection, card)
    if len(sys.argv) > 3:
        other = json.load(open(sys.argv[3]))["model"]
        print("## In other hospitals\n")
        print(f"{other['records']} recordings of CPSC2018, CPSC-Extra, Ningbo and Chapman-Shaoxing (Challenge 2020/2021, "
              "CC-BY-4.0), never seen in training, thresholds unchanged. They had a say in which of several models that rank "
              "alike is shipped (docs/results.md), which makes these numbers optimistic, too. Classes with few positives have "
              "wide intervals; what is judged is decided on the selection fold alone.\n")
        table({"classes": [c for c in other["classes"] if c["auc"] is not None]}, card)
    if len(sys.argv) > 4:
        table_of_centres(sys.argv[4:])


main()
