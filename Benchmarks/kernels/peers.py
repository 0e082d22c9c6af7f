"""ecgd's kernels beside ONNX Runtime, PyTorch and OpenBLAS with hand-written gates.

    python peers.py --ecgctl .build/release/ecgctl [--openblas build/peers/worker_openblas]
        [--output build/bench-peers.json] [--rounds 41] [--cpu 1]

Every peer is a process of its own, kept to one processor and one thread. In each round every peer
computes every cell (model and batch) once, for some milliseconds of its own processor time, one
after the other; a ratio is the median of the rounds' ratios, so that what else the machine does
falls on all alike. Peers are compared at the batch that a sweep found best for them. All peers'
reconstructions are held to double precision first.
"""

import argparse
import json
import os
import platform
import statistics
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np

from models import STEPS, Model, windows

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "Training"))
from export import reconstruct  # noqa: E402

SWEEP = [8, 16, 24, 32, 48, 64, 96, 128, 192, 256]
OUR_SWEEP = [batch for batch in SWEEP if batch <= 64]
CHECKED_WINDOWS = 8
PEAK_ROUNDS = 2_000_000
RUN_NANOSECONDS = 15_000_000
SWEEP_ROUNDS = 5
# Greatest difference from double precision that a peer may show and still be compared.
AGREEMENT = 1e-4

# The cells that must be shown: name, our process, batch (None: our best), the peer's batch (1, or
# None: its best), the ratio aimed at and the least.
CELLS = [
    ("S, batch 1", "S", 1, 1, 2.4, 2.0),
    ("R, batch 1", "R", 1, 1, 1.6, 1.4),
    ("S, batch 24, against the peer's best batch", "S", 24, None, 2.2, 1.6),
    ("R, batch 24, against the peer's best batch", "R", 24, None, 1.4, 1.2),
    ("R, float16 weights, batch 1", "R16", 1, 1, 2.0, 1.7),
]
SHARES = [("R", 0.85, 0.75), ("S", 0.70, 0.55)]


class Worker:
    """A peer's process with one model."""

    def __init__(self, command, cpu):
        environment = {**os.environ}
        for name in ("OMP", "OPENBLAS", "MKL"):
            environment[f"{name}_NUM_THREADS"] = "1"
        self.process = subprocess.Popen(
            ["taskset", "-c", str(cpu), *map(str, command)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        ready = self.process.stdout.readline()
        if not ready.startswith("ready "):
            raise SystemExit(f"{command[0]} {command[1]}: did not start: {ready!r}")
        self.version = ready.removeprefix("ready ").strip()
        self.times = {}

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def seconds(self, batch):
        """Processor time a window at a batch."""
        if batch not in self.times:
            self.ask(f"run {batch} 1")  # the first run prepares
            once = int(self.ask(f"run {batch} 1"))
            self.times[batch] = max(1, round(RUN_NANOSECONDS / once))
        times = self.times[batch]
        return int(self.ask(f"run {batch} {times}")) * 1e-9 / times / batch

    def output(self, count, path):
        if self.ask(f"output {count} {path}") != "ok":
            raise SystemExit(f"{self.version}: cannot write {path}")
        return np.fromfile(path, "<f4").reshape(count, STEPS)

    def best_batch(self, batches):
        median = {
            batch: statistics.median(self.seconds(batch) for _ in range(SWEEP_ROUNDS))
            for batch in batches
        }
        return min(median, key=median.get), median

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def write_layers(model, path):
    """The weights as worker_openblas reads them."""
    with open(path, "wb") as file:
        counts = int(model.repeats_latent), len(model.encoder), len(model.decoder)
        file.write(struct.pack("<3i", *counts))
        for weight_ih, weight_hh, bias in model.encoder + model.decoder:
            file.write(struct.pack("<2i", weight_ih.shape[1], weight_hh.shape[1]))
            for array in (weight_ih, weight_hh, bias):
                file.write(np.ascontiguousarray(array, "<f4").tobytes())
        for array in model.output:
            file.write(np.ascontiguousarray(array, "<f4").tobytes())


def start(options, folder):
    """Every peer's workers: {peer: {model: worker}}. Ours come first."""
    subprocess.run([options.ecgctl, "bench", "kernels", "--export", folder], check=True)
    inputs = folder / "windows.f32"

    def ours(kernel=None):
        choice = ["--kernel", kernel] if kernel else []
        command = [options.ecgctl, "bench", "kernels", *choice, "--serve"]
        return {
            name: Worker([*command, folder / f"{name}.safetensors"], options.cpu)
            for name in ("S", "R", "R16")
        }

    def theirs(*command, suffix=".safetensors"):
        return {
            name: Worker([*command, folder / (name + suffix), inputs], options.cpu)
            for name in ("S", "R")
        }

    peers = {"ecgd": ours()}
    if peers["ecgd"]["S"].version == "avx512":
        peers["ecgd, AVX2 only"] = ours("avx2")
    peers["ONNX Runtime"] = theirs(sys.executable, HERE / "worker_onnxruntime.py")
    peers["PyTorch"] = theirs(sys.executable, HERE / "worker_torch.py")
    if options.openblas and Path(options.openblas).exists():
        for name in ("S", "R"):
            write_layers(Model(folder / f"{name}.safetensors"), folder / f"{name}.layers")
        peers["OpenBLAS"] = theirs(options.openblas, suffix=".layers")
    else:
        print("OpenBLAS: left out, as its worker is not built (apt install libopenblas-dev)")
    return peers


def check(peers, folder):
    """Greatest difference from double precision, by peer and model."""
    rows = windows(folder / "windows.f32", CHECKED_WINDOWS)
    differences = {}
    for peer, workers in peers.items():
        for name, worker in workers.items():
            model = Model(folder / f"{name}.safetensors")
            weights = {k: v for k, v in model.arrays.items() if not k.startswith("known")}
            exact = reconstruct(model.manifest, weights, rows[:, :, None])[:, :, 0]
            y = worker.output(CHECKED_WINDOWS, folder / "output.f32")
            difference = float(np.abs(y - exact).max())
            if not difference < AGREEMENT:
                raise SystemExit(f"{peer} computes something else: {name} differs by {difference}")
            differences.setdefault(peer, {})[name] = difference
    return differences


def spread(values):
    low, middle, high = statistics.quantiles(values, n=4)
    return {"median": statistics.median(values), "quartiles": [low, high]}


def measure(peers, best, rounds):
    """Seconds a window of every cell in every round: {(peer, model, batch): [...]}, and the peak."""
    cells = [
        (peer, name, batch)
        for peer, workers in peers.items()
        for name in workers
        for batch in sorted({1, 24, best[peer][name]})
    ]
    seconds, peak = {cell: [] for cell in cells}, []
    for index in range(rounds):
        print(f"\rround {index + 1} of {rounds}", end="", file=sys.stderr, flush=True)
        # Every round begins elsewhere.
        first = index * 7 % len(cells)
        for cell in cells[first:] + cells[:first]:
            peer, name, batch = cell
            seconds[cell].append(peers[peer][name].seconds(batch))
        operations, nanoseconds = map(int, peers["ecgd"]["S"].ask(f"peak {PEAK_ROUNDS}").split())
        peak.append(operations / nanoseconds * 1e9)
    print(file=sys.stderr)
    return seconds, peak


def ratios(peers, best, seconds):
    """Every cell of the table against every peer."""
    table = []
    for title, name, batch, their_batch, aim, least in CELLS:
        peer_model = "R" if name == "R16" else name
        for ours in [peer for peer in peers if peer.startswith("ecgd")]:
            for peer in [peer for peer in peers if not peer.startswith("ecgd")]:
                against = their_batch or best[peer][peer_model]
                pairs = zip(seconds[peer, peer_model, against], seconds[ours, name, batch])
                row = {"cell": title, "ours": ours, "peer": peer, "peerBatch": against}
                row |= spread([theirs / mine for theirs, mine in pairs])
                if ours == "ecgd" and peer == "ONNX Runtime":
                    row |= {"atLeast": least, "aim": aim}
                table.append(row)
    return table


def shares(model, operations, seconds, peak, aim, least):
    values = [operations / s / p for s, p in zip(seconds["ecgd", model, 24], peak)]
    return {"model": model, "batch": 24, **spread(values), "atLeast": least, "aim": aim}


def machine():
    info = Path("/proc/cpuinfo").read_text().splitlines()
    name = next((line.split(":", 1)[1].strip() for line in info if line.startswith("model name")), "")
    flags = next((line for line in info if line.startswith("flags")), "")
    return {
        "processor": name or platform.processor(),
        "processors": os.cpu_count(),
        "avx512": " avx512f" in flags,
        "kernel": platform.release(),
    }


def operations(model):
    """Multiplications and additions of a window, what does not change with the step only once."""
    total = 0
    for index, (weight_ih, weight_hh, _) in enumerate(model.encoder + model.decoder):
        constant = model.repeats_latent and index == len(model.encoder)
        total += 2 * (weight_ih.size * (1 if constant else STEPS) + weight_hh.size * STEPS)
    return total + 2 * model.output[0].size * STEPS


def show(report):
    for row in report["ratios"]:
        goal = f"  at least {row['atLeast']}, aim {row['aim']}" if "aim" in row else ""
        low, high = row["quartiles"]
        title = f"{row['cell']}: {row['ours']} against {row['peer']} (batch {row['peerBatch']})"
        print(f"{title:<92} {row['median']:5.2f}x ({low:.2f} to {high:.2f}){goal}")
    for row in report["sharesOfPeak"]:
        print(
            f"{row['model']}, batch {row['batch']}, share of the FMA peak: {row['median']:.0%}"
            f"  at least {row['atLeast']:.0%}, aim {row['aim']:.0%}"
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--ecgctl", default=".build/release/ecgctl")
    parser.add_argument("--openblas", help="the worker built from worker_openblas.c")
    parser.add_argument("--output", type=Path, default=Path("build/bench-peers.json"))
    parser.add_argument("--folder", type=Path, default=Path("build/peers"))
    parser.add_argument("--rounds", type=int, default=41)
    parser.add_argument("--cpu", type=int, default=max(os.sched_getaffinity(0)))
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)

    peers = start(options, options.folder)
    differences = check(peers, options.folder)
    best, sweeps = {}, {}
    for peer, workers in peers.items():
        for name, worker in workers.items():
            batches = OUR_SWEEP if peer.startswith("ecgd") else SWEEP
            found, median = worker.best_batch(batches)
            best.setdefault(peer, {})[name] = found
            sweeps.setdefault(peer, {})[name] = {str(b): s * 1e6 for b, s in median.items()}
            print(f"{peer}, {name}: best batch {found}, {median[found] * 1e6:.1f} us a window")
    seconds, peak = measure(peers, best, options.rounds)
    for workers in peers.values():
        for worker in workers.values():
            worker.close()

    counts = {name: operations(Model(options.folder / f"{name}.safetensors")) for name in ("S", "R")}
    report = {
        "machine": machine(),
        "clock": "process CPU time, one pinned thread, medians of interleaved rounds",
        "rounds": options.rounds,
        "versions": {peer: workers["S"].version for peer, workers in peers.items()},
        "differenceFromDoublePrecision": differences,
        "fmaPeakFLOPS": spread(peak),
        "ratios": ratios(peers, best, seconds),
        "sharesOfPeak": [
            shares(name, counts[name], seconds, peak, aim, least) for name, aim, least in SHARES
        ],
        "microsecondsPerWindow": [
            {"peer": peer, "model": name, "batch": batch, **spread([s * 1e6 for s in values])}
            for (peer, name, batch), values in seconds.items()
        ],
        "sweepMicrosecondsPerWindow": sweeps,
    }
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(report, indent=2) + "\n")
    show(report)


if __name__ == "__main__":
    main()
