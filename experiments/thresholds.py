#!/usr/bin/env python3
"""Two rules for a class's threshold, compared on patients that they have not seen.

    experiments/thresholds.py PREDICTIONS... [--share 0.1] [--draws 20]

PREDICTIONS: folders that `liteheart evaluate --predictions` wrote. In each draw a share of the
patients teaches calibration (Platt) and thresholds, the others are decided. Rules: the greatest
F-beta 2 of the labels, or the greatest expected one under the calibrated probabilities, which is
what LiteHeart does. Written for itself, with scipy; prints means over the draws and their standard
deviation. Research software, not a medical device.
"""
import argparse
import csv
import pathlib

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit


def platt(z, y):
    """Slope and intercept against Platt's smoothed targets; the slope stays 1 where it would turn."""
    n1, n0 = y.sum(), (~y).sum()
    target = np.where(y, (n1 + 1) / (n1 + 2), 1 / (n0 + 2))

    def loss(x):
        s = x[0] * z + x[1]
        residual = expit(s) - target
        return (np.logaddexp(0, s) - target * s).sum(), np.array([residual @ z, residual.sum()])

    slope, intercept = minimize(loss, [1, 0], jac=True, method="BFGS").x
    if slope > 0:
        return slope, intercept
    fixed = minimize(lambda b: loss([1, b[0]])[0], [0])
    return 1, fixed.x[0]


def thresholds(p, y):
    """Of each rule, from calibrated probabilities and labels."""
    order = np.argsort(-p)
    last = np.append(np.diff(p[order]) != 0, True)  # of those that are equal

    def f2(positive):
        found = np.cumsum(positive[order])
        return 5 * found / (4 * positive.sum() + np.arange(1, len(p) + 1))

    return {"greatest": p[order][np.argmax(np.where(last, f2(y.astype(float)), -1))],
            "expected": f2(p).max() / 5}


def f_beta(decided, label, beta2):
    found = (decided & label).sum(0)
    return ((1 + beta2) * found / np.maximum(beta2 * label.sum(0) + decided.sum(0), 1)).mean()


def compare(folder, share, draws):
    logit = np.load(folder / "logits.npy").astype(float)
    label = np.load(folder / "labels.npy").astype(bool)
    with open(folder / "records.csv", newline="") as file:
        patient = np.array([row["patient"] for row in csv.DictReader(file)])
    patients = np.unique(patient)
    random = np.random.default_rng(0)
    numbers = {"greatest": [], "expected": []}
    for _ in range(draws):
        few = np.isin(patient, random.choice(patients, int(share * len(patients)), replace=False))
        decided = {rule: np.zeros(label[~few].shape, bool) for rule in numbers}
        for c in range(label.shape[1]):
            y = label[few, c]
            learnable = 0 < y.sum() < len(y)
            slope, intercept = platt(logit[few, c], y) if learnable else (1, 0)
            p, unseen = (expit(slope * logit[s, c] + intercept) for s in (few, ~few))
            of = thresholds(p, y) if learnable else dict.fromkeys(numbers, 0.5)
            for rule, threshold in of.items():
                decided[rule][:, c] = unseen >= threshold
        for rule, d in decided.items():
            numbers[rule].append((f_beta(d, label[~few], 1), f_beta(d, label[~few], 4)))
    for rule, values in numbers.items():
        mean, spread = np.mean(values, 0), np.std(values, 0)
        print(f"{folder}  {share:g} of the patients  {rule:8}  "
              f"F1 {mean[0]:.3f} +- {spread[0]:.3f}  F2 {mean[1]:.3f} +- {spread[1]:.3f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("predictions", nargs="+", type=pathlib.Path)
    parser.add_argument("--share", type=float, default=0.1)
    parser.add_argument("--draws", type=int, default=20)
    a = parser.parse_args()
    for folder in a.predictions:
        compare(folder, a.share, a.draws)


if __name__ == "__main__":
    main()
