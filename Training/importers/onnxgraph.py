"""LSTM autoencoders from ONNX graphs, as torch.onnx and tf2onnx write them. Needs onnx.

The graph is followed from its input on. LSTM, MatMul, Gemm and Add are layers; what only moves
numbers about (Transpose, Reshape, Gather, Tile, ...) is passed over, and everything else is refused
by name. That nothing was lost by passing over is proved, not supposed: the layers must reproduce
what the reference evaluator of ONNX makes of the graph.
"""

from pathlib import Path
from typing import Any

import numpy as np

from importers.chain import Arrays, Chain, Linear, Lstm, Unsupported, assemble

MOVES = {
    "Transpose",
    "Squeeze",
    "Unsqueeze",
    "Reshape",
    "Flatten",
    "Identity",
    "Cast",
    "Dropout",
    "Expand",
    "Tile",
    "Slice",
    "Gather",
    "Concat",
    "Split",
}
GATES = [0, 2, 3, 1]  # i, f, g, o among ONNX's i, o, f, c
TOLERANCE = 1e-4


def read(path: Path, numbers: int | None = None) -> Chain:
    """The chain of an ONNX file. `numbers`, how many a window has, is needed where the
    input's length is left open."""
    import onnx
    from onnx.reference import ReferenceEvaluator

    model = onnx.load(path)
    graph = model.graph
    constants = {t.name: onnx.numpy_helper.to_array(t) for t in graph.initializer}
    inputs = [i for i in graph.input if i.name not in constants]
    if len(inputs) != 1 or len(graph.output) != 1:
        raise Unsupported(f"{len(inputs)} inputs and {len(graph.output)} outputs, expected one of each")
    nodes = on_the_path(graph.node, inputs[0].name)
    first = next((n for n in nodes if n.op_type == "LSTM"), None)
    if first is None:
        raise Unsupported("no LSTM node takes the graph's input")
    width = recurrent_inputs(first, constants, graph)
    shape = input_shape(inputs[0], width, numbers)
    window = np.random.default_rng(1).standard_normal(shape).astype(np.float32)
    values = ReferenceEvaluator(model).run(None, {inputs[0].name: window}, intermediate=True)
    layers = layers_of([n for n in nodes if n.op_type not in MOVES], {**constants, **values})
    answer = values[graph.output[0].name]
    if answer.size != window.size:
        raise Unsupported(f"the output has shape {answer.shape} for an input of {shape}: no autoencoder")
    return proved(layers, window.reshape(1, -1, width), answer.reshape(1, -1, width))


def label(node: Any) -> str:
    return f"node '{node.name or node.output[0]}' ({node.op_type})"


def on_the_path(nodes: Any, start: str) -> list[Any]:
    """The nodes that the input's numbers pass through; refuses what is no layer and moves none."""
    live, path = {start}, []
    for node in nodes:
        if node.op_type == "Shape" or not live.intersection(node.input):
            continue
        if node.op_type not in MOVES | {"LSTM", "MatMul", "Gemm", "Add"}:
            raise Unsupported(f"{label(node)}: an LSTM autoencoder has no such operation")
        later = live.intersection(node.input[1:])
        if later and (node.op_type == "LSTM" or (node.op_type != "Concat" and node.input[0] in live)):
            raise Unsupported(f"{label(node)}: takes '{later.pop()}', which depends on the window")
        live.update(name for name in node.output if name)
        path.append(node)
    return path


def recurrent_inputs(node: Any, constants: Arrays, graph: Any) -> int:
    """How many numbers a step the LSTM takes."""
    import onnx

    for other in graph.node:
        if other.op_type == "Constant" and other.output[0] == node.input[1]:
            return onnx.numpy_helper.to_array(other.attribute[0].t).shape[2]
    if node.input[1] not in constants:
        raise Unsupported(f"{label(node)}: its weight '{node.input[1]}' is not stored in the file")
    return constants[node.input[1]].shape[2]


def input_shape(value: Any, width: int, numbers: int | None) -> list[int]:
    """The input's shape for one window: the last open length is the window's, other open ones 1."""
    shape = [d.dim_value or None for d in value.type.tensor_type.shape.dim]
    known = int(np.prod([d for d in shape if d], dtype=int))
    if known <= width:
        if numbers is None:
            raise Unsupported(f"input '{value.name}' has no fixed length: give `window` in --manifest")
        at = max(i for i, d in enumerate(shape) if d is None)
        shape[at] = numbers // known
    return [d or 1 for d in shape]


def attributes(node: Any) -> dict[str, Any]:
    import onnx

    return {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}


def layers_of(nodes: list[Any], values: Arrays) -> list[Lstm | Linear]:
    layers: list[Lstm | Linear] = []
    for node in nodes:
        name, given = node.name or node.output[0], attributes(node)
        stored = [values.get(i) for i in node.input]
        if node.op_type == "LSTM":
            layers.append(lstm_of(node, given, stored))
        elif node.op_type == "MatMul":
            layers.append(Linear(name, stored[1].T, np.zeros(stored[1].shape[1])))
        elif node.op_type == "Gemm":
            weight = stored[1] if given.get("transB") else stored[1].T
            bias = stored[2] if len(stored) > 2 else np.zeros(len(weight))
            layers.append(Linear(name, weight * given.get("alpha", 1), bias * given.get("beta", 1)))
        elif layers and isinstance(layers[-1], Linear):
            constant = stored[1] if stored[1].ndim == 1 else stored[0]
            layers[-1].bias = layers[-1].bias + constant
        else:
            raise Unsupported(f"{label(node)}: follows no MatMul")
    return layers


def lstm_of(node: Any, given: dict[str, Any], stored: list[Any]) -> Lstm:
    """Raises where the node asks for what Model.md has not."""
    stored = stored + [None] * (8 - len(stored))
    if given.get("direction", b"forward") != b"forward":
        raise Unsupported(f"{label(node)}: direction {given['direction'].decode()}, not forward")
    names = [a.decode().lower() for a in given.get("activations", [])]
    if names not in ([], ["sigmoid", "tanh", "tanh"]):
        raise Unsupported(f"{label(node)}: activations {names}, only sigmoid, tanh, tanh are supported")
    for key in ("clip", "input_forget"):
        if given.get(key):
            raise Unsupported(f"{label(node)}: {key} is not supported")
    for index, what in ((5, "initial_h"), (6, "initial_c"), (7, "peepholes")):
        if stored[index] is not None and np.any(stored[index]):
            raise Unsupported(f"{label(node)}: {what} that is not zero is not supported")

    def gates(array: np.ndarray) -> np.ndarray:
        return np.concatenate([np.split(array, 4)[g] for g in GATES])

    weight_ih, weight_hh = gates(stored[1][0]), gates(stored[2][0])
    bias = np.zeros(len(weight_ih))
    if stored[3] is not None:
        input_bias, hidden_bias = np.split(stored[3][0], 2)
        bias = gates(input_bias.astype(np.float64) + hidden_bias)
    return Lstm(node.name or node.output[0], weight_ih, weight_hh, bias)


def proved(layers: list[Lstm | Linear], window: np.ndarray, answer: np.ndarray) -> Chain:
    """The chain whose reconstruction is the graph's own: the latent stands between two LSTM layers,
    where a linear layer stands or else where the answer agrees."""
    from export import reconstruct

    least, steps = np.inf, window.shape[1]
    for split in range(1, len(layers)):
        encoder, rest = layers[:split], layers[split:]
        latent = rest.pop(0) if isinstance(rest[0], Linear) else None
        output = rest.pop() if rest and isinstance(rest[-1], Linear) else None
        if not rest or not all(isinstance(layer, Lstm) for layer in encoder + rest):
            continue
        chain = Chain(encoder, latent, rest, output, steps)
        try:
            arrays, architecture = assemble(chain)
        except Unsupported:
            continue
        manifest = {
            "architecture": architecture,
            "samplesPerStep": window.shape[2],
            "leads": {"count": 1},
        }
        flat = reconstruct(manifest, arrays, window.reshape(1, -1, 1))
        least = min(least, float(np.abs(flat.reshape(answer.shape) - answer).max()))
        if least <= TOLERANCE * max(1.0, float(np.abs(answer).max())):
            return chain
    names = ", ".join(f"'{layer.name}'" for layer in layers)
    reason = "have no order" if np.isinf(least) else f"differ from the graph by at least {least:.2g}"
    raise Unsupported(f"the layers {names}, with a repeated latent in any place, {reason}")
