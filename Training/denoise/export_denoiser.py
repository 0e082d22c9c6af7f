"""Writes a denoiser's model file (Documentation/Model.md) from a checkpoint of train.py.

The known answer is computed here, in float64, by code that shares nothing with the daemon or with
PyTorch.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import torch

import signals
from bypass import LEAST_NOISE
from network import BANDS, LEAST_POWER, SCALE_SECONDS

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from export import lstm, sigmoid, sum_biases, tool_versions, write_safetensors

TRAINING_DATA = (
    "MIT-BIH Arrhythmia Database, de Chazal's DS1 without record 208 (Moody & Mark 2001); MIT-BIH "
    "Supraventricular Arrhythmia Database, even records (Greenwald 1990); first halves of the MIT-BIH "
    "Noise Stress Test Database's noise records (Moody, Muldrow & Mark 1984); PhysioNet, ODC-By 1.0"
)


def tensors_of(state):
    """The checkpoint's tensors under the names of Model.md."""
    named = {}
    for name, tensor in state.items():
        part = name.split(".")
        if part[0] == "layers":
            kind = part[2].removesuffix("_l0")
            named[f"lstm.{part[1]}.{kind}"] = tensor
        else:
            named[name] = tensor
    return {
        name: np.ascontiguousarray(array, "<f4") for name, array in sum_biases(named).items()
    }


def running_mean(values, manifest, seconds):
    """The mean of the rows so far, forgetting slowly."""
    keep = np.exp(-manifest["hopSamples"] / manifest["sampleRateHz"] / seconds)
    total, weight, means = 0.0, 0.0, []
    for value in values:
        total = keep * total + (1 - keep) * value
        weight = keep * weight + (1 - keep)
        means.append(total / weight)
    return np.array(means)


def answer(tensors, manifest, x):
    """What a denoiser makes of a signal, from sample 0 on, in float64."""
    frame, hop = manifest["frameSamples"], manifest["hopSamples"]
    lookahead = manifest["lookaheadSamples"]
    weights = {name: array.astype(np.float64) for name, array in tensors.items()}
    padded = np.concatenate([np.zeros(frame - hop), x.astype(np.float64)])
    steps = len(x) // hop
    frames = np.stack([padded[t * hop : t * hop + frame] for t in range(steps)])
    powers = (x.astype(np.float64).reshape(steps, hop) ** 2).mean(1)
    size = np.sqrt(running_mean(powers, manifest, manifest["scaleSeconds"]) + LEAST_POWER)[:, None]
    h = (frames / size)[None]
    for i in range(len(manifest["lstm"])):
        h = lstm(h, *(weights[f"lstm.{i}.{t}"] for t in ("weight_ih", "weight_hh", "bias")))
    o = h[0] @ weights["output.weight"].T + weights["output.bias"]
    first = lookahead // hop
    start = frame - lookahead - hop
    delayed, o, size = frames[first:, start : start + hop], o[first:], size[first:]
    noise = (o[:, : BANDS * hop] * size).reshape(-1, BANDS, hop)
    levels = o[:, BANDS * hop :]
    bypass = manifest["bypass"]
    share = np.ones((len(o), BANDS))
    if bypass:
        found = running_mean((noise**2).mean(2), manifest, bypass["seconds"]) + LEAST_NOISE
        left = running_mean(
            ((delayed - noise.sum(1)) ** 2).mean(1), manifest, bypass["seconds"]
        ) + LEAST_POWER
        levels = running_mean(levels, manifest, bypass["seconds"])
        numbers = np.hstack([np.log10(found / left[:, None]), levels])
        share = sigmoid(
            numbers @ np.array(bypass["weights"]).reshape(BANDS, -1).T + bypass["biases"]
        )
    return (delayed - (share[..., None] * noise).sum(1)).reshape(-1)


def manifest_of(options, bypass, name, description, training_data, licence):
    return {
        "formatVersion": 1,
        "name": name,
        "description": description,
        "sampleRateHz": signals.RATE_HZ,
        "filters": {
            "highPass": {"hz": 0.5, "order": 2}, "lowPass": {"hz": 40, "order": 2},
            "mainsNotch": True,
        },
        "frameSamples": options["frame"],
        "hopSamples": options["hop"],
        "lookaheadSamples": options["lookahead"],
        "lstm": list(options["units"]),
        "scaleSeconds": SCALE_SECONDS,
        "bypass": bypass,
        "trainingData": training_data,
        "licence": licence,
        "toolVersions": tool_versions(),
        "knownAnswer": {"tolerance": 1e-3},
    }


def known_input(seconds=6, seed=5):
    """A made-up signal: spikes, waves and noise of a few sizes; nobody's heart."""
    random = np.random.default_rng(seed)
    t = np.arange(seconds * signals.RATE_HZ) / signals.RATE_HZ
    beats = sum(np.exp(-(((t - b) / 0.02) ** 2)) for b in np.arange(0.4, seconds, 0.8))
    noise = np.repeat(random.uniform(0, 0.5, seconds), signals.RATE_HZ)
    return (beats + noise * random.standard_normal(len(t))).astype("<f4")


def write(path, state, options, bypass, name, description, training_data=TRAINING_DATA,
          licence="ODC-By 1.0"):
    manifest = manifest_of(options, bypass, name, description, training_data, licence)
    tensors = tensors_of(state)
    x = known_input()
    made = answer(tensors, manifest, x)
    tensors["knownAnswer.input"] = x
    tensors["knownAnswer.output"] = np.ascontiguousarray(made, "<f4")
    metadata = {"ecgd.denoiser": json.dumps(manifest, ensure_ascii=False)}
    return write_safetensors(path, tensors, metadata)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--name", default="ecgd-denoise-2")
    parser.add_argument("--bypass", help="what bypass.py wrote; without, the network is always believed")
    arguments = parser.parse_args()
    checkpoint = torch.load(arguments.checkpoint, weights_only=False)
    options = checkpoint["options"]
    delay = (options["lookahead"] + options["hop"]) / signals.RATE_HZ
    bypass = json.loads(Path(arguments.bypass).read_text())["bypasses"]["all"] if arguments.bypass else None
    digest = write(
        arguments.out, checkpoint["state"], options, bypass, arguments.name,
        f"Streaming LSTM denoiser of one lead; at most {delay * 1000:.0f} ms behind its input",
    )
    print(f"{arguments.out}  {digest}")


if __name__ == "__main__":
    main()
