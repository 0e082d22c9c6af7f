"""Trains the default detector from beats that `ecgctl extract` wrote, and writes its model file.

    python Training/detector/train.py --beats build/beats.npz --out Models/default.safetensors

Seeded: the same beats, options and library versions give the same file. One thread.

1. For each fold of patients a network is trained on the other folds' patients.
2. What those networks say of patients that they never met, with the daemon's own features of shape
   and timing, goes into the fusion; the figures are those of fusions that have not met the patient
   either.
3. The network that is shipped is trained on all patients, and takes the fusion fitted in step 2 on
   all of them.

Records named by --leave-out are met by no network and no fusion at all. A run that was broken off goes
on from its last epoch with --resume, and gives the same file. With --patience a network stops when it
gets no better on patients that are held back from its training; the shipped one, for which nobody is
held back, is trained for as many epochs as the others needed (their median).
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
from runs import Checkpoint, Progress, Run, fingerprint

TERMS = (
    "latent previousLatent errorQRS reference referenceQRS roughness previousBefore "
    "relativePrematurity unforeseenPrematurity unforeseenPrematurity*errorP "
    "prematurity*previousBefore relativeEarliness*errorP earliness*relativeErrorP "
    "earliness*irregularity irregularity*latent"
).split()

VERSIONS = {
    "python": platform.python_version(),
    "numpy": np.__version__,
    "torch": torch.__version__,
}

# Options that do not change what is computed.
INCIDENTAL = ("beats", "out", "report", "fold_models", "resume", "work", "quiet", "name")


def arguments(given=None):
    """The options; `@FILE` stands for options in a file, one a line (as tune.py writes them)."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0], fromfile_prefix_chars="@")
    add = parser.add_argument
    add("--beats", required=True, help="NPZ file of `ecgctl extract`")
    add("--out", required=True, help="the model file to write")
    add("--report", help="a JSON file for the figures")
    add("--fold-models", type=Path,
        help="a folder for a model of each fold, which has not met the fold's patients")
    add("--name", default="default")
    add("--leave-out", default="208", help="records for no training at all, comma-separated")
    add("--seed", type=int, default=1)
    add("--folds", type=int, default=5)
    add("--false-flag-share", type=float, default=0.005,
        help="the part of left-out patients' normal beats over the limit")
    add("--resume", action="store_true", help="go on where a run with the same options was broken off")
    add("--work", type=Path, default=Path("build/training"), help="the folder for checkpoints")
    add("--quiet", action="store_true", help="no progress bar")
    add("--patience", type=int, default=0,
        help="stop after so many epochs without gain on held-back patients; 0: never")
    add("--held-back", type=float, default=0.15, help="the part of patients held back for --patience")
    add("--units", type=int, default=32)
    add("--step-samples", type=int, default=network.STEP_SAMPLES, help="samples of one LSTM step")
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
    return parser.parse_args(given)


def effective(options):
    """The options that make the result."""
    return {k: v for k, v in vars(options).items() if k not in INCIDENTAL}


class Networks:
    """Trains the run's networks one after another, each with its checkpoint."""

    def __init__(self, noises, options, digest=""):
        self.noises, self.options, self.epochs = noises, options, []
        self.progress = Progress(options.folds + 1, options.epochs, options.quiet)
        self.key = fingerprint(effective(options), digest, torch.__version__, np.__version__)
        if options.work:
            options.work.mkdir(parents=True, exist_ok=True)
            for old in options.work.glob("network-*.pt") if not options.resume else ():
                old.unlink()

    def held_back(self, records):
        """(training records, held-back ones), the latter from every database."""
        if not self.options.patience:
            return records, []
        part = beat_files.folds(records, round(1 / self.options.held_back), self.options.seed)
        return (
            [r for r, p in zip(records, part) if p != 0],
            [r for r, p in zip(records, part) if p == 0],
        )

    def train(self, records, last=False):
        options = self.options
        self.progress.begin()
        number = self.progress.number
        path = options.work / f"network-{number}.pt" if options.work else None
        checkpoint = Checkpoint(path, fingerprint(self.key, number))
        records, held_back = (records, []) if last else self.held_back(records)
        if last and options.patience:
            options = argparse.Namespace(**vars(options))
            options.epochs = int(np.median(self.epochs))
        run = Run(
            checkpoint, options.patience,
            (lambda model: network.left_out_loss(model, held_back, options)) if held_back else None,
            self.progress,
        )
        model = network.train(records, self.noises, options, options.seed, run)
        self.epochs.append(run.stopping.epoch or options.epochs)
        self.progress.end()
        return model


def held_out_features(records, networks, options, fold, left_out, done=None):
    """For each record the daemon's features and those of a network that never met its patient, and
    the networks, one a fold. `done(number, features)` is told of each fold."""
    features, models = [None] * len(records), []
    for number in range(options.folds):
        others = [
            r for r, f in zip(records, fold) if f != number and r.name not in left_out
        ]
        model = networks.train(others)
        models.append(model)
        for i, record in enumerate(records):
            if fold[i] == number:
                features[i] = {**record.features, **network.features(model, record)}
        if done:
            done(number, features)
    return features, models


def fit(records, features, chosen, terms=TERMS):
    rows = [records[i].scored for i in chosen]
    return Fusion(terms).fit(
        [{k: v[r] for k, v in features[i].items()} for i, r in zip(chosen, rows)],
        [records[i].label[r] for i, r in zip(chosen, rows)],
    )


def held_out_scores(records, features, options, fold, left_out, terms=TERMS):
    scores = [None] * len(records)
    for number in range(options.folds):
        others = [
            i for i, r in enumerate(records) if fold[i] != number and r.name not in left_out
        ]
        fusion = fit(records, features, others, terms)
        for i in np.flatnonzero(fold == number):
            scores[i] = fusion.logit(features[i])
    return scores


def by_database(records, scores):
    """The judged beats of each database, (scores, labels) a record."""
    result = {}
    for record, score in zip(records, scores):
        result.setdefault(record.database, []).append(figures.scored(record, score))
    return dict(sorted(result.items()))


def report(records, scores):
    """The figures of each database with intervals over patients, printed and returned."""
    result = {}
    for database, pairs in by_database(records, scores).items():
        values, ranges = figures.figures(pairs), figures.intervals(pairs)
        result[database] = {k: [v, *ranges[k]] for k, v in values.items()}
        print(database)
        for name, (value, low, high) in result[database].items():
            print(f"  {name:10s} {value:.3f}  ({low:.3f} to {high:.3f})")
    return result


def part_of(feature):
    """The part of the detector that a feature comes from."""
    if feature in network.FEATURES:
        return "network"
    return "template" if feature.startswith(("reference", "amplitude", "width", "roughness")) else "timing"


def ablation(records, features, options, fold, left_out, terms=TERMS):
    """The figures of scores without any term of one part, and with one part's terms alone."""
    parts = {t: {part_of(f) for f in t.split("*")} for t in terms}
    result = {}
    for part in ("network", "template", "timing"):
        kept = {
            f"without {part}": [t for t in terms if part not in parts[t]],
            f"{part} alone": [t for t in terms if parts[t] == {part}],
        }
        for what, some in kept.items():
            if 0 < len(some) < len(terms):
                scores = held_out_scores(records, features, options, fold, left_out, some)
                result[what] = {
                    database: figures.figures(pairs)
                    for database, pairs in by_database(records, scores).items()
                }
    return result


def describe_data(records, trained, left_out):
    """What the run has seen: for the report, and to tell whether another run has seen the same."""
    databases = {}
    for record in records:
        entry = databases.setdefault(record.database, {"records": [], "beats": {}})
        entry["records"].append(record.name)
        for label in record.label[record.scored]:
            entry["beats"][str(label)] = entry["beats"].get(str(label), 0) + 1
    return {"databases": databases, "leftOut": sorted(left_out), "trainedOn": len(trained)}


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
        "samplesPerStep": options.step_samples,
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
        "toolVersions": VERSIONS,
    }


def calibrate(fusion, records, scores):
    """Makes a fusion's score a probability on patients never met, by the log-odds of others like it."""
    rows = [r.scored for r in records]
    return fusion.calibrate(
        [s[r] for s, r in zip(scores, rows)], [r.label[row] for r, row in zip(records, rows)]
    )


def limit_for(fusion, records, scores, share):
    """The score that `share` of normal beats of patients never met exceed, as a probability."""
    normal = np.concatenate(
        [s[r.scored & np.isin(r.label, figures.NEGATIVE)] for r, s in zip(records, scores)]
    )
    return float(1 / (1 + np.exp(-fusion.calibrated(np.quantile(normal, 1 - share)))))


def write(path, model, fusion, limit, trained, left_out, options, result):
    """The model file; returns its SHA-256."""
    known = np.concatenate([r.window[:1] for r in trained[:4]])
    reference = np.concatenate([r.reference[:1] for r in trained[:4]])
    fields = manifest(options, fusion, limit, model, trained, left_out, result)
    return export.export(path, network.tensors(model), fields, known, reference)


def write_fold_models(records, features, models, scores, fold, left_out, options):
    """For each fold a model whose network, score and limit have not met the fold's patients."""
    options.fold_models.mkdir(parents=True, exist_ok=True)
    for number, model in enumerate(models):
        chosen = [i for i, r in enumerate(records) if fold[i] != number and r.name not in left_out]
        trained, left = [records[i] for i in chosen], [scores[i] for i in chosen]
        fusion = calibrate(fit(records, features, chosen), trained, left)
        limit = limit_for(fusion, trained, left, options.false_flag_share)
        write(options.fold_models / f"{number}.safetensors", model, fusion, limit, trained, left_out,
              options, {})


def main():
    options = arguments()
    start = time.monotonic()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    left_out = {name for name in options.leave_out.split(",") if name}
    digest = beat_files.digest(options.beats)
    records, noises = beat_files.load(options.beats)
    fold = beat_files.folds(records, options.folds, options.seed)
    networks = Networks(noises, options, digest)
    try:
        features, models = held_out_features(records, networks, options, fold, left_out)
        chosen = [i for i, r in enumerate(records) if r.name not in left_out]
        trained = [records[i] for i in chosen]
        model = networks.train(trained, last=True)
    except ValueError as error:
        sys.exit(f"train: {error}")
    scores = held_out_scores(records, features, options, fold, left_out)
    result = report(records, scores)

    left = [scores[i] for i in chosen]
    fusion = calibrate(fit(records, features, chosen), trained, left)
    limit = limit_for(fusion, trained, left, options.false_flag_share)
    sha256 = write(options.out, model, fusion, limit, trained, left_out, options, result)
    if options.fold_models:
        write_fold_models(records, features, models, scores, fold, left_out, options)
    print(f"{options.out}: sha256 {sha256}, limit {limit:.3f}")
    if options.report:
        everything = {
            "model": {"name": options.name, "sha256": sha256, "limit": limit},
            "figures": result,
            "ablation": ablation(records, features, options, fold, left_out),
            "data": {"sha256": digest, **describe_data(records, trained, left_out)},
            "options": effective(options),
            "folds": {
                f"{r.database}/{r.name}": int(f) for r, f in zip(records, fold)
            },
            "epochs": networks.epochs,
            "versions": VERSIONS,
            "seconds": round(time.monotonic() - start, 1),
            "cpuSeconds": round(time.process_time(), 1),
        }
        Path(options.report).write_text(json.dumps(everything, indent=1) + "\n")


if __name__ == "__main__":
    main()
