"""Mean average precision of some classes, and of the others, from an experiment's CSV; means over seeds.

    python3 experiments/class_means.py experiments-out/methods.csv ten-percent LAD,LAnFB,IRBBB

The gap closed is (system - baseline) / (teacher - baseline) of those means. Research software.
"""
import collections
import csv
import sys

path, protocol, listed = sys.argv[1:]
values = collections.defaultdict(lambda: collections.defaultdict(list))  # [method][class]
for row in csv.DictReader(open(path)):
    if row["protocol"] == protocol and row["metric"] == "average_precision" and row["class"]:
        values[row["method"]][row["class"]].append(float(row["value"]))
some = listed.split(",")
others = [c for c in values["baseline"] if c not in some]
for name, classes in ((listed, some), (f"the other {len(others)}", others)):
    of = {m: sum(sum(v[c]) / len(v[c]) for c in classes) / len(classes) for m, v in values.items()}
    for method, mean in of.items():
        closed = (mean - of["baseline"]) / (of["teacher"] - of["baseline"])
        print(f"{name}: {method} {mean:.3f}, gap closed {closed:.2f}")
