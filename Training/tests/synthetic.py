"""Made-up beats in the layout of `ecgctl extract`: patients whose abnormal beats are wide and early."""

from pathlib import Path

import numpy as np


def write_beats(path: Path, factors: set[str], patients: int = 10, beats: int = 60) -> None:
    """`factors` are the daemon's features that the score's terms name."""
    random = np.random.default_rng(1)
    time = np.arange(96) - 32
    columns: dict[str, list] = {"record": [], "sample": [], "label": [], "window": [], "reference": []}
    for patient in range(patients):
        shape = np.exp(-((time / random.uniform(3, 6)) ** 2)) + 0.2 * np.exp(-(((time - 30) / 9) ** 2))
        for beat in range(beats):
            label = "NNNNNNVS"[beat % 8]
            width = 14 if label == "V" else 5
            abnormal = np.exp(-((time / width) ** 2)) if label == "V" else shape
            columns["record"].append(patient)
            columns["sample"].append(300 * beat)
            columns["label"].append(ord(label))
            columns["window"].append(abnormal - abnormal.mean() + 0.03 * random.standard_normal(96))
            columns["reference"].append(shape - shape.mean())
    label = np.array(columns["label"])
    early = (label != ord("N")) * -0.3
    features = {
        f"feature.{name}": (early + 0.05 * random.standard_normal(len(label))).astype(np.float32)
        for name in sorted(factors)
    }
    names = [f"{'even' if p % 2 else 'odd'}/{100 + p}" for p in range(patients)]
    np.savez(
        path,
        records=np.array([[ord(c) for c in name.ljust(10, "\0")] for name in names], np.int16),
        record=np.array(columns["record"], np.int32),
        sample=np.array(columns["sample"], np.int64),
        label=label.astype(np.int16),
        isLearning=(np.arange(len(label)) % beats < 5).astype(np.int16),
        isFlutter=np.zeros(len(label), np.int16),
        window=np.array(columns["window"], np.float32),
        reference=np.array(columns["reference"], np.float32),
        missedRecord=np.zeros(1, np.int32),
        missedSample=np.full(1, 9000, np.int64),
        missedLabel=np.array([ord("V")], np.int16),
        **{"noise.0": random.standard_normal(2000).astype(np.float32)},
        **features,
    )
