"""Trains the default detector from beats that `ecgctl extract` wrote, and writes its model file.

    python Training/detector/train.py --beats build/beats.npz --out Models/default.safetensors

Seeded: the same beats, options and library versions give the same file. One thread.

1. For each fold of patients a network is trained on the other folds' patients.
2. What those networks say of patients that they never met, with the daemon's own features of shape
   and timing, goes into the fusion; the figures are those of fusions that have not met the patient
   either.
3. The network that is shipped is trained on all patients, and takes the fusion fitted in step 2 on
   all of them.

Records named by --leave-out are met by no network and no fusion at all.
"""

import argparse
import json
import platform
import sys
import time
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import beats as beat_files
import export
import figures
import network
from fusion import Fusion

TERMS = (
    "latent previousLatent errorP errorQRS reference roughness previousBefore "
    "relativePrematurity unforeseenPrematurity unforeseenPrematurity*errorP "
    "prematurity*previousBefore relativeEarliness*errorP earliness*relativeErrorP "
    "earliness*irregularity"
).split()


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    add = parser.add_argument
    add("--beats", required=True, help="NPZ file of `ecgctl extract`")
    add("--out", required=True, help="the model file to write")
    add("--report", help="a JSON file for the figures")
    add("--name", default="default")
    add("--leave-out", default="208", help="records for no training at all, comma-separated")
    add("--seed", type=int, default=1)
    add("--folds", type=int, default=5)
    add("--false-flag-share", type=float, default=0.005,
        help="the part of left-out patients' normal beats over the limit")
    add("--units", type=int, default=32)
    add("--latent", type=int, default=16)
    add("--epochs", type=int, default=10)
    add("--batch", type=int, default=256)
    add("--rate", type=float, default=4e-3)
    add("--normal-limit", type=int, default=700, help="normal beats of a record at most")
    add("--other-limit", type=int, default=400, help="beats of any other label at most")
    add("--amplitude-spread", type=float, default=0.15)
    add("--noise-share", type=float, default=0.4)
    add("--noise-db", type=float, nargs=2, default=(6.0, 26.0))
    add("--margin", type=float, default=-1.6, help="log error kept for ventricular beats")
    add("--margin-weight", type=float, default=1.0)
    add("--latent-weight", type=float, default=1.0)
    return parser.parse_args()


def progress(what):
    start = time.monotonic()

    def show(epoch, epochs, loss):
        end = "\n" if epoch == epochs else ""
        seconds = time.monotonic() - start
        print(f"\r{what}: epoch {epoch}/{epochs}, loss {loss:.3f}, {seconds:.0f} s", end=end,
              file=sys.stderr, flush=True)

    return show


def held_out_features(records, noises, options, fold, left_out):
    """For each record the daemon's features and those of a network that never met its patient."""
    features = [None] * len(records)
    for number in range(options.folds):
        others = [
            r for r, f in zip(records, fold) if f != number and r.name not in left_out
        ]
        label = f"network {number + 1} of {options.folds + 1}"
        model = network.train(others, noises, options, options.seed, progress(label))
        for i, record in enumerate(records):
            if fold[i] == number:
                features[i] = {**record.features, **network.features(model, record)}
    return features


def fit(records, features, chosen):
    rows = [records[i].scored for i in chosen]
    return Fusion(TERMS).fit(
        [{k: v[r] for k, v in features[i].items()} for i, r in zip(chosen, rows)],
        [records[i].label[r] for i, r in zip(chosen, rows)],
    )


def held_out_scores(records, features, options, fold, left_out):
    scores = [None] * len(records)
    for number in range(options.folds):
        others = [
            i for i, r in enumerate(records) if fold[i] != number and r.name not in left_out
        ]
        fusion = fit(records, features, others)
        for i in np.flatnonzero(fold == number):
            scores[i] = fusion.logit(features[i])
    return scores


def report(records, scores):
    """The figures of each database with intervals over patients, printed and returned."""
    result = {}
    for database in sorted({r.database for r in records}):
        pairs = [figures.scored(r, s) for r, s in zip(records, scores) if r.database == database]
        values, ranges = figures.figures(pairs), figures.intervals(pairs)
        result[database] = {k: [v, *ranges[k]] for k, v in values.items()}
        print(database)
        for name, (value, low, high) in result[database].items():
            print(f"  {name:10s} {value:.3f}  ({low:.3f} to {high:.3f})")
    return result


def manifest(options, fusion, limit, model, trained, left_out, result):
    head = model.head
    summary = "; ".join(
        f"{database}: " + ", ".join(f"{k} {v[0]:.3f}" for k, v in values.items())
        for database, values in result.items()
    )
    names = ", ".join(sorted({r.database for r in trained}))
    without = f", without {', '.join(sorted(left_out))}" if left_out else ""
    return {
        "name": options.name,
        "description": (
            "LSTM autoencoder conditioned on the patient's own reference beats, fused with the "
            f"timing of beats. Figures by leaving patients out: {summary}."
        ),
        "leads": {"count": 1, "names": ["MLII", "II", "ECG1"]},
        "sampleRateHz": 128,
        "window": {"kind": "beat", "beforeSamples": 32, "afterSamples": 64},
        "samplesPerStep": network.STEP_SAMPLES,
        "filters": {
            "highPass": {"hz": 0.5, "order": 2},
            "lowPass": {"hz": 40, "order": 2},
            "mainsNotch": False,
        },
        "normalisation": "meanRemovedAndScaledByPatientAmplitude",
        "architecture": {
            "encoder": {"input": "differenceAndReference", "lstm": [options.units]},
            "latent": {"kind": "linear", "size": options.latent},
            "decoder": {"input": "latentAndReference", "lstm": [options.units]},
            "output": {"skip": "reference"},
        },
        "error": {"metric": "L1", "reduction": "mean", "limit": None},
        "baseline": {
            **fusion.manifest(),
            "score.limit": [limit],
            "score.latent": [
                *(float(w) for w in head.weight.detach()[0]),
                float(head.bias.detach()[0]),
            ],
            "learning.seconds": [60.0],
            "learning.firstPickSeconds": [30.0],
        },
        "trainingData": (
            f"{len(trained)} records of {names}{without} (left out altogether); noise of nstdb. "
            "PhysioNet: MIT-BIH Arrhythmia Database (Moody & Mark 2001), MIT-BIH Supraventricular "
            "Arrhythmia Database (Greenwald 1990), MIT-BIH Noise Stress Test Database (Moody, "
            "Muldrow & Mark 1984); Goldberger et al. 2000. ODC-By 1.0."
        ),
        "licence": "Apache-2.0 (weights); trained on data under ODC-By 1.0",
        "toolVersions": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "torch": torch.__version__,
        },
    }


def limit_for(records, scores, share):
    """The score that `share` of normal beats of patients never met exceed, as a probability."""
    normal = np.concatenate(
        [s[r.scored & np.isin(r.label, figures.NEGATIVE)] for r, s in zip(records, scores)]
    )
    return float(1 / (1 + np.exp(-np.quantile(normal, 1 - share))))


def main():
    options = arguments()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    left_out = {name for name in options.leave_out.split(",") if name}
    records, noises = beat_files.load(options.beats)
    fold = beat_files.folds(records, options.folds, options.seed)
    features = held_out_features(records, noises, options, fold, left_out)
    scores = held_out_scores(records, features, options, fold, left_out)
    result = report(records, scores)

    chosen = [i for i, r in enumerate(records) if r.name not in left_out]
    trained = [records[i] for i in chosen]
    label = f"network {options.folds + 1} of {options.folds + 1}"
    model = network.train(trained, noises, options, options.seed, progress(label))
    fusion = fit(records, features, chosen)
    limit = limit_for(trained, [scores[i] for i in chosen], options.false_flag_share)
    known = np.concatenate([r.window[:1] for r in trained[:4]])
    reference = np.concatenate([r.reference[:1] for r in trained[:4]])
    digest = export.export(
        options.out, network.tensors(model),
        manifest(options, fusion, limit, model, trained, left_out, result), known, reference,
    )
    print(f"{options.out}: sha256 {digest}, limit {limit:.3f}")
    if options.report:
        Path(options.report).write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
