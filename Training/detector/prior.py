"""Fits what other patients say of a patient's own normal beat: BaselinePrior.swift has the numbers.

    python Training/detector/prior.py --beats build/beats.npz

A patient whose rhythm is ventricular from the first beat has a ventricular reference beat, beside which
nothing looks abnormal. So the mean beat itself is judged, by a logistic function of four numbers of its
shape: the mean normal and the mean ventricular beat of each patient, leaving patients out for the table.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))

import beats as beat_files

FIDUCIAL = 32
LEAST_BEATS = 8
LIKENESS = 0.85
RIDGE = 1.0


def features(shape: np.ndarray) -> np.ndarray:
    """As BaselinePrior.features: QRS duration in samples, steepest slope, T wave's extreme and mean."""
    amplitude = np.ptp(shape)
    near = np.arange(FIDUCIAL - 10, FIDUCIAL + 12)
    peak = near[np.argmax(np.abs(shape[near]))]
    sign = 1 if shape[peak] >= 0 else -1
    slopes = np.zeros(len(shape))
    slopes[1:-1] = np.abs(shape[2:] - shape[:-2])
    steepest = slopes[FIDUCIAL - 18 : FIDUCIAL + 22].max()
    reach = np.arange(max(1, peak - 16), min(len(shape) - 1, peak + 20))
    steep = reach[slopes[reach] > 0.1 * steepest]
    base = shape[:20].mean()
    wave = shape[46:90] - base
    extreme = sign * wave[np.argmax(np.abs(wave))]
    mean = np.abs(wave[4:]).mean()
    return np.array([steep[-1] - steep[0], steepest / amplitude, extreme / amplitude, mean / amplitude])


def mean_beat(windows: np.ndarray) -> np.ndarray | None:
    """The mean of the beats of one kind, odd ones left out; None of too few."""
    if len(windows) < LEAST_BEATS:
        return None
    middle = np.median(windows, axis=0)
    like = np.array([np.corrcoef(middle, window)[0, 1] > LIKENESS for window in windows])
    return windows[like].mean(axis=0) if like.sum() >= LEAST_BEATS else None


def fit(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, float]:
    """Ridge logistic regression, both kinds of beats weighing the same, by Newton's method."""
    weight = np.where(y == 1, 0.5 / y.mean(), 0.5 / (1 - y.mean()))
    design = np.column_stack([x, np.ones(len(x))])
    ridge = RIDGE * np.diag([1.0] * x.shape[1] + [0.0])
    theta = np.zeros(design.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-design @ theta))
        gradient = design.T @ (weight * (p - y)) + ridge @ theta
        hessian = design.T @ (design * (weight * p * (1 - p))[:, None]) + ridge
        theta -= np.linalg.solve(hessian, gradient)
    return theta[:-1], theta[-1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--beats", required=True)
    options = parser.parse_args()
    rows, labels, names = [], [], []
    for record in beat_files.load(options.beats)[0]:
        for label, kind in ((0, "N"), (1, "V")):
            shape = mean_beat(record.window[(record.label == kind) & ~record.flutter][:600])
            if shape is not None:
                rows.append(features(shape - shape.mean()))
                labels.append(label)
                names.append(record.name)
    x, y, names = np.array(rows), np.array(labels), np.array(names)
    centre, spread = x.mean(axis=0), x.std(axis=0)
    z = (x - centre) / spread
    out = np.zeros(len(y))
    for name in set(names):
        weights, bias = fit(z[names != name], y[names != name])
        out[names == name] = z[names == name] @ weights + bias
    pairs = out[y == 1][:, None] > out[y == 0][None, :]
    print(f"{(y == 0).sum()} normal and {(y == 1).sum()} ventricular mean beats; AUC {pairs.mean():.3f}")
    for limit in np.arange(0.0, 2.6, 0.25):
        told = names[(y == 0) & (out > limit)]
        print(f"log-odds over {limit:.2f}: {(out[y == 1] > limit).mean():.2f} of the ventricular, "
              f"{len(told)} normal: {' '.join(told)}")  # fmt: skip
    weights, bias = fit(z, y)
    weights /= spread
    print("weights", np.round(weights, 4), "bias", round(float(bias - weights @ centre), 4))


if __name__ == "__main__":
    main()
