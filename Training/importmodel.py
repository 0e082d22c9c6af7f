"""Makes a model file from the state_dict of a PyTorch LSTM autoencoder.

    python Training/importmodel.py CHECKPOINT.pth OUT.safetensors \
        [--mapping MAPPING.json] [--manifest MANIFEST.json] [--known-rows ROWS]

The checkpoint is a state_dict, a dict that holds one under `state_dict` or `model_state_dict`, or a
whole pickled module (--trust-pickle; runs code of the file). MAPPING.json says which of its modules
become which layers of Documentation/Model.md; the default is that of the autoencoder of
https://github.com/kushalBanda/ECG-LSTM-Autoencoders. Layer sizes are read off the weights.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import torch

from export import export, is_conditioned, window_length

DEFAULT_MAPPING = {
    # Each LSTM is "module" or "module:layer" of a PyTorch LSTM with several layers.
    "encoder": ["encoder.rnn1", "encoder.rnn2"],
    "latent": None,  # or the module of a Linear
    "decoder": ["decoder.rnn1", "decoder.rnn2"],
    "output": "decoder.output_layer",
}

DEFAULT_MANIFEST = {
    "name": "imported",
    "description": "LSTM autoencoder imported from a PyTorch checkpoint",
    "leads": {"count": 1, "names": []},
    "sampleRateHz": 125,
    "window": {"kind": "sliding", "lengthSamples": 140, "hopSamples": 70},
    "samplesPerStep": 1,
    "filters": {"highPass": None, "lowPass": None, "mainsNotch": False},
    "normalisation": "zScore",
    "error": {"metric": "L1", "reduction": "sum", "limit": 26},
    "baseline": {},
    "trainingData": "unknown",
    "licence": "unknown",
}


def load_state_dict(path, trust_pickle=False):
    loaded = torch.load(path, map_location="cpu", weights_only=not trust_pickle)
    if isinstance(loaded, torch.nn.Module):
        return loaded.state_dict()
    for key in ("state_dict", "model_state_dict"):
        if key in loaded:
            return loaded[key]
    return loaded


def import_arrays(state, mapping):
    """The tensors of Model.md out of a state_dict, and the layer sizes of the architecture."""
    arrays, used, sizes = {}, set(), {"encoder": [], "decoder": []}

    def take(source, target):
        if source not in state:
            raise SystemExit(f"{source}: not in the checkpoint, which has {', '.join(state)}")
        used.add(source)
        arrays[target] = state[source].detach().to(torch.float64).numpy()

    for part in ("encoder", "decoder"):
        for index, module in enumerate(mapping[part]):
            name, _, layer = module.partition(":")
            for tensor in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
                take(f"{name}.{tensor}_l{layer or 0}", f"{part}.{index}.{tensor}")
            sizes[part].append(arrays[f"{part}.{index}.weight_hh"].shape[1])
    for part in ("latent", "output"):
        if mapping.get(part):
            take(f"{mapping[part]}.weight", f"{part}.weight")
            take(f"{mapping[part]}.bias", f"{part}.bias")
    if unused := set(state) - used:
        raise SystemExit(f"the mapping leaves weights unused: {', '.join(sorted(unused))}")
    latent = {"kind": "lastHidden"}
    if "latent.weight" in arrays:
        latent = {"kind": "linear", "size": arrays["latent.weight"].shape[0]}
    architecture = {
        "encoder": {"input": "signal", "lstm": sizes["encoder"]},
        "latent": latent,
        "decoder": {"input": "latent", "lstm": sizes["decoder"]},
        "output": {"skip": "none"},
    }
    return arrays, architecture


def known_windows(manifest, rows=None, count=4, seed=1):
    """Rows of a UCR text file, or seeded smooth noise where there is none."""
    length, leads = window_length(manifest), manifest["leads"]["count"]
    if rows:
        return np.loadtxt(rows, max_rows=count)[:, 1:].reshape(-1, length, leads)
    noise = np.random.default_rng(seed).standard_normal((count, length, leads)).cumsum(axis=1)
    noise -= noise.mean(axis=1, keepdims=True)
    return noise / noise.std(axis=1, keepdims=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--mapping", type=Path, help="JSON: modules of each part")
    parser.add_argument("--manifest", type=Path, help="JSON: fields that replace the defaults")
    parser.add_argument("--known-rows", type=Path, help="UCR text file for the known answer")
    parser.add_argument("--trust-pickle", action="store_true")
    parser.add_argument(
        "--float16-tolerance",
        type=float,
        help="store weights as float16, where that moves the known answer by no more than this",
    )
    options = parser.parse_args()

    mapping = dict(DEFAULT_MAPPING)
    if options.mapping:
        mapping = json.loads(options.mapping.read_text())
    arrays, architecture = import_arrays(
        load_state_dict(options.checkpoint, options.trust_pickle), mapping
    )
    manifest = {**DEFAULT_MANIFEST, "architecture": architecture}
    if options.manifest:
        overrides = json.loads(options.manifest.read_text())
        overrides["architecture"] = {**architecture, **overrides.get("architecture", {})}
        manifest.update(overrides)
    if options.float16_tolerance:
        manifest["weights"] = {
            "storage": "float16",
            "roundingTolerance": options.float16_tolerance,
        }
    if is_conditioned(manifest["architecture"]):
        sys.exit("a conditioned model is exported by the program that trained it (export.py)")
    digest = export(
        options.out, arrays, manifest, known_windows(manifest, options.known_rows)
    )
    print(f"{options.out}: {options.out.stat().st_size} bytes, sha256 {digest}")


if __name__ == "__main__":
    main()
