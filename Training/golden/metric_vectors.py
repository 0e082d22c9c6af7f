"""Writes Tests/ECGRecordsTests/Golden/MetricVectors.swift: what scikit-learn and NumPy make of
seeded random scores with ties, for the tests of the evaluation's figures.

    pip install numpy scikit-learn
    python Training/golden/metric_vectors.py > Tests/ECGRecordsTests/Golden/MetricVectors.swift
"""

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score, roc_curve

LABELS = "NSVFO"


def records(generator, count):
    """Records with scores on a coarse grid, so that many are tied; some labels missing."""
    made = []
    for _ in range(count):
        n = int(generator.integers(12, 40))
        label = generator.choice(list(LABELS), n, p=[0.6, 0.12, 0.15, 0.08, 0.05])
        score = np.round(generator.normal(np.isin(label, list("SVF")) * 1.2, 1.0) * 8) / 8
        lost = generator.random(n) < 0.06 * np.isin(label, list("SVF"))
        made.append(("".join(label), np.where(lost, -1e9, score)))
    made.append(("N" * 9 + "OV", np.arange(11) / 4.0))  # too few abnormal beats for an area
    return made


def figures(chosen):
    """In the order of DetectionFigure."""
    label = np.array(list("".join(label for label, _ in chosen)))
    score = np.concatenate([score for _, score in chosen])
    abnormal = np.isin(label, list("SVF"))
    limit = np.quantile(score[~abnormal], 0.99)
    areas = []
    for own_label, own_score in chosen:
        own = np.isin(list(own_label), list("SVF"))
        if own.sum() >= 5 and (~own).sum() >= 5:
            areas.append(roc_auc_score(own, own_score))
    values = [
        roc_auc_score(abnormal, score),
        average_precision_score(abnormal, score),
        np.mean(areas),
    ]
    for kind in "SVF":
        rows = np.isin(label, [kind, "N"])
        values.append(roc_auc_score(label[rows] == kind, score[rows]))
    return values + [(score[label == kind] > limit).mean() for kind in "SVF"], limit


def numbers(values):
    return "[" + ", ".join(repr(float(v)) for v in values) + "]"


def main():
    generator = np.random.default_rng(57)
    made = records(generator, 6)
    plain, limit = figures(made)
    drawn = [2, 0, 1, 1, 0, 3, 1]
    repeated, repeated_limit = figures([r for r, times in zip(made, drawn) for _ in range(times)])
    label = np.array(list("".join(label for label, _ in made)))
    score = np.concatenate([score for _, score in made])
    abnormal = np.isin(label, list("SVF"))
    rates, sensitivities, _ = roc_curve(abnormal, score, drop_intermediate=False)
    values = np.append(generator.normal(size=10), np.nan)
    shares = [0, 0.025, 0.31, 0.5, 0.975, 1]
    print("// Written by Training/golden/metric_vectors.py.\n")
    print("enum MetricVectors {")
    print("  static let labels = [")
    print("\n".join(f'    "{label}",' for label, _ in made))
    print("  ]")
    print("  static let scores: [[Double]] = [")
    print("\n".join(f"    {numbers(score)}," for _, score in made))
    print("  ]")
    print(f"  static let limit = {float(limit)!r}")
    print(f"  static let figures: [Double] = {numbers(plain)}")
    print(f"  static let drawn = {drawn}")
    print(f"  static let drawnLimit = {float(repeated_limit)!r}")
    print(f"  static let drawnFigures: [Double] = {numbers(repeated)}")
    # Without the point at the origin, which no score gives.
    print(f"  static let rocFalsePositiveRates: [Double] = {numbers(rates[1:])}")
    print(f"  static let rocSensitivities: [Double] = {numbers(sensitivities[1:])}")
    print(f"  static let values: [Double] = {numbers(values[:-1])}")
    print(f"  static let shares: [Double] = {shares}")
    print(f"  static let quantiles: [Double] = {numbers(np.nanquantile(values, shares))}")
    print("}")


if __name__ == "__main__":
    main()
