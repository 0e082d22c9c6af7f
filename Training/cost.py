"""What models cost: parameters, MFLOP and microseconds of one core a window.

    python Training/cost.py Models/default.safetensors [MORE.safetensors ...] [--ecgctl .build/release/ecgctl]

The microseconds are those of `ecgctl bench kernels`: process CPU time of one thread, the median of its
rounds, for windows that come one by one and in batches of 24, as the daemon computes many beds at once.
An `ecgctl` without that bench is timed scoring rows, in batches of 24 only.
"""

import argparse
import json
import resource
import statistics
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from export import is_conditioned, read_metadata, window_length

BATCHES = (1, 24)
ECGCTL = ".build/release/ecgctl"


def ask(*command: str) -> Any:
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def cost(model: Path, ecgctl: str = ECGCTL) -> dict[str, Any]:
    """parameters, MFLOP, microseconds {batch: value}, kernel and machine of a model file."""
    inspected = ask(ecgctl, "model", "inspect", "--json", str(model))
    result = {
        "parameters": inspected["parameters"],
        "MFLOP": inspected["floatingPointOperations"] / 1e6,
    }
    # An unknown command's help is that of the whole program.
    help_text = subprocess.run([ecgctl, "bench", "kernels", "--help"], capture_output=True, text=True).stdout
    has_bench = "--rounds" in help_text
    return {**result, **(by_bench(model, ecgctl) if has_bench else by_scoring(model, ecgctl))}


def by_bench(model: Path, ecgctl: str) -> dict[str, Any]:
    measured = ask(ecgctl, "bench", "kernels", "--json", "--model", str(model))
    kernel = measured["kernels"][0]
    (entry,) = [m for m in kernel["models"] if m["name"] == "default"]
    times = {b["batch"]: b["microsecondsPerWindow"] for b in entry["batches"]}
    return {
        "microseconds": {str(batch): round(times[batch], 2) for batch in BATCHES},
        "kernel": kernel["kernel"],
        "machine": measured["machine"]["processor"],
        "clock": "ecgctl bench kernels",
    }


def by_scoring(model: Path, ecgctl: str, rounds: int = 5) -> dict[str, Any]:
    """From the processor time that more rows take, reading and printing them included."""
    manifest = json.loads(read_metadata(model)["ecgd.manifest"])
    size = window_length(manifest) * manifest["leads"]["count"]
    fewer, more = 2_000, 10_000
    with tempfile.TemporaryDirectory() as folder:
        rows, reference = f"{folder}/rows.npy", f"{folder}/reference.npy"
        np.save(reference, np.ones((1, size), np.float32))
        command = [ecgctl, "score", "--json", "--model", str(model), "--input", rows]
        if is_conditioned(manifest["architecture"]):
            command += ["--reference", reference]

        def seconds(count: int) -> float:
            np.save(rows, np.random.default_rng(1).standard_normal((count, size)).astype(np.float32))
            before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
            kernels.add(ask(*command)["kernel"])
            return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before

        kernels: set[str] = set()
        times = [(seconds(more) - seconds(fewer)) / (more - fewer) * 1e6 for _ in range(rounds)]
    return {
        "microseconds": {"24": round(statistics.median(times), 2)},
        "kernel": kernels.pop(),
        "machine": processor(),
        "clock": "ecgctl score, with reading and printing",
    }


def processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), "unknown")


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
