"""A published detector on the same beats: distance to the patient's k-Shape centroids.

    python Training/detector/peer.py --beats build/beats.npz

As KShapeAD (Paparrizos et al., TSB-UAD, PVLDB 15, 2022): the windows of the learning minutes are
clustered by k-Shape (Paparrizos and Gravano, SIGMOD 2015), and a later window's score is its
shape-based distance to the centroids, weighted by how common and how central each cluster is. It
sees the same windows as the detector, one to each detected beat, and no labels at all.
"""

import argparse
import json

import numpy as np

import beats as beat_files
import figures

CLUSTERS = (1, 2, 3, 4)
ITERATIONS = 20
MOST_WINDOWS = 600


def normalised(windows):
    """Zero mean and unit variance, as k-Shape wants its series."""
    windows = windows - windows.mean(1, keepdims=True)
    return windows / (windows.std(1, keepdims=True) + 1e-9)


def correlations(windows, centroid):
    """(greatest normalised cross-correlation, its shift) of each window with a centroid."""
    length = windows.shape[1]
    size = 1 << (2 * length - 1).bit_length()
    spectrum = np.fft.rfft(windows, size) * np.conj(np.fft.rfft(centroid, size))
    values = np.fft.irfft(spectrum, size)
    values = np.concatenate([values[:, -(length - 1) :], values[:, :length]], axis=1)
    best = values.argmax(1)
    scale = np.linalg.norm(windows, axis=1) * np.linalg.norm(centroid) + 1e-9
    return values[np.arange(len(values)), best] / scale, best - (length - 1)


def shifted(windows, shifts):
    """Each window moved back by its shift, zeros moving in."""
    length = windows.shape[1]
    index = np.arange(length)[None] + shifts[:, None]
    inside = (index >= 0) & (index < length)
    moved = windows[np.arange(len(windows))[:, None], np.clip(index, 0, length - 1)]
    return np.where(inside, moved, 0)


def centroid_of(windows, centroid):
    """k-Shape's shape extraction: the leading eigenvector of the aligned windows' scatter."""
    if centroid.any():
        windows = shifted(windows, correlations(windows, centroid)[1])
    windows = normalised(windows)
    length = windows.shape[1]
    centring = np.eye(length) - 1 / length
    _, vectors = np.linalg.eigh(centring @ (windows.T @ windows) @ centring)
    shape = vectors[:, -1]
    if ((windows[0] - shape) ** 2).sum() > ((windows[0] + shape) ** 2).sum():
        shape = -shape
    return normalised(shape[None])[0]


def k_shape(windows, count, generator):
    """(centroids, the cluster of each window)."""
    member = generator.integers(count, size=len(windows))
    centroids = np.zeros((count, windows.shape[1]))
    for _ in range(ITERATIONS):
        for j in range(count):
            rows = windows[member == j]
            if len(rows):
                centroids[j] = centroid_of(rows, centroids[j])
        likeness = np.stack([correlations(windows, c)[0] for c in centroids], 1)
        new = likeness.argmax(1)
        if (new == member).all():
            break
        member = new
    return centroids, member


def score(record, count, generator):
    """The score of each beat of a record."""
    windows = normalised(record.window.astype(np.float64))
    learning = windows[record.learning]
    if len(learning) > MOST_WINDOWS:
        learning = learning[generator.choice(len(learning), MOST_WINDOWS, replace=False)]
    centroids, member = k_shape(learning, count, generator)
    share = np.bincount(member, minlength=count) / len(member)
    between = np.stack([1 - correlations(centroids, c)[0] for c in centroids], 1)
    weight = share**2 / (between.sum(1) + 1)
    weight = weight / weight.sum()
    return sum(w * (1 - correlations(windows, c)[0]) for w, c in zip(weight, centroids, strict=True))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--beats", required=True, help="NPZ file of `ecgctl extract`")
    parser.add_argument("--report", help="a JSON file for the figures")
    options = parser.parse_args()
    records, _ = beat_files.load(options.beats)
    result = {}
    for count in CLUSTERS:
        generator = np.random.default_rng(0)
        scores = [score(r, count, generator) for r in records]
        for database in sorted({r.database for r in records}):
            pairs = [
                figures.scored(r, s)
                for r, s in zip(records, scores, strict=True)
                if r.database == database
            ]
            values = figures.figures(pairs)
            result[f"{database}, {count} clusters"] = values
            text = ", ".join(f"{k} {v:.3f}" for k, v in values.items())
            print(f"{database}, {count} clusters: {text}", flush=True)
    if options.report:
        with open(options.report, "w") as file:
            json.dump(result, file, indent=1)


if __name__ == "__main__":
    main()
