"""The benchmark's models for the peers: read from the files that `ecgctl bench kernels --export` wrote."""

import json
import struct
from pathlib import Path

import numpy as np

STEPS = 140


class Model:
    """Layers of one safetensors file, as PyTorch orders them."""

    def __init__(self, path):
        data = Path(path).read_bytes()
        (length,) = struct.unpack("<Q", data[:8])
        header = json.loads(data[8 : 8 + length])
        self.arrays = {}
        for name, entry in header.items():
            if name == "__metadata__":
                continue
            start, end = (8 + length + offset for offset in entry["data_offsets"])
            dtype = {"F32": "<f4", "F16": "<f2"}[entry["dtype"]]
            array = np.frombuffer(data[start:end], dtype).reshape(entry["shape"])
            self.arrays[name] = array.astype(np.float32)
        self.manifest = json.loads(header["__metadata__"]["ecgd.manifest"])
        architecture = self.manifest["architecture"]
        self.encoder = self._layers("encoder", len(architecture["encoder"]["lstm"]))
        self.decoder = self._layers("decoder", len(architecture["decoder"]["lstm"]))
        self.repeats_latent = architecture["decoder"]["input"] == "latent"
        self.output = self.arrays["output.weight"], self.arrays["output.bias"]

    def _layers(self, stack, count):
        names = ("weight_ih", "weight_hh", "bias")
        return [[self.arrays[f"{stack}.{i}.{name}"] for name in names] for i in range(count)]


def windows(path, count):
    """The first windows, repeated where the file has fewer: [count, steps]."""
    rows = np.fromfile(path, "<f4").reshape(-1, STEPS)
    return np.resize(rows, (count, STEPS)).astype(np.float32)
