#!/usr/bin/env python3
"""The PhysioNet/CinC Challenge 2015 score of ecgd's own alarms, with ECG alone.

Each record has a bedside alarm at 5:00, true or false. ecgd calls it true where its own alarm of
that kind is on, and was published, in the ten seconds before. Nothing after 5:00 is looked at. The
score is (TP+TN)/(TP+TN+FP+5FN).

Each kind's limit is chosen by leaving one patient out: for every record, the limit that scores best
on the other records of its kind, the middle one of equals. Prints the score with the limits so
chosen, and with those of the configuration.

Usage: challenge2015.py DIR [--ecgctl PATH] [--lead NAME|best|all]

With `--lead all` each ECG lead is played by itself, and an alarm counts where the lead of better
signal quality says so: what a daemon would do that watches the best lead.
"""
import argparse
import csv
import itertools
import pathlib
import subprocess
import tempfile

ALARM_SAMPLE = 300 * 250
WINDOW_SAMPLES = 10 * 250
# Bedside alarm -> ecgd's conditions that stand for it, and the limits that may be chosen.
KINDS = {
    "Asystole": (["asystole"], {"asystoleSeconds": [2.8, 3.0, 3.2, 3.4, 3.6, 3.8, 4.0]}),
    "Bradycardia": (
        ["extremeBradycardia", "asystole"], {"bradycardiaPerMinute": [36, 38, 40, 42, 44, 46, 48]}),
    "Tachycardia": (
        ["extremeTachycardia"], {"tachycardiaPerMinute": [115, 120, 125, 130, 135, 140, 145]}),
    "Ventricular_Flutter_Fib": (
        ["ventricularFibrillation"], {"fibrillationLeakage": [0.40, 0.44, 0.48, 0.52, 0.56]}),
    "Ventricular_Tachycardia": (
        ["ventricularTachycardia", "ventricularFibrillation"],
        {"ventricularPerMinute": [105, 110, 115, 120, 125],
         "ventricularScore": [0.2, 0.3, 0.4, 0.5, 0.6]}),
}


def score(outcomes):
    """Outcomes are (true alarm, called true)."""
    tp = sum(a and b for a, b in outcomes)
    tn = sum(not a and not b for a, b in outcomes)
    fp = sum(not a and b for a, b in outcomes)
    fn = sum(a and not b for a, b in outcomes)
    return tp, tn, fp, fn, (tp + tn) / max(1, tp + tn + fp + 5 * fn)


def configuration(text, limits):
    lines = []
    for line in text.splitlines():
        key = line.strip().split(":")[0]
        indent = line[: len(line) - len(line.lstrip())]
        lines.append(f"{indent}{key}: {limits[key]}" if key in limits else line)
    return "\n".join(lines) + "\n"


def ecg_leads(header):
    fields = [line.split() for line in header.read_text().splitlines()[1:]]
    return [f[8] for f in fields if len(f) > 8 and f[2].endswith("/mV")]


def run(ecgctl, config, record, lead, folder):
    """The alarms that are on in the ten seconds before the bedside alarm; None where nothing ran."""
    command = [ecgctl, "evaluate", str(record), "--config", str(config), "--draws", "2",
               "--jobs", "1", "--beats", str(folder)]
    if lead:
        command += ["--lead", lead]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\n{done.stderr}")
    with open(folder / f"{record.name}.alerts.csv") as file:
        alarms = {
            row["name"] for row in csv.DictReader(file)
            if int(row["told_sample"]) <= ALARM_SAMPLE
            and int(row["end_sample"]) > ALARM_SAMPLE - WINDOW_SAMPLES}
    with open(folder / f"{record.name}.beats.csv") as file:
        quality = [
            float(row["quality"]) for row in csv.DictReader(file)
            if row["quality"] and ALARM_SAMPLE - 4 * WINDOW_SAMPLES < int(row["sample"])
            <= ALARM_SAMPLE]
    return alarms, sum(quality) / len(quality) if quality else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--ecgctl", default=".build/release/ecgctl")
    parser.add_argument("--config", type=pathlib.Path, default=pathlib.Path("Config/ecgd.yaml"))
    parser.add_argument("--lead")
    arguments = parser.parse_args()
    shipped = arguments.config.read_text().replace(
        ": Models/", f": {arguments.config.resolve().parent.parent}/Models/")
    rows = [line.split(",") for line in (arguments.folder / "ALARMS").read_text().split()]
    chosen, fixed = [], []
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)

        def called(record, kind, limits):
            config = work / "ecgd.yaml"
            config.write_text(configuration(shipped, limits))
            path = arguments.folder / record
            leads = [arguments.lead]
            if arguments.lead == "all":
                leads = ecg_leads(path.with_suffix(".hea"))
            found = [run(arguments.ecgctl, config, path, lead, work) for lead in leads]
            best = max(found, key=lambda one: one[1])
            return bool(best[0] & set(KINDS[kind][0]))

        for kind, (_, grid) in KINDS.items():
            records = [(r, truth == "1") for r, k, truth in rows if k == kind]
            points = list(itertools.product(*grid.values()))
            table = {
                point: [(truth, called(r, kind, dict(zip(grid, point)))) for r, truth in records]
                for point in points}
            left_out = []
            for i in range(len(records)):
                fit = {
                    point: score(table[point][:i] + table[point][i + 1:])[4] for point in points}
                ties = [point for point in points if fit[point] == max(fit.values())]
                left_out.append(table[ties[len(ties) // 2]][i])
            standard = [(truth, called(r, kind, {})) for r, truth in records]
            chosen += left_out
            fixed += standard
            for what, outcomes in (("left out", left_out), ("shipped", standard)):
                tp, tn, fp, fn, s = score(outcomes)
                wrong = [r for (r, _), (a, b) in zip(records, outcomes) if a != b]
                print(f"{kind:24} {what:9} TP {tp} TN {tn} FP {fp} FN {fn}  {100 * s:5.1f}  "
                      f"{'wrong: ' + ' '.join(wrong) if wrong else ''}", flush=True)
    for what, outcomes in (("left out", chosen), ("shipped", fixed)):
        tp, tn, fp, fn, s = score(outcomes)
        print(f"{'all':24} {what:9} TP {tp} TN {tn} FP {fp} FN {fn}  {100 * s:5.1f}")


if __name__ == "__main__":
    main()
