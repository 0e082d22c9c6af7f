"""Writes the model card from the report of the run that made the model; adds no figure of its own.

    python Training/modelcard.py ship --run build/model/default --neighbour build/model/smaller
    python Training/modelcard.py compare --report build/model/default/report.json
    python Training/modelcard.py render

`ship` takes the run in a folder (model.safetensors and report.json of train.py), measures what it and its
neighbours in size cost, and puts model, report and card in their places: Models/default.safetensors,
Models/default.json, Documentation/ModelCard.md. `compare` holds a new run to Models/default.json and leaves
with 1 where a figure or the file differs. `render` writes the card anew from Models/default.json.
"""

import argparse
import json
import shutil
import string
import sys
from pathlib import Path
from typing import Any

from cost import BATCHES, ECGCTL, cost

ROOT = Path(__file__).resolve().parents[1]
MODEL, REPORT = ROOT / "Models/default.safetensors", ROOT / "Models/default.json"
CARD = ROOT / "Documentation/ModelCard.md"
TEMPLATE = Path(__file__).with_name("card.md")
Report = dict[str, Any]

FIGURES = {
    "AUC": "AUC, abnormal against normal",
    "AP": "average precision",
    "AUC mean": "AUC, mean of records",
    "V AUC": "AUC, ventricular against normal",
    "V at 99%": "sensitivity to ventricular beats at 99% specificity",
    "S AUC": "AUC, supraventricular against normal",
    "S at 99%": "sensitivity to supraventricular beats at 99% specificity",
    "F AUC": "AUC, fusion against normal",
    "F at 99%": "sensitivity to fusion beats at 99% specificity",
}
BRIEF = ("AUC", "AP", "V at 99%", "S at 99%")
# The conditions that the score raises; the others are raised by rules.
BY_SCORE = ("abnormalBeats", "ventricularRun")
SOURCES = {
    "mitdb-ds1": "MIT-BIH Arrhythmia Database (Moody & Mark 2001), the 22 records of de Chazal's DS1",
    "svdb-even": "MIT-BIH Supraventricular Arrhythmia Database (Greenwald 1990), even-numbered records",
}
KINDS = {"N": "normal", "S": "supraventricular", "V": "ventricular", "F": "fusion", "O": "no annotated beat"}


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def number(value: float) -> str:
    """Three places without the leading zero, as the field prints areas and sensitivities."""
    return f"{value:.3f}".replace("0.", ".", 1) if 0 <= value < 1 else f"{value:.3f}"


def figure_table(report: Report) -> str:
    figures = report["figures"]
    rows = []
    for key, name in FIGURES.items():
        cells = [figures[database].get(key) for database in figures]
        if all(cells):
            rows.append([name, *(f"{number(v)} ({number(a)} to {number(b)})" for v, a, b in cells)])
    return table(["", *figures], rows)


def ablation_table(report: Report) -> str:
    databases = list(report["figures"])
    head = ["score", *(f"{d} {k}" for d in databases for k in BRIEF)]
    whole = {d: {k: v[0] for k, v in report["figures"][d].items()} for d in databases}
    rows = [
        [what, *(number(values[d][k]) for d in databases for k in BRIEF)]
        for what, values in {"whole": whole, **report["ablation"]}.items()
    ]
    return table(head, rows)


def data_table(report: Report) -> str:
    rows = []
    for name, entry in report["data"]["databases"].items():
        beats = ", ".join(f"{entry['beats'][k]} {KINDS[k]}" for k in KINDS if k in entry["beats"])
        rows.append([f"`{name}`", SOURCES.get(name, name), str(len(entry["records"])), beats])
    return table(["folder", "what", "records", "judged beats"], rows)


def cost_table(report: Report) -> str:
    databases = list(report["figures"])
    head = ["model", "parameters", "MFLOP a window"]
    head += [f"us a window, {f'batches of {n}' if n > 1 else 'alone'}" for n in BATCHES]
    head += [f"{d} {k}" for d in databases for k in ("AUC", "AP")]
    rows = []
    entries = [*report["neighbours"], {"name": "**this one**", **report}]
    for entry in sorted(entries, key=lambda e: e["cost"]["MFLOP"]):
        spent = entry["cost"]
        cells = [entry["name"], str(spent["parameters"]), f"{spent['MFLOP']:.2f}"]
        times = (spent["microseconds"].get(str(n)) for n in BATCHES)
        cells += ["-" if us is None else f"{us:.1f}" for us in times]
        cells += [number(entry["figures"][d][k][0]) for d in databases for k in ("AUC", "AP")]
        rows.append(cells)
    return table(head, rows)


def alert_table(report: Report) -> str:
    alerts = report["alerts"]
    databases = list(alerts["databases"])
    rows = [("promised", {"shift": alerts["shift"], **alerts["databases"]})]
    rows += [("", row) for row in alerts["byShift"]]
    cells = []
    for what, row in rows:
        line = [f"{row['shift']:.2f}{' (' + what + ')' if what else ''}"]
        for database in databases:
            counts = row[database]
            hours = counts["hours"]
            line += [
                f"{sum(counts['calmByName'].get(n, 0) for n in BY_SCORE) / hours:.2f}",
                f"{sum(counts['calmByName'].values()) / hours:.2f}",
                f"{counts['wrong'] / hours:.2f}",
                f"{counts['runsAlerted']}/{counts['runs']}",
            ]
        cells.append(line)
    kinds = ("by the score", "all", "or wrongly named", "runs told")
    return table(["limits moved by", *(f"{d}: {k}" for d in databases for k in kinds)], cells)


def limits(report: Report) -> list[str]:
    """What the figures themselves say of where the model fails."""
    result = []
    for database, figures in report["figures"].items():
        for kind, name in (("V", "ventricular"), ("S", "supraventricular"), ("F", "fusion")):
            if f"{kind} at 99%" in figures:
                value, low, _ = figures[f"{kind} at 99%"]
                result.append(
                    f"{database}: at 99% specificity {100 * (1 - value):.0f}% of {name} beats are missed "
                    f"(with other patients up to {100 * (1 - low):.0f}%)."
                )
    return result


def render(report: Report) -> str:
    """The card: card.md with its fields filled in."""
    fields = {
        "name": report["model"]["name"],
        "sha256": report["model"]["sha256"],
        "limit": f"{report['model']['limit']:.4f}",
        "flag_share": f"{100 * report['options']['false_flag_share']:.2g}",
        "folds": report["options"]["folds"],
        "figures": figure_table(report),
        "ablation": ablation_table(report),
        "cost": cost_table(report),
        "alerts": alert_table(report),
        "promise": report["alerts"]["promise"],
        "machine": report["cost"]["machine"],
        "kernel": report["cost"]["kernel"],
        "clock": report["cost"]["clock"],
        "data": data_table(report),
        "data_sha256": report["data"]["sha256"],
        "left_out": ", ".join(report["data"]["leftOut"]) or "none",
        "limits": "\n".join(f"- {line}" for line in limits(report)),
        "minutes": f"{report['cpuSeconds'] / 60:.0f}",
        "versions": ", ".join(f"{k} {v}" for k, v in sorted(report["versions"].items())),
        "options": ", ".join(f"{k.replace('_', ' ')} {v}" for k, v in sorted(report["options"].items())),
    }
    return string.Template(TEMPLATE.read_text()).substitute(fields)


def differences(new: Report, shipped: Report) -> list[str]:
    """Where a run differs from the shipped one in what must be the same."""
    if new["data"]["sha256"] != shipped["data"]["sha256"]:
        return ["the beats are not those of the model card: other records, or another `ecgctl extract`"]
    found = []
    for part in ("versions", "options", "figures", "ablation", "alerts", "model"):
        if new[part] != shipped[part]:
            found.append(f"{part}: {new[part]} instead of {shipped[part]}")
    return found


def load(path: Path) -> Report:
    return json.loads(path.read_text())


def ship(run: Path, neighbours: list[Path], ecgctl: str) -> None:
    report = load(run / "report.json")
    report["cost"] = cost(run / "model.safetensors", ecgctl)
    report["neighbours"] = []
    for folder in neighbours:
        theirs = load(folder / "report.json")
        entry = {"name": f"{theirs['options']['units']} units, latent {theirs['options']['latent']}"}
        entry |= {"figures": theirs["figures"], "cost": cost(folder / "model.safetensors", ecgctl)}
        report["neighbours"].append(entry)
    shutil.copyfile(run / "model.safetensors", MODEL)
    REPORT.write_text(json.dumps(report, indent=1) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("what", choices=["ship", "compare", "render"])
    parser.add_argument("--report", type=Path, help="compare: the report of the new run")
    parser.add_argument("--run", type=Path, help="ship: the folder of the run")
    parser.add_argument("--neighbour", type=Path, action="append", default=[])
    parser.add_argument("--ecgctl", default=ECGCTL)
    options = parser.parse_args()
    if options.what == "compare":
        if found := differences(load(options.report), load(REPORT)):
            sys.exit("\n".join(["not as in the model card:", *found]))
        print("file and figures are exactly those of the model card")
        return
    if options.what == "ship":
        ship(options.run, options.neighbour, options.ecgctl)
    report = load(REPORT)
    CARD.write_text(render(report))
    print(f"{CARD.relative_to(ROOT)}: {report['model']['name']}, sha256 {report['model']['sha256']}")


if __name__ == "__main__":
    main()
