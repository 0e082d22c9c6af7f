"""Runs `ecgctl bench pipeline` and the Python peer in turns on the same packets; prints ratios.

Medians of --rounds rounds; writes build/bench-pipeline-peer.json.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent


def output(command):
    return json.loads(subprocess.run(
        command, check=True, stdout=subprocess.PIPE, cwd=ROOT).stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--streams", type=int, default=100)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--model", default="Models/default.safetensors")
    arguments = parser.parse_args()
    (ROOT / "build").mkdir(exist_ok=True)
    packets = ROOT / "build/bench-packets.bin"
    model = ["--model", arguments.model]
    bench = [".build/release/ecgctl", "bench", "pipeline", "--seconds", str(arguments.seconds)]
    bench += model
    subprocess.run(
        bench + ["--streams", str(arguments.streams), "--packets", packets], check=True, cwd=ROOT)
    peer = [sys.executable, HERE / "peer.py", packets] + model
    contestants = {
        "ecgd": bench + ["--streams", str(arguments.streams), "--json"],
        "python": peer,
        "python, sockets": peer + ["--sockets"],
        "python, a second at once": peer + ["--block", "1"],
    }
    results = {name: [] for name in contestants}
    for _ in range(arguments.rounds):
        for name, command in contestants.items():
            results[name].append(output(command))
    os.remove(packets)
    beds = {name: statistics.median(r["bedsPerCore"] for r in runs)
            for name, runs in results.items()}
    report = {
        "bedsPerCore": beds,
        "ratios": {name: beds["ecgd"] / value for name, value in beds.items() if name != "ecgd"},
        "rounds": arguments.rounds, "streams": arguments.streams,
        "machine": results["ecgd"][0]["machine"], "versions": results["python"][0]["versions"],
        "runs": results}
    with open(ROOT / "build/bench-pipeline-peer.json", "w") as file:
        json.dump(report, file, indent=1)
    for name, value in beds.items():
        ratio = "" if name == "ecgd" else f"   ecgd carries {beds['ecgd'] / value:.1f} times as many"
        print(f"{name:26}{value:10.0f} beds per core{ratio}")


if __name__ == "__main__":
    main()
