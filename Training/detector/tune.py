"""Searches architecture, window, steps and rates for the detector, and reports what mattered.

    python Training/detector/tune.py --beats build/beats.npz --trials 40 --out build/tune

A trial trains a network for each fold of patients and takes the average precision of the whole score
on the patients left out, the mean of the databases. Trials that are behind after a fold are given up.
The study lies in OUT.db: run again, and it goes on. OUT.md says what mattered; OUT.args has the best
trial's options for `train.py @OUT.args`. Quick trials rank options; they are not the figures of a
model, which train.py gives with all its beats, folds and epochs.
"""

import argparse
import sys
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import beats as beat_files
import figures
import train

Record = beat_files.Record
# Samples of the window, [from, to), that the network is told about.
WHOLE_WINDOW = "-250..500 ms"
WINDOWS = {WHOLE_WINDOW: (0, 96), "-190..500 ms": (8, 96), "-250..310 ms": (0, 72), "-125..250 ms": (16, 64)}


def suggest(trial: optuna.Trial) -> dict[str, Any]:
    """A trial's options, by train.py's names; `window` is the search's own."""
    return {
        "units": trial.suggest_categorical("units", [16, 32, 48, 64, 96]),
        "latent": trial.suggest_categorical("latent", [4, 8, 16, 32]),
        "step_samples": trial.suggest_categorical("step_samples", [4, 8, 12, 16, 24]),
        "window": trial.suggest_categorical("window", list(WINDOWS)),
        "rate": trial.suggest_float("rate", 1e-3, 1.6e-2, log=True),
        "epochs": trial.suggest_int("epochs", 3, 10),
        "noise_share": trial.suggest_float("noise_share", 0.0, 0.8),
        "margin_weight": trial.suggest_float("margin_weight", 0.0, 2.0),
        "latent_weight": trial.suggest_float("latent_weight", 0.0, 2.0),
    }


def within(records: list[Record], window: str) -> list[Record]:
    """The records as a network of a shorter window sees them: outside, a beat equals its reference."""
    first, end = WINDOWS[window]
    result = []
    for record in records:
        narrowed = record.reference.copy()
        narrowed[:, first:end] = record.window[:, first:end]
        result.append(Record(**{**vars(record), "window": narrowed}))
    return result


def megaflops(options: argparse.Namespace) -> float:
    """Multiplications and additions of one window's weights, in millions."""
    step, units, latent = options.step_samples, options.units, options.latent
    encoder = 4 * units * (2 * step + units)
    decoder = 4 * units * (latent + step + units) + step * units
    return 2 * (96 // step * (encoder + decoder) + units * latent) / 1e6


def quality(records: list[Record], scores: list[Any]) -> float:
    """Average precision, the mean of the databases, of the records that have scores."""
    known = [(r, s) for r, s in zip(records, scores) if s is not None]
    databases = train.by_database(*zip(*known)).values()
    return float(np.mean([figures.figures(pairs, per_record=False)["AP"] for pairs in databases]))


def objective(trial: optuna.Trial, records: list[Record], noises: Any, base: argparse.Namespace) -> float:
    chosen = suggest(trial)
    narrowed = within(records, chosen.pop("window"))
    options = argparse.Namespace(**{**vars(base), **chosen})
    trial.set_user_attr("MFLOP", megaflops(options))
    fold = beat_files.folds(records, options.folds, options.seed)

    def after_fold(number: int, features: list[Any]) -> None:
        # Before every fold is known, the fusion can only be fitted on the patients it is judged by.
        known = [i for i, f in enumerate(features) if f is not None]
        fusion = train.fit(records, features, known)
        scores = [fusion.logit(features[i]) for i in known]
        trial.report(quality([records[i] for i in known], scores), number)
        if number + 1 < options.folds and trial.should_prune():
            raise optuna.TrialPruned

    networks = train.Networks(noises, options)
    features, _ = train.held_out_features(narrowed, networks, options, fold, set(), after_fold)
    return quality(records, train.held_out_scores(records, features, options, fold, set()))


def write_report(study: optuna.Study, path: Path) -> None:
    """What mattered, the best trials, and the best at each cost, as Markdown."""
    done = study.get_trials(states=[optuna.trial.TrialState.COMPLETE])
    states = [t.state.name for t in study.trials]
    names = list(done[0].params)
    lines = [
        f"# Search `{study.study_name}`", "",
        f"{len(done)} trials done, {states.count('PRUNED')} given up early, {states.count('FAIL')} failed. "
        "AP: average precision on patients left out, mean of the databases.", "",
        "## What mattered", "",
        "| option | importance | the best tenth of trials has |", "|---|---|---|",
    ]  # fmt: skip
    best = sorted(done, key=lambda t: -t.value)
    top = best[: max(1, len(best) // 10)]
    for name, share in importances(study, names).items():
        values = sorted({shown(t.params[name]) for t in top})
        lines.append(f"| {name} | {share:.2f} | {', '.join(values)} |")
    lines += ["", "Importances are shares of the trials' variance (PED-ANOVA); rough with few trials."]
    lines += ["", "## Best trials", "", table_head(names), "|" + "---|" * (len(names) + 3)]
    lines += [row(t, names) for t in best[:10]]
    lines += ["", "## Quality at each cost", "", "No cheaper trial did better than these.", ""]
    lines += [table_head(names), "|" + "---|" * (len(names) + 3)]
    reached = -1.0
    for trial in sorted(done, key=lambda t: (t.user_attrs["MFLOP"], -t.value)):
        if trial.value > reached:
            reached = trial.value
            lines.append(row(trial, names))
    path.write_text("\n".join(lines) + "\n")


def importances(study: optuna.Study, names: list[str]) -> dict[str, float]:
    try:
        evaluator = optuna.importance.PedAnovaImportanceEvaluator()
        return optuna.importance.get_param_importances(study, evaluator=evaluator)
    except (ValueError, RuntimeError):  # Too few trials to tell.
        return dict.fromkeys(names, float("nan"))


def shown(value: Any) -> str:
    return f"{value:.2g}" if isinstance(value, float) else str(value)


def table_head(names: list[str]) -> str:
    return f"| trial | AP | MFLOP | {' | '.join(names)} |"


def row(trial: optuna.trial.FrozenTrial, names: list[str]) -> str:
    values = " | ".join(shown(trial.params[n]) for n in names)
    return f"| {trial.number} | {trial.value:.4f} | {trial.user_attrs['MFLOP']:.2f} | {values} |"


def best_arguments(study: optuna.Study) -> list[str]:
    """The best trial that the daemon can run, whose window is the whole one, as options of train.py."""
    done = study.get_trials(states=[optuna.trial.TrialState.COMPLETE])
    shippable = [t for t in done if t.params["window"] == WHOLE_WINDOW] or [study.best_trial]
    best = max(shippable, key=lambda t: t.value)
    return [f"--{k.replace('_', '-')}={v}" for k, v in best.params.items() if k != "window"]


def arguments() -> tuple[argparse.Namespace, argparse.Namespace]:
    """The search's own options, and those of train.py that are the same in every trial."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--beats", required=True, help="NPZ file of `ecgctl extract`")
    parser.add_argument("--out", type=Path, default=Path("build/tune"), help="OUT.db, OUT.md, OUT.args")
    parser.add_argument("--trials", type=int, default=40, help="trials that the study is to have in the end")
    parser.add_argument("--folds", type=int, default=3)
    parser.add_argument("--normal-limit", type=int, default=150, help="normal beats of a record at most")
    parser.add_argument("--other-limit", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    base = train.arguments(["--beats", options.beats, "--out", "none", "--quiet"])
    for name in ("folds", "normal_limit", "other_limit", "seed"):
        setattr(base, name, getattr(options, name))
    base.work = None
    return options, base


def main() -> None:
    options, base = arguments()
    torch.set_num_threads(1)
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    records, noises = beat_files.load(options.beats)
    left_out = set(base.leave_out.split(","))
    records = [r for r in records if r.name not in left_out]
    name = f"{beat_files.digest(options.beats)[:8]}-{base.folds}-{base.normal_limit}-{base.seed}"
    storage = f"sqlite:///{options.out}.db"
    study = optuna.create_study(
        study_name=name, storage=storage, load_if_exists=True, direction="maximize",
        pruner=optuna.pruners.MedianPruner(n_startup_trials=6),
    )  # fmt: skip
    finished = [t for t in study.trials if t.state.is_finished()]
    # Seeded, and not with the same draws when a study goes on.
    study.sampler = optuna.samplers.TPESampler(seed=base.seed + len(finished), multivariate=True)
    if not finished:
        study.enqueue_trial({n: getattr(base, n, WHOLE_WINDOW) for n in defaults(base)})
    remaining = options.trials - len(finished)
    if remaining > 0:
        study.optimize(
            lambda trial: objective(trial, records, noises, base), remaining, show_progress_bar=True
        )
    write_report(study, options.out.with_suffix(".md"))
    options.out.with_suffix(".args").write_text("\n".join(best_arguments(study)) + "\n")
    print(f"{options.out}.md: best average precision {study.best_value:.4f}, trial {study.best_trial.number}")


def defaults(base: argparse.Namespace) -> list[str]:
    """The names that `suggest` asks for, so that the first trial is train.py's own defaults."""
    asked = optuna.trial.FixedTrial({**vars(base), "window": WHOLE_WINDOW})
    return list(suggest(asked))


if __name__ == "__main__":
    main()
