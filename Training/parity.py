"""Holds the daemon's arithmetic to PyTorch in float64, on a checkpoint and real rows.

    python Training/parity.py --checkpoint model.pth --rows ECG5000_TRAIN.txt \
        [--ecgctl .build/release/ecgctl] [--kernel avx2] [--mapping MAPPING.json]

Imports the checkpoint, scores the rows with `ecgctl score`, runs PyTorch's own layers over the same
rows in float64, and prints the greatest differences. Exit status 1 where a reconstruction differs by
more than 3e-4, a loss by more than 5e-5 of itself, or a decision at all.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch

from export import export, sum_biases
from golden.models import torch_reconstruct
from importers.pytorch import DEFAULT_MAPPING, load_state_dict
from importmodel import DEFAULT_MANIFEST, import_arrays, known_windows

RECONSTRUCTION_LIMIT = 3e-4
LOSS_LIMIT = 5e-5


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--rows", type=Path, required=True, help="UCR text: label, then a window")
    parser.add_argument("--ecgctl", default=".build/release/ecgctl")
    parser.add_argument("--kernel", help="default: the machine's fastest")
    parser.add_argument("--mapping", type=Path, help="as of importmodel.py")
    options = parser.parse_args()
    torch.set_num_threads(1)

    mapping = json.loads(options.mapping.read_text()) if options.mapping else DEFAULT_MAPPING
    arrays, architecture = import_arrays(load_state_dict(options.checkpoint), mapping)
    rows = np.loadtxt(options.rows)[:, 1:].astype(np.float32)
    manifest = {**DEFAULT_MANIFEST, "architecture": architecture}
    manifest["window"] = {**manifest["window"], "lengthSamples": rows.shape[1]}
    limit = manifest["error"]["limit"]

    with tempfile.TemporaryDirectory() as folder:
        model, output = f"{folder}/model.safetensors", f"{folder}/output.npy"
        export(model, arrays, manifest, known_windows(manifest))
        command = [options.ecgctl, "score", "--model", model, "--input", str(options.rows)]
        command += ["--json", "--reconstruction", output]
        if options.kernel:
            command += ["--kernel", options.kernel]
        scored = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        ours = np.load(output).reshape(rows.shape).astype(np.float64)

    theirs = torch_reconstruct(manifest, sum_biases(arrays), rows[:, :, None], None)[:, :, 0]
    loss = np.abs(rows.astype(np.float64) - theirs).sum(axis=1)
    our_loss = np.array([row["loss"] for row in scored["rows"]])
    decisions = np.array([row["decision"] == "anomaly" for row in scored["rows"]])

    reconstruction = np.abs(ours - theirs).max()
    relative = (np.abs(our_loss - loss) / loss).max()
    different = int((decisions != (loss > limit)).sum())
    print(f"kernel {scored['kernel']}, {len(rows)} rows")
    print(f"reconstruction: greatest difference {reconstruction:.2e} (limit {RECONSTRUCTION_LIMIT})")
    print(f"loss: greatest relative difference {relative:.2e} (limit {LOSS_LIMIT})")
    print(f"decisions at {limit}: {different} differ; {int(decisions.sum())} anomalies")
    good = reconstruction <= RECONSTRUCTION_LIMIT and relative <= LOSS_LIMIT and different == 0
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
