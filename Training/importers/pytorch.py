"""LSTM autoencoders from the state_dict of a PyTorch checkpoint.

A state_dict has weights and no wiring, so a mapping says which modules become which layers.
"""

from pathlib import Path
from typing import Any

import numpy as np

from importers.chain import Chain, Linear, Lstm, Unsupported

# The autoencoder of https://github.com/kushalBanda/ECG-LSTM-Autoencoders.
DEFAULT_MAPPING: dict[str, Any] = {
    # Each LSTM is "module" or "module:layer" of a PyTorch LSTM with several layers.
    "encoder": ["encoder.rnn1", "encoder.rnn2"],
    "latent": None,  # or the module of a Linear
    "decoder": ["decoder.rnn1", "decoder.rnn2"],
    "output": "decoder.output_layer",
}


def load_state_dict(path: Path, trust_pickle: bool = False) -> dict[str, Any]:
    import torch

    loaded = torch.load(path, map_location="cpu", weights_only=not trust_pickle)
    if isinstance(loaded, torch.nn.Module):
        return loaded.state_dict()
    for key in ("state_dict", "model_state_dict"):
        if key in loaded:
            return loaded[key]
    return loaded


def read_state_dict(state: dict[str, Any], mapping: dict[str, Any]) -> Chain:
    used: set[str] = set()

    def take(name: str) -> np.ndarray:
        if name not in state:
            raise Unsupported(f"{name}: not in the checkpoint, which has {', '.join(state)}")
        used.add(name)
        return state[name].detach().double().numpy()

    def lstm(entry: str) -> Lstm:
        module, _, layer = entry.partition(":")
        suffix = f"_l{layer or 0}"
        if f"{module}.weight_ih{suffix}_reverse" in state:
            raise Unsupported(f"{entry}: bidirectional; a stream has no future to read backwards")
        if f"{module}.weight_hr{suffix}" in state:
            raise Unsupported(f"{entry}: proj_size; LSTM layers with a projection are not supported")
        names = [f"{module}.{t}{suffix}" for t in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
        weight_ih, weight_hh = take(names[0]), take(names[1])
        bias = np.zeros(len(weight_ih))
        if names[2] in state:
            bias = take(names[2]) + take(names[3])
        return Lstm(entry, weight_ih, weight_hh, bias)

    def linear(module: str | None) -> Linear | None:
        if not module:
            return None
        weight = take(f"{module}.weight")
        bias = take(f"{module}.bias") if f"{module}.bias" in state else np.zeros(len(weight))
        return Linear(module, weight, bias)

    chain = Chain(
        encoder=[lstm(entry) for entry in mapping["encoder"]],
        latent=linear(mapping.get("latent")),
        decoder=[lstm(entry) for entry in mapping["decoder"]],
        output=linear(mapping["output"]),
    )
    if unused := set(state) - used:
        raise Unsupported(f"the mapping leaves weights unused: {', '.join(sorted(unused))}")
    return chain
