"""What every importer reads a file into: the layers of an autoencoder in the order of the data.

    LSTM ... LSTM -> [Linear] -> repeated -> LSTM ... LSTM -> Linear

`assemble` makes the tensors and the architecture of Documentation/Model.md of it.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

Arrays = dict[str, np.ndarray]


class Unsupported(ValueError):
    """The file holds something that Model.md has no place for; the message names it."""


@dataclass
class Lstm:
    """An LSTM layer in PyTorch's layout: gates i, f, g, o; weight_ih [4 units, inputs]."""

    name: str
    weight_ih: np.ndarray
    weight_hh: np.ndarray
    bias: np.ndarray

    @property
    def units(self) -> int:
        return self.weight_hh.shape[1]


@dataclass
class Linear:
    """weight [outputs, inputs], bias [outputs]."""

    name: str
    weight: np.ndarray
    bias: np.ndarray


@dataclass
class Chain:
    """`steps` is the number of LSTM steps, where the file says it."""

    encoder: list[Lstm] = field(default_factory=list)
    latent: Linear | None = None
    decoder: list[Lstm] = field(default_factory=list)
    output: Linear | None = None
    steps: int | None = None


def check_widths(chain: Chain) -> None:
    """Every layer takes what the layer before it gives, and the last gives what the first takes."""
    layers = [*chain.encoder, chain.latent, *chain.decoder, chain.output]
    if not chain.encoder or not chain.decoder:
        raise Unsupported("no encoder and decoder of LSTM layers with a repeated latent between them")
    width = first = chain.encoder[0].weight_ih.shape[1]
    for layer in (layer for layer in layers if layer is not None):
        matrix = layer.weight_ih if isinstance(layer, Lstm) else layer.weight
        if matrix.shape[1] != width:
            raise Unsupported(f"'{layer.name}' takes {matrix.shape[1]} numbers and is given {width}")
        width = layer.units if isinstance(layer, Lstm) else matrix.shape[0]
    if width != first:
        raise Unsupported(f"the output has {width} numbers a step and the input {first}: no autoencoder")


def assemble(chain: Chain) -> tuple[Arrays, dict[str, Any]]:
    """The tensors and the manifest's `architecture`."""
    if chain.output is None and chain.decoder:
        # The last LSTM is the output itself.
        units = chain.decoder[-1].units
        chain.output = Linear("identity", np.eye(units), np.zeros(units))
    check_widths(chain)
    arrays: Arrays = {}
    for part, layers in (("encoder", chain.encoder), ("decoder", chain.decoder)):
        for index, layer in enumerate(layers):
            for tensor in ("weight_ih", "weight_hh", "bias"):
                arrays[f"{part}.{index}.{tensor}"] = getattr(layer, tensor)
    for part in ("latent", "output"):
        if (linear := getattr(chain, part)) is not None:
            arrays[f"{part}.weight"], arrays[f"{part}.bias"] = linear.weight, linear.bias
    latent: dict[str, Any] = {"kind": "lastHidden"}
    if chain.latent is not None:
        latent = {"kind": "linear", "size": chain.latent.weight.shape[0]}
    return arrays, {
        "encoder": {"input": "signal", "lstm": [layer.units for layer in chain.encoder]},
        "latent": latent,
        "decoder": {"input": "latent", "lstm": [layer.units for layer in chain.decoder]},
        "output": {"skip": "none"},
    }
