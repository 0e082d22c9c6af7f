"""Writes the model card from the report of the run that made the model; adds no figure of its own.

    python Training/modelcard.py ship --report build/model/report.json --model build/model/default.safetensors \
        --neighbour build/model/smaller --neighbour build/model/larger
    python Training/modelcard.py compare --report build/model/report.json
    python Training/modelcard.py render

`ship` measures the model's cost and that of its neighbours (each a FOLDER/model.safetensors with
FOLDER/report.json), and puts model, report and card in their places: Models/default.safetensors,
Models/default.json, Documentation/ModelCard.md. `compare` holds a new run to Models/default.json and leaves
with 1 where a figure or the file differs. `render` writes the card anew from Models/default.json.
"""

import argparse
import json
import shutil
import sys
from pathlib import Path
from typing import Any

from cost import BATCHES, ECGCTL, cost

ROOT = Path(__file__).resolve().parents[1]
MODEL, REPORT = ROOT / "Models/default.safetensors", ROOT / "Models/default.json"
CARD = ROOT / "Documentation/ModelCard.md"
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
        cells += [f"{spent['microseconds'][str(n)]:.1f}" for n in BATCHES]
        cells += [number(entry["figures"][d][k][0]) for d in databases for k in ("AUC", "AP")]
        rows.append(cells)
    return table(head, rows)


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
    model, data, options = report["model"], report["data"], report["options"]
    left_out = ", ".join(data["leftOut"]) or "none"
    versions = ", ".join(f"{k} {v}" for k, v in sorted(report["versions"].items()))
    settings = ", ".join(f"{k.replace('_', ' ')} {v}" for k, v in sorted(options.items()))
    bullets = "\n".join(f"- {line}" for line in limits(report))
    return f"""# Model card: {model["name"]}

Written by `make model-card` from Models/default.json; not by hand.

| | |
|---|---|
| file | Models/default.safetensors |
| sha256 | `{model["sha256"]}` |
| what it is | LSTM autoencoder over single beats of one lead, conditioned on the patient's own reference beats, \
its error fused with the beats' timing (`ecgctl model inspect` prints all of it) |
| what it is for | pointing operators to beats that do not look like the patient's own normal ones, beside \
bedside alarms that stay in force |
| what it is not for | diagnosis; replacing any alarm; children, paced hearts and leads unlike II, which it was \
never tried on. It is no certified medical device |
| limit of the score | {model["limit"]:.4f}: {100 * options["false_flag_share"]:.2g}% of left-out patients' \
normal beats are over it |

## Figures

Every patient is judged by networks and a score that never met one of their beats ({options["folds"]} folds of \
patients). N against S, V and F by beats, after ANSI/AAMI EC57; the first five minutes, paced and unclassifiable \
beats and ventricular flutter are not judged; beats that were not detected count as missed. In brackets 95% \
bootstrap intervals over patients.

{figure_table(report)}

## What each part is worth

The score fitted anew without the terms of a part, and on a part's terms alone; the same patients are left out.

{ablation_table(report)}

## Cost

Microseconds of one thread of {report["cost"]["machine"]}, kernel {report["cost"]["kernel"]} (`ecgctl bench \
kernels`). The smaller and the larger model are trained and judged in the same way.

{cost_table(report)}

## Data

{data_table(report)}

Noise for the augmentation: the three noise records of `nstdb`, MIT-BIH Noise Stress Test Database (Moody, Muldrow \
& Mark 1984). All from PhysioNet (Goldberger et al. 2000), ODC-By 1.0. Left out altogether: {left_out}. What \
`ecgctl extract` makes of the records has the fingerprint `{data["sha256"]}`.

## Limits

{bullets}
- Two databases of adults in ambulatory recordings of one hospital's region, two cores of records apart from \
noise that was added: other monitors, leads and populations are unknown to it.
- The options were chosen while looking at these same records, so new patients will be somewhat worse.
- The intervals are wide because patients differ more than beats do; a difference within them says little.

## The same again

    python Training/fetch.py --data data
    make model DATA=data

trains it anew in {report["seconds"] / 60:.0f} minutes (one core, of a machine that did other work besides) and \
leaves with 1 unless every figure above and the file come out the same. Trained with {versions}; another \
version or kind of processor may differ in the last digits. Options: {settings}.
"""


def differences(new: Report, shipped: Report) -> list[str]:
    """Where a run differs from the shipped one in what must be the same."""
    if new["data"]["sha256"] != shipped["data"]["sha256"]:
        return ["the beats are not those of the model card: other records, or another `ecgctl extract`"]
    found = []
    for part in ("versions", "options", "figures", "ablation", "model"):
        if new[part] != shipped[part]:
            found.append(f"{part}: {new[part]} instead of {shipped[part]}")
    return found


def load(path: Path) -> Report:
    return json.loads(path.read_text())


def ship(report: Report, model: Path, neighbours: list[Path], ecgctl: str) -> None:
    report["cost"] = cost(model, ecgctl)
    report["neighbours"] = []
    for folder in neighbours:
        theirs = load(folder / "report.json")
        report["neighbours"].append(
            {"name": f"{theirs['options']['units']} units, latent {theirs['options']['latent']}",
             "figures": theirs["figures"], "cost": cost(folder / "model.safetensors", ecgctl)}
        )  # fmt: skip
    shutil.copyfile(model, MODEL)
    REPORT.write_text(json.dumps(report, indent=1) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("what", choices=["ship", "compare", "render"])
    parser.add_argument("--report", type=Path, default=REPORT)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--neighbour", type=Path, action="append", default=[])
    parser.add_argument("--ecgctl", default=ECGCTL)
    options = parser.parse_args()
    report = load(options.report)
    if options.what == "compare":
        if found := differences(report, load(REPORT)):
            sys.exit("\n".join(["not as in the model card:", *found]))
        print("file and figures are exactly those of the model card")
        return
    if options.what == "ship":
        ship(report, options.model, options.neighbour, options.ecgctl)
    CARD.write_text(render(report))
    print(f"{CARD.relative_to(ROOT)}: {report['model']['name']}, sha256 {report['model']['sha256'][:12]}...")


if __name__ == "__main__":
    main()
