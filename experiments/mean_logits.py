"""How good models are together: macro AUC and MAP of each, and of the mean of each pair's and of all
logits, on the same records.

    liteheart evaluate --data DATA --model A --split validate --predictions a
    python3 experiments/mean_logits.py a b c
"""

import itertools
import sys
from pathlib import Path

import numpy as np


def auc(labels, scores):
    """Mann-Whitney's statistic; ties count half."""
    order = np.sort(scores[labels == 0])
    below = np.searchsorted(order, scores[labels == 1], "left")
    not_above = np.searchsorted(order, scores[labels == 1], "right")
    return (below + not_above).mean() / 2 / len(order)


def average_precision(labels, scores):
    """Of the step curve, equal scores at once, as scikit-learn has it."""
    order = np.argsort(-scores, kind="stable")
    labels, scores = labels[order], scores[order]
    last_of_equals = np.r_[scores[1:] != scores[:-1], True]
    found = np.cumsum(labels, dtype=float)[last_of_equals]
    precision = found / (np.flatnonzero(last_of_equals) + 1)
    return np.sum(np.diff(np.r_[0, found]) * precision) / labels.sum()


def main(folders):
    labels = np.load(Path(folders[0], "labels.npy"))
    if any(not np.array_equal(labels, np.load(Path(f, "labels.npy"))) for f in folders):
        sys.exit("the folders hold predictions of different records")
    logits = {f: np.load(Path(f, "logits.npy")) for f in folders}
    classes = [c for c in range(labels.shape[1]) if 0 < labels[:, c].sum() < len(labels)]
    together = [(f,) for f in folders] + list(itertools.combinations(folders, 2))
    if len(folders) > 2:
        together.append(tuple(folders))
    for group in together:
        mean = np.mean([logits[f] for f in group], axis=0)
        numbers = [
            np.mean([measure(labels[:, c], mean[:, c]) for c in classes])
            for measure in (auc, average_precision)
        ]
        print(f"{' + '.join(group)}: AUC {numbers[0]:.4f}, MAP {numbers[1]:.4f}")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(sys.argv[1:])
