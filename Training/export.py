"""Writes a model file (Documentation/Model.md) from arrays; the one place in Python that knows its layout.

    export(path, arrays, manifest, known_input, known_reference=None)

`arrays` maps the tensor names of Model.md to anything NumPy can read; `encoder.L.bias` may be given
instead as PyTorch's pair `encoder.L.bias_ih`, `encoder.L.bias_hh`. The known answer is computed here,
in float64, by code that shares nothing with the daemon or with PyTorch.
"""

import hashlib
import json
import platform
import struct
from pathlib import Path

import numpy as np

FORMAT_VERSION = 1
MANIFEST_KEY = "ecgd.manifest"


def is_conditioned(architecture):
    """Whether the model needs a reference beside each window."""
    return (
        architecture["encoder"]["input"] == "differenceAndReference"
        or architecture["decoder"]["input"] == "latentAndReference"
        or architecture["output"]["skip"] == "reference"
    )


def window_length(manifest):
    window = manifest["window"]
    if window["kind"] == "sliding":
        return window["lengthSamples"]
    return window["beforeSamples"] + window["afterSamples"]


def expected_shapes(manifest):
    """Every weight tensor of the manifest's architecture with its shape, in order."""
    architecture = manifest["architecture"]
    patch = manifest["samplesPerStep"] * manifest["leads"]["count"]
    shapes = {}

    def stack(name, inputs, layers):
        for index, units in enumerate(layers):
            shapes[f"{name}.{index}.weight_ih"] = (4 * units, inputs)
            shapes[f"{name}.{index}.weight_hh"] = (4 * units, units)
            shapes[f"{name}.{index}.bias"] = (4 * units,)
            inputs = units
        return inputs

    encoder = architecture["encoder"]
    latent = stack("encoder", patch * (1 if encoder["input"] == "signal" else 2), encoder["lstm"])
    if architecture["latent"]["kind"] == "linear":
        size = architecture["latent"]["size"]
        shapes["latent.weight"], shapes["latent.bias"] = (size, latent), (size,)
        latent = size
    decoder = architecture["decoder"]
    inputs = latent + (patch if decoder["input"] == "latentAndReference" else 0)
    if decoder["input"] == "hiddenStates" and architecture["latent"]["kind"] != "lastHidden":
        raise ValueError("hiddenStates goes with the latent lastHidden")
    last = stack("decoder", inputs, decoder["lstm"])
    shapes["output.weight"], shapes["output.bias"] = (patch, last), (patch,)
    return shapes


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def lstm(x, weight_ih, weight_hh, bias):
    """The hidden states of one layer, [windows, steps, units], from [windows, steps, inputs]."""
    units = weight_hh.shape[1]
    h = np.zeros((len(x), units))
    c = np.zeros_like(h)
    projected = x @ weight_ih.T + bias
    states = []
    for step in range(x.shape[1]):
        i, f, g, o = np.split(projected[:, step] + h @ weight_hh.T, 4, axis=1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        states.append(h)
    return np.stack(states, axis=1)


def reconstruct(manifest, arrays, windows, references=None):
    """The reconstruction in float64: [windows, samples, leads] from the same."""
    architecture = manifest["architecture"]
    weights = {name: np.asarray(a, np.float32).astype(np.float64) for name, a in arrays.items()}
    windows = np.asarray(windows, np.float64)
    patch = manifest["samplesPerStep"] * manifest["leads"]["count"]
    x = windows.reshape(len(windows), -1, patch)
    r = None if references is None else np.asarray(references, np.float64).reshape(x.shape)

    def stack(name, h, count):
        for index in range(count):
            prefix = f"{name}.{index}."
            h = lstm(h, *(weights[prefix + t] for t in ("weight_ih", "weight_hh", "bias")))
        return h

    encoder, decoder = architecture["encoder"], architecture["decoder"]
    features = x if encoder["input"] == "signal" else np.concatenate([x - r, r], axis=2)
    states = stack("encoder", features, len(encoder["lstm"]))
    latent = states[:, -1]
    if architecture["latent"]["kind"] == "linear":
        latent = latent @ weights["latent.weight"].T + weights["latent.bias"]
    feed = np.repeat(latent[:, None], x.shape[1], axis=1)
    if decoder["input"] == "latentAndReference":
        feed = np.concatenate([feed, r], axis=2)
    if decoder["input"] == "hiddenStates":
        feed = states
    h = stack("decoder", feed, len(decoder["lstm"]))
    out = h @ weights["output.weight"].T + weights["output.bias"]
    if architecture["output"]["skip"] == "reference":
        out = out + r
    return out.reshape(windows.shape)


def sum_biases(arrays):
    """`arrays` as NumPy, with each pair bias_ih, bias_hh added in float64 into one bias."""
    merged = {name: to_numpy(array) for name, array in arrays.items()}
    for name in [name for name in merged if name.endswith(".bias_ih")]:
        base = name.removesuffix("_ih")
        merged[base] = merged.pop(name).astype(np.float64) + merged.pop(base + "_hh")
    return merged


def to_numpy(array):
    if hasattr(array, "detach"):
        array = array.detach().cpu().numpy()
    return np.asarray(array)


def tool_versions():
    versions = {"python": platform.python_version(), "numpy": np.__version__}
    try:
        import torch

        versions["torch"] = torch.__version__
    except ImportError:
        pass
    return versions


DTYPES = {"float32": "F32", "float16": "F16"}


def is_rounded(manifest, name):
    """Whether a tensor is stored as float16: the matrices of LSTM layers, where the manifest says so."""
    storage = manifest.get("weights", {}).get("storage", "float32")
    return storage == "float16" and name.endswith((".weight_ih", ".weight_hh"))


def write_safetensors(path, tensors, metadata):
    """`tensors` (name -> float32 or float16 array) and `metadata` (name -> string) as a safetensors
    file."""
    header, offset = {"__metadata__": metadata}, 0
    for name, array in tensors.items():
        end = offset + array.nbytes
        dtype = DTYPES[array.dtype.name]
        header[name] = {"dtype": dtype, "shape": list(array.shape), "data_offsets": [offset, end]}
        offset = end
    return write_container(path, header, b"".join(a.tobytes() for a in tensors.values()))


def write_container(path, header, tensor_bytes):
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    data = struct.pack("<Q", len(text)) + text + tensor_bytes
    path = Path(path)
    temporary = path.with_name(path.name + ".partial")
    temporary.write_bytes(data)
    temporary.replace(path)
    return hashlib.sha256(data).hexdigest()


def read_metadata(path):
    """The metadata of a safetensors file, name -> string."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        return json.loads(file.read(length))["__metadata__"]


def add_to_baseline(path, out, numbers):
    """Writes the model file `path` to `out` with more numbers in its manifest's `baseline`, tensors as
    they are; returns the SHA-256."""
    data = Path(path).read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    manifest = json.loads(header["__metadata__"][MANIFEST_KEY])
    manifest["baseline"] |= numbers
    header["__metadata__"][MANIFEST_KEY] = json.dumps(manifest, ensure_ascii=False)
    return write_container(out, header, data[8 + length :])


def export(path, arrays, manifest, known_input, known_reference=None, tolerance=1e-3):
    """Writes the model file and returns its SHA-256.

    `manifest` is the object of Model.md; `formatVersion`, `toolVersions` and `knownAnswer` are
    filled in where absent. `known_input` (and, for a conditioned model, `known_reference`) is
    [n, lengthSamples, leads], or [n, lengthSamples] for one lead, already normalised. Where
    `weights.storage` is "float16", LSTM matrices are rounded, and the answer of the unrounded ones is
    stored beside that of the rounded ones. Raises ValueError where arrays and manifest do not agree,
    or rounding moves the known answer by more than `weights.roundingTolerance`.
    """
    manifest = {
        "formatVersion": FORMAT_VERSION,
        **manifest,
        "toolVersions": manifest.get("toolVersions") or tool_versions(),
        "knownAnswer": manifest.get("knownAnswer") or {"tolerance": tolerance},
    }
    arrays = sum_biases(arrays)
    shapes = expected_shapes(manifest)
    if set(arrays) != set(shapes):
        raise ValueError(
            f"missing tensors {sorted(set(shapes) - set(arrays))}, "
            f"unknown tensors {sorted(set(arrays) - set(shapes))}"
        )
    tensors = {}
    for name, shape in shapes.items():
        if arrays[name].shape != shape:
            raise ValueError(f"{name}: shape {arrays[name].shape}, expected {shape}")
        tensors[name] = np.ascontiguousarray(arrays[name], "<f4")
        if is_rounded(manifest, name):
            tensors[name] = tensors[name].astype("<f2")
        if not np.isfinite(tensors[name]).all():
            raise ValueError(f"{name}: NaN or infinite")
    if is_conditioned(manifest["architecture"]) != (known_reference is not None):
        raise ValueError("a conditioned model, and no other, needs known_reference")

    shape = (-1, window_length(manifest), manifest["leads"]["count"])
    known_input = np.asarray(known_input, np.float32).reshape(shape)
    tensors["knownAnswer.input"] = np.ascontiguousarray(known_input, "<f4")
    if known_reference is not None:
        known_reference = np.asarray(known_reference, np.float32).reshape(known_input.shape)
        tensors["knownAnswer.reference"] = np.ascontiguousarray(known_reference, "<f4")
    answer = reconstruct(manifest, tensors, known_input, known_reference)
    tensors["knownAnswer.reconstruction"] = np.ascontiguousarray(answer, "<f4")
    if any(is_rounded(manifest, name) for name in shapes):
        unrounded = reconstruct(manifest, arrays, known_input, known_reference)
        moved, limit = np.abs(unrounded - answer).max(), manifest["weights"]["roundingTolerance"]
        if not moved <= limit:
            raise ValueError(f"float16 moves the known answer by {moved}, more than {limit}")
        tensors["knownAnswer.unrounded"] = np.ascontiguousarray(unrounded, "<f4")
    metadata = {MANIFEST_KEY: json.dumps(manifest, ensure_ascii=False)}
    return write_safetensors(path, tensors, metadata)
