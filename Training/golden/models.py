"""Small models of random, seeded weights with answers from PyTorch in float64: the golden vectors
of Tests/ECGModelTests. Run from anywhere:

    python Training/golden/models.py Tests/ECGModelTests/Golden
"""

import sys
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from export import expected_shapes, export, is_conditioned, reconstruct, window_length, write_safetensors  # noqa: E402


def manifest(name, length, step, leads, encoder, latent, decoder, skip):
    return {
        "formatVersion": 1,
        "name": name,
        "description": "random weights, for tests",
        "leads": {"count": leads, "names": ["II", "V1", "V5"][:leads]},
        "sampleRateHz": 128,
        "window": {"kind": "beat", "beforeSamples": length // 3, "afterSamples": length - length // 3},
        "samplesPerStep": step,
        "filters": {"highPass": {"hz": 0.5, "order": 2}, "lowPass": {"hz": 40, "order": 2}, "mainsNotch": True},
        "normalisation": "meanRemovedAndScaledByPatientAmplitude",
        "architecture": {
            "encoder": {"input": encoder[0], "lstm": encoder[1]},
            "latent": {"kind": "linear", "size": latent} if latent else {"kind": "lastHidden"},
            "decoder": {"input": decoder[0], "lstm": decoder[1]},
            "output": {"skip": skip},
        },
        "error": {"metric": "L1", "reduction": "sum", "limit": 20},
        "baseline": {"quantile": 0.99, "weights": [0.5, -1]},
        "trainingData": "none",
        "licence": "as the repository",
        "toolVersions": {"torch": torch.__version__, "numpy": np.__version__},
        "knownAnswer": {"tolerance": 1e-5},
    }


MODELS = [
    # The seed's shape in small: one sample a step, latent repeated, units no multiple of 8.
    manifest("plain", 30, 1, 1, ("signal", [13, 9]), None, ("latent", [9, 13]), "none"),
    # Everything conditioned, a linear latent, several samples a step.
    manifest(
        "conditioned", 96, 8, 1, ("differenceAndReference", [24]), 5,
        ("latentAndReference", [24]), "reference",
    ),
    # Several leads, an odd patch, deep stacks, one condition only.
    manifest("leads", 35, 5, 3, ("signal", [16, 8, 11]), 7, ("latentAndReference", [10, 17]), "none"),
]


def torch_reconstruct(manifest, arrays, windows, references):
    """The same network made of PyTorch's own layers, in float64."""
    architecture = manifest["architecture"]
    patch = manifest["samplesPerStep"] * manifest["leads"]["count"]
    x = torch.tensor(windows, dtype=torch.float64).reshape(len(windows), -1, patch)
    r = None
    if references is not None:
        r = torch.tensor(references, dtype=torch.float64).reshape(x.shape)

    def stack(name, h, units):
        for index, size in enumerate(units):
            layer = torch.nn.LSTM(h.shape[2], size, batch_first=True, dtype=torch.float64)
            prefix = f"{name}.{index}."
            layer.load_state_dict(
                {
                    "weight_ih_l0": torch.tensor(arrays[prefix + "weight_ih"]),
                    "weight_hh_l0": torch.tensor(arrays[prefix + "weight_hh"]),
                    "bias_ih_l0": torch.tensor(arrays[prefix + "bias"]),
                    "bias_hh_l0": torch.zeros(4 * size),
                }
            )
            h = layer(h)[0]
        return h

    def linear(name, h):
        weight, bias = (torch.tensor(arrays[f"{name}.{t}"]).double() for t in ("weight", "bias"))
        return torch.nn.functional.linear(h, weight, bias)

    with torch.no_grad():
        encoder, decoder = architecture["encoder"], architecture["decoder"]
        features = x if encoder["input"] == "signal" else torch.cat([x - r, r], dim=2)
        latent = stack("encoder", features, encoder["lstm"])[:, -1]
        if architecture["latent"]["kind"] == "linear":
            latent = linear("latent", latent)
        feed = latent[:, None].expand(-1, x.shape[1], -1)
        if decoder["input"] == "latentAndReference":
            feed = torch.cat([feed, r], dim=2)
        out = linear("output", stack("decoder", feed, decoder["lstm"]))
        if architecture["output"]["skip"] == "reference":
            out = out + r
    return out.reshape(windows.shape).numpy()


def write_model(folder, manifest, seed):
    random = np.random.default_rng(seed)
    arrays = {}
    for name, shape in expected_shapes(manifest).items():
        bound = 1.2 / np.sqrt(shape[-1] if len(shape) == 2 else 4)
        arrays[name] = random.uniform(-bound, bound, shape).astype(np.float32)
    shape = (5, window_length(manifest), manifest["leads"]["count"])
    windows = random.standard_normal(shape).astype(np.float32)
    references = None
    if is_conditioned(manifest["architecture"]):
        references = random.standard_normal(shape).astype(np.float32)
    expected = torch_reconstruct(manifest, arrays, windows, references)
    ours = reconstruct(manifest, arrays, windows, references)
    assert np.abs(expected - ours).max() < 1e-12, "export.py and PyTorch disagree"
    export(folder / f"{manifest['name']}.safetensors", arrays, manifest, windows, references)


def write_layer(folder, name, inputs, units, steps, windows, seed):
    """One LSTM layer and one linear layer over its hidden states."""
    random = np.random.default_rng(seed)
    generator = torch.Generator().manual_seed(seed)
    lstm = torch.nn.LSTM(inputs, units, batch_first=True)
    linear = torch.nn.Linear(units, 3)
    for parameter in [*lstm.parameters(), *linear.parameters()]:
        torch.nn.init.uniform_(parameter, -0.5, 0.5, generator=generator)
    x = random.standard_normal((windows, steps, inputs)).astype(np.float32)
    with torch.no_grad():
        lstm, linear = lstm.double(), linear.double()
        h = lstm(torch.tensor(x, dtype=torch.float64))[0]
        y = linear(h)
    tensors = {
        "weight_ih": lstm.weight_ih_l0,
        "weight_hh": lstm.weight_hh_l0,
        "bias": lstm.bias_ih_l0 + lstm.bias_hh_l0,
        "linear.weight": linear.weight,
        "linear.bias": linear.bias,
        "x": torch.tensor(x),
        "h": h,
        "y": y,
    }
    arrays = {k: np.ascontiguousarray(v.detach().numpy(), "<f4") for k, v in tensors.items()}
    write_safetensors(folder / f"{name}.safetensors", arrays, {"source": "Training/golden/models.py"})


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for seed, model in enumerate(MODELS):
        write_model(folder, model, seed)
    write_layer(folder, "layer-8x16", inputs=8, units=16, steps=12, windows=3, seed=11)
    write_layer(folder, "layer-3x13", inputs=3, units=13, steps=7, windows=5, seed=12)
    write_layer(folder, "layer-17x64", inputs=17, units=64, steps=6, windows=2, seed=13)


if __name__ == "__main__":
    main()
