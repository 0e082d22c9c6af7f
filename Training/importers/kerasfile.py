"""LSTM autoencoders from Keras files: .keras, and .h5 of `model.save`. Needs h5py, not Keras.

    LSTM(return_sequences=True) ... LSTM -> [Dense] -> RepeatVector -> LSTM(...) -> [TimeDistributed(]Dense[)]

Sequential and functional models, also nested ones (an encoder and a decoder model). The
configuration says what the layers are and how they follow each other; nothing of it is executed.
"""

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from importers.chain import Chain, Linear, Lstm, Unsupported

Config = dict[str, Any]
# What does nothing once a model is trained.
IDLE = {
    "InputLayer",
    "Dropout",
    "SpatialDropout1D",
    "GaussianNoise",
    "GaussianDropout",
    "ActivityRegularization",
}
MODELS = {"Sequential", "Functional", "Model"}
# What an LSTM layer must say for its arithmetic to be that of Model.md.
LSTM_NEEDS = {
    "activation": "tanh",
    "recurrent_activation": "sigmoid",
    "go_backwards": False,
    "return_state": False,
    "time_major": False,
}


def read(path: Path) -> Chain:
    """The chain of a .keras or .h5 file."""
    import h5py

    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            config = json.loads(archive.read("config.json"))
            file = h5py.File(io.BytesIO(archive.read("model.weights.h5")))
        return build(list(layers_of_archive(config, file)))
    if not h5py.is_hdf5(path):
        raise Unsupported("neither a .keras archive nor an HDF5 file")
    file = h5py.File(path)
    if "model_config" not in file.attrs:
        raise Unsupported("only weights, no architecture: save the whole model, model.save(...)")
    return build(list(layers_of_hdf5(json.loads(file.attrs["model_config"]), file["model_weights"])))


Layer = tuple[Config, Callable[[], list[np.ndarray]]]


def layers_of_archive(model: Config, group: Any) -> Iterator[Layer]:
    """The layers of a .keras model with their weights, in the order of the data.

    The weights of the n-th layer of a class lie in `layers/class_n`.
    """
    container = next((c for c in ("layers", "_layer_checkpoint_dependencies") if c in group), None)
    counts: dict[str, int] = {}
    places: dict[str, Any] = {}
    for layer in model["config"]["layers"]:
        name = snake_case(layer["class_name"])
        number = counts[name] = counts.get(name, -1) + 1
        place = f"{name}_{number}" if number else name
        places[name_of(layer)] = group[container].get(place, {}) if container else {}
    for layer in in_order(model):
        place = places[name_of(layer)]
        if layer["class_name"] in MODELS:
            yield from layers_of_archive(layer, place)
        else:
            yield layer, lambda place=place: weights_below(place)


def weights_below(place: Any) -> list[np.ndarray]:
    for inner in ("cell", "layer"):
        if inner in place:
            place = place[inner]
    variables = place.get("vars", {})
    return [np.asarray(variables[k], np.float64) for k in sorted(variables, key=int)]


def layers_of_hdf5(model: Config, group: Any, names: list[str] | None = None) -> Iterator[Layer]:
    """The layers of an .h5 model. Its weights are a list for each outermost layer."""
    for layer in in_order(model):
        outermost = group if names is not None else group.get(name_of(layer))
        mine = names
        if names is None:
            mine = [] if outermost is None else [text(n) for n in outermost.attrs["weight_names"]]
        if layer["class_name"] in MODELS:
            yield from layers_of_hdf5(layer, outermost, mine)
        else:
            # In a nested model only the names tell whose weights they are.
            own = [n for n in mine if names is None or f"/{name_of(layer)}/" in f"/{n}"]
            yield layer, lambda own=own, at=outermost: [np.asarray(at[n], np.float64) for n in own]


def in_order(model: Config) -> list[Config]:
    """The layers from input to output; a functional model must be one chain."""
    layers = model["config"]["layers"]
    if model["class_name"] == "Sequential":
        return layers
    rest = {name_of(layer): layer for layer in layers}
    ordered: list[Config] = []
    while rest:
        before = {name_of(ordered[-1])} if ordered else set()
        nexts = [la for la in rest.values() if set(parents(la.get("inbound_nodes"))) == before]
        if len(nexts) != 1:
            layer = next(iter(rest.values()))
            inputs = ", ".join(sorted(set(parents(layer.get("inbound_nodes")))))
            raise Unsupported(f"layer '{name_of(layer)}' takes [{inputs}]: not one chain of layers")
        ordered.append(rest.pop(name_of(nexts[0])))
    return ordered


def parents(node: Any) -> Iterator[str]:
    """The names of the layers that an `inbound_nodes` of Keras 2 or 3 mentions: [name, 0, 0]."""
    if isinstance(node, dict):
        node = list(node.values())
    if isinstance(node, list):
        if len(node) >= 3 and isinstance(node[0], str) and isinstance(node[1], int):
            yield node[0]
        for inner in node:
            yield from parents(inner)


def build(layers: list[Layer]) -> Chain:
    chain = Chain()
    repeated = encoded = False
    for layer, weights in layers:
        kind, config, name = layer["class_name"], layer["config"], name_of(layer)
        if kind in IDLE:
            continue
        if kind == "TimeDistributed":
            kind, config = config["layer"]["class_name"], config["layer"]["config"]
        if kind in ("LSTM", "CuDNNLSTM"):
            lstm = lstm_of(name, kind, config, weights())
            if encoded and not repeated:
                raise Unsupported(f"layer '{name}' follows the latent without RepeatVector")
            if repeated and not config["return_sequences"]:
                raise Unsupported(f"layer '{name}' of the decoder lacks return_sequences=True")
            (chain.decoder if repeated else chain.encoder).append(lstm)
            encoded = encoded or not config["return_sequences"]
        elif kind == "RepeatVector" and encoded and not repeated:
            repeated, chain.steps = True, config["n"]
        elif kind == "Dense" and encoded and not (chain.output if repeated else chain.latent):
            linear = linear_of(name, config, weights())
            if repeated:
                chain.output = linear
            else:
                chain.latent = linear
        else:
            raise Unsupported(f"layer '{name}' ({kind}): an LSTM autoencoder has no such layer there")
        if chain.output and kind in ("LSTM", "CuDNNLSTM"):
            raise Unsupported(f"layer '{name}' (LSTM) follows the output '{chain.output.name}'")
    return chain


def lstm_of(name: str, kind: str, config: Config, weights: list[np.ndarray]) -> Lstm:
    for key, wanted in LSTM_NEEDS.items():
        if config.get(key, wanted) != wanted:
            raise Unsupported(f"layer '{name}': {key} is {config[key]!r}, only {wanted!r} is supported")
    kernel, recurrent = weights[:2]
    bias = weights[2] if len(weights) > 2 else np.zeros(kernel.shape[1])
    if bias.size == 2 * kernel.shape[1]:  # cuDNN has one bias for each kernel.
        bias = bias.reshape(2, -1).sum(axis=0)
    # Keras orders the gates i, f, c, o, which is PyTorch's order, and multiplies from the right.
    return Lstm(name, kernel.T, recurrent.T, bias)


def linear_of(name: str, config: Config, weights: list[np.ndarray]) -> Linear:
    if config.get("activation", "linear") != "linear":
        raise Unsupported(f"layer '{name}': activation is {config['activation']!r}, not 'linear'")
    bias = weights[1] if len(weights) > 1 else np.zeros(weights[0].shape[1])
    return Linear(name, weights[0].T, bias)


def name_of(layer: Config) -> str:
    return layer.get("name") or layer["config"]["name"]


def text(name: str | bytes) -> str:
    return name.decode() if isinstance(name, bytes) else name


def snake_case(name: str) -> str:
    """As Keras makes names of classes: LSTM -> lstm, RepeatVector -> repeat_vector."""
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()
