"""Where a loaded shard's processor time goes: `ecgctl bench pipeline` under perf, by stage.

    python profile.py --ecgctl .build/release/ecgctl [--streams 4000] [--seconds 10]
        [--model Models/default.safetensors] [--output build/bench-profile.json]

Only what happens inside of the timed part, from decoded packet to score, is counted; making the
packets is not. Needs perf (Debian: linux-perf) and the right to use it.
"""

import argparse
import collections
import json
import re
import subprocess
import tempfile
from pathlib import Path

# The first pattern that the innermost function of a sample matches names its stage.
STAGES = [
    ("LSTM kernels", r"^(step|products|halves|project|linear|ecgd)_|AutoencoderBatch|LSTMLayer|LinearLayer"),
    ("memory fetched ahead", r"Prefetch|ObjectPlace|8prefetch"),
    ("signal quality", r"SignalQuality|QualityMeasures|QualityBlock"),
    ("resampler", r"Resampler|dotProduct"),
    ("filters, missing samples", r"Conditioner|Biquad|MissingSamples"),
    ("QRS detector", r"QRSDetector|MovingMean|MeanInterval"),
    ("reference beats, rhythm, features, score", r"^\$s8ECGModel|logf?_|expf?_|__log|__exp"),
    ("packets decoded", r"^\$s7ECGWire"),
    ("rule alarms, conditions, continuity, windows", r"^\$s11ECGPipeline|^\$s8ECGAlarm|^\$s9ECGSignal|^\$s7ECGCore"),
    ("reference counts, exclusivity, copies", r"^swift|_swift|memmove|memcpy|memset"),
]
TIMED = "takePackets"


def samples(options, folder):
    """The functions of every sample, innermost first."""
    data = folder / "perf.data"
    command = [options.ecgctl, "bench", "pipeline", "--streams", options.streams]
    command += ["--seconds", options.seconds, "--model", options.model]
    record = ["perf", "record", "-g", "-e", "cpu-clock", "-F", "1000", "-o", data, *command]
    subprocess.run(list(map(str, record)), check=True, capture_output=True)
    script = ["perf", "script", "-i", str(data), "-F", "ip,sym"]
    process = subprocess.Popen(script, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    stack = []
    for line in process.stdout:
        line = line.strip()
        if line:
            stack.append(line.split(" ", 1)[-1].split("+0x")[0])
        elif stack:
            yield stack
            stack = []


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--ecgctl", default=".build/release/ecgctl")
    parser.add_argument("--streams", type=int, default=4000)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--model", default="Models/default.safetensors")
    parser.add_argument("--output", type=Path, default=Path("build/bench-profile.json"))
    options = parser.parse_args()
    stages, other = collections.Counter(), collections.Counter()
    with tempfile.TemporaryDirectory() as folder:
        for stack in samples(options, Path(folder)):
            if not any(TIMED in function for function in stack):
                continue
            inner = stack[0]
            stage = next((name for name, pattern in STAGES if re.search(pattern, inner)), "the rest")
            stages[stage] += 1
            if stage == "the rest":
                other[inner] += 1
    total = sum(stages.values())
    if not total:
        raise SystemExit("perf saw nothing of the timed part")
    report = {
        "streams": options.streams,
        "model": options.model,
        "samples": total,
        "shares": {name: count / total for name, count in stages.most_common()},
        "largestOfTheRest": dict(other.most_common(5)),
    }
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(report, indent=2) + "\n")
    for name, share in report["shares"].items():
        print(f"{share:6.1%}  {name}")


if __name__ == "__main__":
    main()
