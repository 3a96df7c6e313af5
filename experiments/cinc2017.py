"""The quality gate and atrial fibrillation on the single-lead set of CinC 2017.

    liteheart diagnose cinc2017 --json > diagnoses.json
    liteheart info cinc2017 --json > info.json
    python3 experiments/cinc2017.py cinc2017/REFERENCE.csv diagnoses.json info.json

REFERENCE.csv: record,class with N normal, A atrial fibrillation, O other, ~ noise. Research software.
"""
import csv
import json
import random
import sys


def auc(positive, negative):
    """Probability that a positive scores above a negative."""
    wins = sum((p > n) + 0.5 * (p == n) for p in positive for n in negative)
    return wins / (len(positive) * len(negative)) if positive and negative else float("nan")


def interval(positive, negative, draws=1000):
    """95 % bootstrap over recordings, each of a patient of its own."""
    rng = random.Random(1)
    values = sorted(
        auc(rng.choices(positive, k=len(positive)), rng.choices(negative, k=len(negative)))
        for _ in range(draws)
    )
    return values[draws // 40], values[-draws // 40]


def main(reference, diagnoses, info):
    with open(reference) as table:
        truth = dict(row[:2] for row in csv.reader(table) if row)
    judged = {d["recording"]: d for d in json.load(open(diagnoses)) if "error" not in d}
    facts = {f["file"].rsplit("/", 1)[-1].split(".")[0]: f for f in json.load(open(info))}
    assert set(truth) == set(judged) == set(facts), "the three files are not of the same recordings"

    unreadable = {r for r, d in judged.items() if d["quality"]["grade"] == "unreadable"}
    noise = {r for r, c in truth.items() if c == "~"}
    heart = set(truth) - noise
    print(f"noise called unreadable {len(noise & unreadable)} of {len(noise)}; "
          f"others accepted {len(heart - unreadable)} of {len(heart)}; "
          f"coverage {len(truth) - len(unreadable)} of {len(truth)}")

    def af(record):
        return next((f for f in judged[record]["findings"] if f["abbreviation"] == "AF"), None)

    for name, chosen in (("accepted", set(truth) - unreadable),
                         ("accepted, without the noise class", heart - unreadable)):
        shown = {r: af(r) for r in sorted(chosen) if af(r)}
        positive = [f["probability"] for r, f in shown.items() if truth[r] == "A"]
        negative = [f["probability"] for r, f in shown.items() if truth[r] != "A"]
        found = sum(shown[r]["present"] for r in shown if truth[r] == "A")
        false = sum(shown[r]["present"] for r in shown if truth[r] != "A")
        low, high = interval(positive, negative)
        print(f"AF among the {name} ({len(chosen)}, of which the signal hides AF in "
              f"{len(chosen) - len(shown)}): AUC {auc(positive, negative):.3f} [{low:.3f}, {high:.3f}], "
              f"found {found} of {len(positive)}, falsely {false} of {len(negative)}")

    rates = {r: f["rate_bpm"] for r, f in facts.items()}
    for name, chosen in (("all", set(truth)), ("accepted", set(truth) - unreadable)):
        plausible = sum(rates[r] is not None and 25 <= rates[r] <= 250 for r in chosen)
        print(f"heart rate within 25 to 250 bpm: {plausible} of {len(chosen)} {name}")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
