"""What models cost: parameters, MFLOP and microseconds of one core a window.

    python Training/cost.py Models/default.safetensors [MORE.safetensors ...] [--ecgctl .build/release/ecgctl]

The microseconds are those of `ecgctl bench kernels`: process CPU time of one thread, the median of its
rounds, for windows that come one by one and in batches of 24, as the daemon computes many beds at once.
"""

import argparse
import json
import subprocess
from pathlib import Path
from typing import Any

BATCHES = (1, 24)
ECGCTL = ".build/release/ecgctl"


def cost(model: Path, ecgctl: str = ECGCTL) -> dict[str, Any]:
    """parameters, MFLOP, microseconds {batch: value}, kernel and machine of a model file."""

    def ask(*arguments: str) -> Any:
        return json.loads(subprocess.run([ecgctl, *arguments], check=True, capture_output=True).stdout)

    inspected = ask("model", "inspect", "--json", str(model))
    measured = ask("bench", "kernels", "--json", "--model", str(model))
    kernel = measured["kernels"][0]
    (entry,) = [m for m in kernel["models"] if m["name"] == "default"]
    times = {b["batch"]: b["microsecondsPerWindow"] for b in entry["batches"]}
    return {
        "parameters": inspected["parameters"],
        "MFLOP": inspected["floatingPointOperations"] / 1e6,
        "microseconds": {str(batch): round(times[batch], 2) for batch in BATCHES},
        "kernel": kernel["kernel"],
        "machine": measured["machine"]["processor"],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("models", nargs="+", type=Path)
    parser.add_argument("--ecgctl", default=ECGCTL)
    options = parser.parse_args()
    for path in options.models:
        found = cost(path, options.ecgctl)
        times = ", ".join(f"{us} us in batches of {n}" for n, us in found["microseconds"].items())
        print(f"{path}: {found['parameters']} parameters, {found['MFLOP']:.3f} MFLOP, {times}")


if __name__ == "__main__":
    main()
