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
from network import LEAST_POWER, SCALE_SECONDS

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


def running_size(hops, manifest):
    """The root of the input's running mean power after each hop."""
    keep = np.exp(-manifest["hopSamples"] / manifest["sampleRateHz"] / manifest["scaleSeconds"])
    power, weight, sizes = 0.0, 0.0, []
    for hop in hops:
        power = keep * power + (1 - keep) * np.mean(hop**2)
        weight = keep * weight + (1 - keep)
        sizes.append(np.sqrt(power / weight + LEAST_POWER))
    return np.array(sizes)


def answer(tensors, manifest, x):
    """What a denoiser makes of a signal, from sample 0 on, in float64."""
    frame, hop = manifest["frameSamples"], manifest["hopSamples"]
    lookahead = manifest["lookaheadSamples"]
    weights = {name: array.astype(np.float64) for name, array in tensors.items()}
    padded = np.concatenate([np.zeros(frame - hop), x.astype(np.float64)])
    steps = len(x) // hop
    frames = np.stack([padded[t * hop : t * hop + frame] for t in range(steps)])
    scale = running_size(x.astype(np.float64).reshape(steps, hop), manifest)
    h = (frames / scale[:, None])[None]
    for i in range(len(manifest["lstm"])):
        h = lstm(h, *(weights[f"lstm.{i}.{t}"] for t in ("weight_ih", "weight_hh", "bias")))
    o = h[0] @ weights["output.weight"].T + weights["output.bias"]
    start = frame - lookahead - hop
    delayed = frames[:, start : start + hop]
    estimate, gate, benefit = o[:, :hop], o[:, hop : 2 * hop], o[:, 2 * hop]
    correction = sigmoid(gate) * (estimate * scale[:, None] - delayed)
    out = delayed + correction
    bypass = manifest["bypass"]
    if bypass:
        keep = np.exp(-hop / manifest["sampleRateHz"] / bypass["seconds"])
        believed = left = taken = 0.0
        for t in range(lookahead // hop, steps):
            believed = keep * believed + (1 - keep) * 10 * benefit[t]
            left = keep * left + (1 - keep) * np.mean(out[t] ** 2)
            taken = keep * taken + (1 - keep) * np.mean(correction[t] ** 2)
            ratio = 10 * np.log10(max(left, 1e-12) / (taken + 1e-9))
            low, high = bypass["lowRatioDecibels"], bypass["highRatioDecibels"]
            least, enough = bypass["lowBenefitDecibels"], bypass["highBenefitDecibels"]
            share = np.clip((high - ratio) / (high - low), 0, 1)
            share *= np.clip((believed - least) / (enough - least), 0, 1)
            out[t] = delayed[t] + share * correction[t]
    return out.reshape(-1)[lookahead:]


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
        "bypass": bypass
        and {
            "lowRatioDecibels": bypass[0], "highRatioDecibels": bypass[1], "seconds": bypass[2],
            "lowBenefitDecibels": bypass[3], "highBenefitDecibels": bypass[4],
        },
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
    parser.add_argument("--name", default="ecgd-denoise-1")
    parser.add_argument("--bypass", type=float, nargs=5, help="as evaluate.py's --gate")
    arguments = parser.parse_args()
    checkpoint = torch.load(arguments.checkpoint, weights_only=False)
    options = checkpoint["options"]
    delay = (options["lookahead"] + options["hop"]) / signals.RATE_HZ
    digest = write(
        arguments.out, checkpoint["state"], options, arguments.bypass, arguments.name,
        f"Streaming LSTM denoiser of one lead; at most {delay * 1000:.0f} ms behind its input",
    )
    print(f"{arguments.out}  {digest}")


if __name__ == "__main__":
    main()
