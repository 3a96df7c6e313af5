#!/usr/bin/env python3
"""Makes golden.json, the numbers that tests/eval compares liteheart_eval with.

Inputs come from a seeded generator and are rounded to eighths, so that scores tie exactly. Expected
numbers come from scikit-learn, SciPy and NumPy, never from LiteHeart:
- AUC, AP, F1, F-beta, sensitivity, ranking loss, coverage error, Hamming loss, exact match:
  sklearn.metrics; G-beta and the calibration error: from their definitions, below;
- the Challenge score: from its published definition (Reyna et al., CinC 2021), with whole matrices;
- bootstrap intervals: brute force, each replicate's records written out as often as they are drawn
  and given to the same functions, quantiles by numpy.percentile; the draws follow the rule that
  src/eval/bootstrap.h states;
- Platt scaling: the root of the gradient, by scipy.optimize.root;
- restoration: numpy.corrcoef and means.

Usage: python3 tests/eval/make_golden.py   (needs numpy, scipy, scikit-learn)
"""
import csv
import json
import pathlib

import numpy as np
import scipy.optimize
from sklearn import metrics

HERE = pathlib.Path(__file__).resolve().parent
WEIGHTS = HERE.parent.parent / "src" / "eval" / "challenge_weights.csv"
MASK = (1 << 64) - 1


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


# Challenge score ------------------------------------------------------------------------------------


def challenge_weights():
    with open(WEIGHTS) as f:
        rows = list(csv.reader(line for line in f if not line.startswith("#")))
    groups = [name.split("|") for name in rows[0][1:]]
    return groups, np.array([[float(x) for x in row[1:]] for row in rows[1:]])


def credit(weights, truth, decision):
    """Sum over recordings of t' W d / |t or d|."""
    size = np.maximum((truth | decision).sum(axis=1), 1)
    return ((truth.astype(float) @ weights) * decision / size[:, None]).sum()


def challenge_score(codes, label, decided):
    groups, weights = challenge_weights()
    merge = np.array([[code in group for group in groups] for code in codes]).astype(int)
    truth, decision = label @ merge > 0, decided @ merge > 0
    inactive = np.zeros_like(truth)
    inactive[:, [i for i, g in enumerate(groups) if "426783006" in g]] = True
    observed, best, idle = (credit(weights, truth, d) for d in (decision, truth, inactive))
    return (observed - idle) / (best - idle) if best != idle else 0.0


# Per-class numbers and reports ----------------------------------------------------------------------


def calibration_error(probability, label):
    bins = np.minimum((probability.astype(float) * 15).astype(int), 14)
    error = 0.0
    for b in np.unique(bins):
        inside = bins == b
        error += inside.mean() * abs(probability[inside].astype(float).mean() - label[inside].mean())
    return error


NAMES = ["auc", "average_precision", "f1", "f2", "g2", "sensitivity", "specificity"]
MACRO_NAMES = ["macro_auc", "mean_average_precision"] + ["macro_" + name for name in NAMES[2:]]


def class_numbers(logit, label, decided):
    """The numbers of NAMES, or None where there are no positives or no negatives."""
    if label.min() == label.max():
        return None
    tp, fp, fn = (label & decided).sum(), ((1 - label) & decided).sum(), (label & (1 - decided)).sum()
    return np.array([
        metrics.roc_auc_score(label, logit),
        metrics.average_precision_score(label, logit),
        metrics.f1_score(label, decided, zero_division=0),
        metrics.fbeta_score(label, decided, beta=2, zero_division=0),
        tp / (tp + fp + 2 * fn),
        metrics.recall_score(label, decided),
        metrics.recall_score(label, decided, pos_label=0),
    ])


def all_numbers(logit, label, decided):
    """[class and last macro, len(NAMES)], NaN where undefined."""
    per_class = [class_numbers(logit[:, c], label[:, c], decided[:, c]) for c in range(label.shape[1])]
    evaluated = [n for n in per_class if n is not None]
    undefined = np.full(len(NAMES), np.nan)
    macro = np.mean(evaluated, axis=0) if evaluated else undefined
    return np.array([undefined if n is None else n for n in per_class] + [macro])


def recording_numbers(label, score, decided):
    """The means over recordings."""
    return {
        "ranking_loss": metrics.label_ranking_loss(label, score),
        "coverage_error": metrics.coverage_error(label, score),
        "hamming_loss": metrics.hamming_loss(label, decided),
        "exact_match": metrics.accuracy_score(label, decided),
    }


def draws(patient, replicates, seed):
    """Record indices of each replicate, repeated as often as their patient is drawn."""
    distinct = np.unique(patient)
    for r in range(replicates):
        state = (seed + r * 0xD1342543DE82EF95) & MASK
        records = []
        for _ in distinct:
            state = (state + 0x9E3779B97F4A7C15) & MASK
            z = state
            z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
            z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
            z ^= z >> 31
            records.extend(np.flatnonzero(patient == distinct[(z >> 32) * len(distinct) >> 32]))
        yield np.array(records)


def interval(values, confidence):
    values = values[~np.isnan(values)]
    if values.size == 0:
        return None
    tail = 100 * (1 - confidence) / 2
    return list(np.percentile(values, [tail, 100 - tail]))


def nullable(value):
    return None if value is None or np.isnan(value) else float(value)


def decide(logit, decision):
    score = logit * decision["slope"] + decision["intercept"]
    probability = sigmoid(score).astype(np.float32)
    return score, probability, (probability >= np.float32(decision["threshold"])).astype(int)


def report_case(codes, logit, label, patient, decision, bootstrap):
    score, probability, decided = decide(logit, decision)
    numbers = all_numbers(logit, label, decided)
    replicates = []
    challenge = []
    of_recordings = []
    for records in draws(patient, bootstrap["replicates"], bootstrap["seed"]):
        replicates.append(all_numbers(logit[records], label[records], decided[records]))
        challenge.append(challenge_score(codes, label[records], decided[records]))
        of_recordings.append(recording_numbers(label[records], score[records], decided[records]))
    replicates = np.array(replicates)

    classes = []
    for c in range(len(codes)):
        y = label[:, c]
        entry = {"positives": int(y.sum()), "prevalence": y.mean()}
        for m, name in enumerate(NAMES):
            entry[name] = nullable(numbers[c, m])
            if entry[name] is not None:
                entry[name + "_interval"] = interval(replicates[:, c, m], bootstrap["confidence"])
        evaluated = y.min() != y.max()
        entry["expected_calibration_error"] = (
            calibration_error(probability[:, c], y) if evaluated else None)
        classes.append(entry)

    whole = recording_numbers(label, score, decided) | {
        "challenge_score": challenge_score(codes, label, decided),
        "challenge_score_interval": interval(np.array(challenge), bootstrap["confidence"]),
        "macro_expected_calibration_error": np.mean([
            c["expected_calibration_error"] for c in classes
            if c["expected_calibration_error"] is not None
        ]),
    }
    for name in of_recordings[0]:
        whole[name + "_interval"] = interval(np.array([n[name] for n in of_recordings]),
                                             bootstrap["confidence"])
    for m, name in enumerate(MACRO_NAMES):
        whole[name] = numbers[-1, m]
        whole[name + "_interval"] = interval(replicates[:, -1, m], bootstrap["confidence"])
    return whole | {"classes": classes}


def gap_case(systems, label, patient, bootstrap):
    """systems: (logit, decision) of LCCI, baseline, HCCI."""

    def macros(records):
        return [
            all_numbers(logit[records], label[records], decide(logit, d)[2][records])[-1]
            for logit, d in systems
        ]

    def closed(lcci, baseline, hcci):
        return np.where(hcci > baseline, (lcci - baseline) / (hcci - baseline), np.nan)

    values = macros(np.arange(len(label)))
    ratio = closed(*values)
    replicates = np.array([
        closed(*macros(records))
        for records in draws(patient, bootstrap["replicates"], bootstrap["seed"])
    ])
    out = {}
    for m, name in enumerate(MACRO_NAMES[:4]):
        doubtful = np.isnan(replicates[:, m]).mean() > (1 - bootstrap["confidence"]) / 2
        out[name] = {
            "lcci": values[0][m],
            "baseline": values[1][m],
            "hcci": values[2][m],
            "gap_closed": nullable(ratio[m]),
            "gap_closed_interval": None if doubtful else interval(replicates[:, m],
                                                                   bootstrap["confidence"]),
        }
    return out


# Cases ----------------------------------------------------------------------------------------------


def multilabel(rng, records, prevalence):
    label = (rng.random((records, len(prevalence))) < prevalence).astype(int)
    label[0] = 0
    label[1] = 1
    label[:, 5] = 0  # a class without positives
    label[:, 6] = 1  # a class without negatives
    return label


def noisy_logits(rng, label, strength):
    z = strength * label + rng.normal(-1, 1.2, label.shape)
    return np.round(z * 4) / 4


def make_report(rng):
    codes = ["426783006", "164889003", "733534002", "164909002", "427084000", "59931005", "270492004",
             "55827005"]  # the last is not scored; two are counted as one
    label = multilabel(rng, 60, [.5, .3, .2, .1, .25, .2, .2, .4])
    patient = np.sort(rng.integers(0, 35, 60)) * 3  # gaps in the numbering
    eighths = lambda low, high: list(rng.integers(low, high, len(codes)) / 8)
    decision = {
        "slope": eighths(4, 12),
        "intercept": eighths(-4, 3)[:5] + [-7.0, 7.0, 0.0],
        "threshold": [float(np.float32(t)) for t in rng.uniform(.2, .6, len(codes))],
    }
    bootstrap = {"replicates": 150, "confidence": 0.95, "seed": 7}
    lcci, baseline, hcci = (noisy_logits(rng, label, s) for s in (2.5, 1.5, 4.0))
    lcci[2] = 0.25  # all classes tie
    return {
        "codes": codes,
        "label": label.flatten().tolist(),
        "patient": patient.tolist(),
        "decision": decision,
        "bootstrap": bootstrap,
        "logit": lcci.flatten().tolist(),
        "expected": report_case(codes, lcci, label, patient, decision, bootstrap),
        "baseline_logit": baseline.flatten().tolist(),
        "hcci_logit": hcci.flatten().tolist(),
        "gap_closed": gap_case([(lcci, decision), (baseline, decision), (hcci, decision)], label,
                               patient, bootstrap),
    }


def make_challenge(rng):
    groups, _ = challenge_weights()
    every_code = [code for group in groups for code in group] + ["55827005"]
    rng.shuffle(every_code)
    cases = []
    for codes in (every_code, [c for c in every_code if c != "426783006"][:9], ["426783006"]):
        label = (rng.random((40, len(codes))) < .12).astype(int)
        decided = np.where(rng.random(label.shape) < .85, label,
                           rng.random(label.shape) < .2).astype(int)
        label[:3] = 0
        decided[2:5] = 0
        cases.append({
            "codes": codes,
            "label": label.flatten().tolist(),
            "decided": decided.flatten().tolist(),
            "score": challenge_score(codes, label, decided),
        })
    return cases


def make_platt(rng):
    cases = []
    for records, slope, intercept in ((80, 0.7, -1.5), (40, 3.0, 0.5), (30, 20.0, 0.0)):
        logit = np.round(rng.normal(-1, 2, records) * 8) / 8
        label = (rng.random(records) < sigmoid(slope * logit + intercept)).astype(int)
        positives = label.sum()
        target = np.where(label == 1, (positives + 1) / (positives + 2), 1 / (records - positives + 2))

        def gradient(x):
            residual = sigmoid(x[0] * logit + x[1]) - target
            return [(residual * logit).sum(), residual.sum()]

        root = scipy.optimize.root(gradient, [1.0, 0.0], tol=1e-14)
        assert max(map(abs, gradient(root.x))) < 1e-10
        cases.append({
            "logit": logit.tolist(),
            "label": label.tolist(),
            "slope": root.x[0],
            "intercept": root.x[1],
        })
    return cases


def make_restoration(rng):
    samples, valid = 12, [12, 9, 5]
    truth = np.round(rng.normal(0, 1, (3, 12, samples)) * 16) / 16
    restored = np.round((truth + rng.normal(0, .6, truth.shape)) * 16) / 16
    restored[0, 4] = 0.5  # a flat restored lead
    truth[1, 7] = -0.25  # a flat true lead
    mse, pearson = [], []
    for lead in range(12):
        pairs = [(restored[r, lead, :n], truth[r, lead, :n]) for r, n in enumerate(valid)]
        mse.append(np.mean([((a - b)**2).mean() for a, b in pairs]))
        pearson.append(np.mean([np.corrcoef(a, b)[0, 1] for a, b in pairs if a.std() and b.std()]))
    return {
        "samples": samples,
        "valid": valid,
        "truth": truth.reshape(3, -1).tolist(),
        "restored": restored.reshape(3, -1).tolist(),
        "mse": mse,
        "pearson": pearson,
    }


def main():
    rng = np.random.default_rng(20210921)
    golden = {
        "report": make_report(rng),
        "challenge": make_challenge(rng),
        "platt": make_platt(rng),
        "restoration": make_restoration(rng),
    }
    text = ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in golden.items())
    (HERE / "golden.json").write_text("{\n" + text + "\n}\n")


if __name__ == "__main__":
    main()
