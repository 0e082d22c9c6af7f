"""Measures how many false alerts the daemon raises on patients that its model never met, and writes into
the model file how far the limits must be moved to keep a promised rate.

    python Training/detector/calibrate.py --run build/model/default --data data

The run is a folder of train.py: model.safetensors, report.json and folds/ (`--fold-models`). `ecgctl
evaluate` runs the daemon's own pipeline, its alarms included, over each fold's records with the fold's
model, once for each shift of the limits. Counted for the promise are alerts of the conditions that the
score raises, in whose evidence nothing abnormal is annotated. The report gets all figures of the alerts,
those of the rules included.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import export
from modelcard import BY_SCORE

SHIFTS = (-2, -1.5, -1, -0.5, -0.25, 0, 0.5, 1)
# As many false alerts an hour as the daemon's configuration asks for by default.
PROMISE = 0.65
KEPT = ("hours", "right", "wrong", "runs", "runsAlerted", "flutters", "fluttersAlerted")


def add_up(parts):
    """The alerts of several evaluations, by database."""
    total = {}
    for part in parts:
        for database, alerts in part.items():
            sums = total.setdefault(database, {"wrongByName": {}, "calmByName": {}, **dict.fromkeys(KEPT, 0)})
            for key in KEPT:
                sums[key] += alerts[key]
            for key in ("wrongByName", "calmByName"):
                for name, count in alerts[key].items():
                    sums[key][name] = sums[key].get(name, 0) + count
    return dict(sorted(total.items()))


def by_score(alerts):
    """The false alerts with nothing abnormal in their evidence that the score raised."""
    return sum(alerts["calmByName"].get(name, 0) for name in BY_SCORE)


def falling(rates):
    """The rates without rises (pooled adjacent violators): moving a limit up makes no alerts."""
    blocks = []
    for rate in rates:
        blocks.append([rate, 1])
        while len(blocks) > 1 and blocks[-2][0] < blocks[-1][0]:
            value, count = blocks.pop()
            before, more = blocks.pop()
            blocks.append([(before * more + value * count) / (more + count), more + count])
    return [rate for rate, count in blocks for _ in range(count)]


def table(measured):
    """(shifts, rates) for the manifest from (shift, false alerts an hour), strictly falling: of shifts
    with one rate the lowest is kept, since it misses least."""
    shifts, rates = zip(*sorted(measured))
    kept = []
    for shift, rate in zip(shifts, falling(rates)):
        if rate > 0 and (not kept or rate < kept[-1][1]):
            kept.append((shift, rate))
    return [float(s) for s, _ in kept], [float(r) for _, r in kept]


def evaluate(ecgctl, model, shift, records):
    """What `ecgctl evaluate` says of the alerts, by database, with limits moved by `shift`."""
    with tempfile.TemporaryDirectory() as folder:
        moved, answer = f"{folder}/model.safetensors", f"{folder}/answer.json"
        export.add_to_baseline(model, moved, {"alarm.shift": [shift], "alarm.falseAlertsPerHour": [PROMISE]})
        command = [ecgctl, "evaluate", "--model", moved, "--json", answer, "--jobs", "1", "--draws", "2"]
        subprocess.run([*command, *map(str, records)], check=True, stdout=subprocess.DEVNULL)
        groups = json.loads(Path(answer).read_text())["groups"]
        return {g["name"]: g["alerts"] for g in groups if g["name"] != "all"}


def measure(ecgctl, run, data, folds, shift):
    """The alerts over every patient, each by the model that has not met them."""
    numbers = sorted(set(folds.values()))
    with ThreadPoolExecutor() as pool:
        parts = pool.map(
            lambda number: evaluate(
                ecgctl, run / f"folds/{number}.safetensors", shift,
                [data / name for name, fold in sorted(folds.items()) if fold == number],
            ),
            numbers,
        )
        return add_up(parts)


def at(shifts, rates, promise):
    """The shift that the daemon chooses (`FalseAlertCalibration`)."""
    from math import log

    for i, rate in enumerate(rates):
        if rate <= promise:
            if i == 0:
                return shifts[0]
            part = log(rates[i - 1] / promise) / log(rates[i - 1] / rate)
            return shifts[i - 1] + part * (shifts[i] - shifts[i - 1])
    return shifts[-1]


def line(shift, alerts):
    cells = [f"{shift:6.2f}"]
    for database, a in alerts.items():
        cells.append(
            f"{database}: {by_score(a) / a['hours']:.2f} without cause by the score, "
            f"{sum(a['calmByName'].values()) / a['hours']:.2f} by all, "
            f"{a['wrong'] / a['hours']:.2f} false by name an hour; runs {a['runsAlerted']}/{a['runs']}"
        )
    return " | ".join(cells)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--run", type=Path, required=True, help="the folder of train.py's run")
    parser.add_argument("--data", type=Path, required=True, help="the folder of the databases")
    parser.add_argument("--ecgctl", default=".build/release/ecgctl")
    options = parser.parse_args()
    report = json.loads((options.run / "report.json").read_text())
    folds = report["folds"]
    measured, rows = [], []
    for shift in SHIFTS:
        alerts = measure(options.ecgctl, options.run, options.data, folds, shift)
        hours = sum(a["hours"] for a in alerts.values())
        measured.append((shift, sum(by_score(a) for a in alerts.values()) / hours))
        rows.append({"shift": shift, **alerts})
        print(line(shift, alerts), flush=True)
    shifts, rates = table(measured)
    promised = at(shifts, rates, PROMISE)
    alerts = measure(options.ecgctl, options.run, options.data, folds, promised)
    print(f"for {PROMISE} an hour:\n{line(promised, alerts)}")
    model = options.run / "model.safetensors"
    sha256 = export.add_to_baseline(model, model, {"alarm.shift": shifts, "alarm.falseAlertsPerHour": rates})
    report["model"]["sha256"] = sha256
    report["alerts"] = {"promise": PROMISE, "shift": promised, "databases": alerts, "byShift": rows}
    (options.run / "report.json").write_text(json.dumps(report, indent=1) + "\n")
    print(f"{model}: sha256 {sha256}")


if __name__ == "__main__":
    main()
