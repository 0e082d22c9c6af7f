"""Beats as `ecgctl extract` wrote them: one object a record. No signal processing happens here."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ABNORMAL = "SVF"


@dataclass
class Record:
    """The beats of one record that the daemon's signal path handed to the patient's model.

    `label` is N, S, V, F, Q (paced or unclassifiable) or O (a detection that answers to no annotated
    beat). `missed` holds the labels of annotated beats after learning that were never handed on.
    """

    name: str
    database: str
    sample: np.ndarray
    label: np.ndarray
    learning: np.ndarray
    flutter: np.ndarray
    window: np.ndarray
    reference: np.ndarray
    features: dict
    missed: np.ndarray

    @property
    def scored(self):
        """The beats that figures are about: after learning, neither Q nor in ventricular flutter."""
        return ~self.learning & ~self.flutter & (self.label != "Q")


def load(path):
    """The records of an NPZ file, and the filtered noises beside them."""
    archive = np.load(path)
    names = ["".join(chr(c) for c in row if c) for row in archive["records"]]
    letters = archive["label"].astype(np.uint8).view("S1").astype(str)
    missed = archive["missedLabel"].astype(np.uint8).view("S1").astype(str)
    features = {k.removeprefix("feature."): archive[k] for k in archive if k.startswith("feature.")}
    columns = {k: archive[k] for k in ("record", "sample", "isLearning", "isFlutter")}
    windows, references = archive["window"], archive["reference"]
    records = []
    for number, name in enumerate(names):
        rows = np.flatnonzero(columns["record"] == number)
        if len(rows) == 0:
            continue
        learning = columns["isLearning"][rows] != 0
        sample = columns["sample"][rows]
        start = sample[~learning].min() if (~learning).any() else np.inf
        late = (archive["missedRecord"] == number) & (archive["missedSample"] >= start)
        records.append(
            Record(
                name=Path(name).name,
                database=Path(name).parent.name,
                sample=sample,
                label=letters[rows],
                learning=learning,
                flutter=columns["isFlutter"][rows] != 0,
                window=windows[rows],
                reference=references[rows],
                features={k: v[rows] for k, v in features.items()},
                missed=missed[late],
            )
        )
    noises = [archive[k] for k in sorted(k for k in archive if k.startswith("noise."))]
    return records, noises


def digest(path):
    """The SHA-256 of what the file says of beats, the same wherever the records lay."""
    archive, result = np.load(path), hashlib.sha256()
    for name in sorted(archive):
        if name != "records":
            result.update(name.encode() + np.ascontiguousarray(archive[name]).tobytes())
    return result.hexdigest()


def folds(records, count, seed):
    """A fold for each record: every database spread evenly, and its rich and poor records too."""
    fold = np.zeros(len(records), int)
    generator = np.random.default_rng(seed)
    for database in sorted({r.database for r in records}):
        members = [i for i, r in enumerate(records) if r.database == database]
        members.sort(key=lambda i: np.isin(records[i].label, list(ABNORMAL)).mean())
        for start in range(0, len(members), count):
            block = members[start : start + count]
            for i, f in zip(block, generator.permutation(count)):
                fold[i] = f
    return fold
