"""Recomputes the figures of `ecgctl evaluate` from its tables, with figures.py.

    ecgctl evaluate dir --beats build/beats --json build/report.json
    python Training/detector/recount.py build/report.json build/beats

Prints both; leaves with 1 where any differs by more than rounding.
"""

import csv
import json
import sys
from pathlib import Path

import numpy as np

import figures

NAMES = {
    "AUC": "area", "AP": "averagePrecision", "AUC mean": "meanRecordArea",
    "V AUC": "ventricularArea", "V at 99%": "ventricularAt99",
    "S AUC": "supraventricularArea", "S at 99%": "supraventricularAt99",
    "F AUC": "fusionArea", "F at 99%": "fusionAt99",
}


def pair(folder, record):
    """(scores, labels) of a record as figures.py takes them."""
    name = record["name"].split("/")[-1]
    with open(folder / f"{name}.beats.csv") as file:
        rows = [row for row in csv.DictReader(file) if row["reference"]]
    score = [float(row["score"]) for row in rows]
    label = [row["reference"] for row in rows]
    for letter in "SVF":
        row = record["classes"]["byLetter"][letter]
        lost = row["undetected"] + row["unjudged"]
        score += [-1e9] * lost
        label += [letter] * lost
    return np.array(score), np.array(label)


def main():
    report = json.loads(Path(sys.argv[1]).read_text())
    folder = Path(sys.argv[2])
    agrees = True
    for group in report["groups"]:
        records = [
            r for r in report["records"]
            if "classes" in r and group["name"] in ("all", r["database"])
        ]
        pairs = [pair(folder, r) for r in records]
        ranges = figures.intervals(pairs)
        print(f"{group['name']}: {len(records)} records")
        for name, value in figures.figures(pairs).items():
            own = group["figures"][NAMES[name]]
            if "value" not in own and np.isnan(value):
                continue
            agrees &= abs(own["value"] - value) < 1e-12
            low, high = ranges[name]
            print(
                f"  {name:9s} ecgctl {own['value']:.12f} ({own['low']:.3f} to {own['high']:.3f})"
                f"  figures.py {value:.12f} ({low:.3f} to {high:.3f})"
            )
    print("the same" if agrees else "DIFFERENT")
    sys.exit(0 if agrees else 1)


if __name__ == "__main__":
    main()
