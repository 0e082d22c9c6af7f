"""ONNX Runtime as a peer: its own LSTM operators, one thread, all optimisations.

    python worker_onnxruntime.py MODEL WINDOWS
"""

import sys

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper

from models import STEPS, Model
from worker import serve


def onnx_model(model):
    """The network with ONNX's LSTM operators: [steps, batch, 1] to the same."""
    nodes, constants = [], []

    def constant(name, array):
        constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def reorder(matrix):  # PyTorch's i, f, g, o to ONNX's i, o, f, c
        i, f, g, o = np.split(matrix, 4)
        return np.concatenate([i, o, f, g])[None]

    def stack(x, layers, prefix):
        for index, (weight_ih, weight_hh, bias) in enumerate(layers):
            name = f"{prefix}{index}"
            both = np.concatenate([reorder(bias), np.zeros_like(bias)[None]], axis=1)
            inputs = [
                x,
                constant(f"{name}.W", reorder(weight_ih)),
                constant(f"{name}.R", reorder(weight_hh)),
                constant(f"{name}.B", both),
            ]
            outputs = [f"{name}.Y", f"{name}.last"]
            nodes.append(helper.make_node("LSTM", inputs, outputs, hidden_size=weight_hh.shape[1]))
            axes = constant(f"{name}.axes", np.array([1], np.int64))
            nodes.append(helper.make_node("Squeeze", [outputs[0], axes], [f"{name}.h"]))
            x = f"{name}.h"
        return x, outputs[1]

    x, last = stack("x", model.encoder, "encoder")
    if model.repeats_latent:
        repeats = constant("repeats", np.array([STEPS, 1, 1], np.int64))
        nodes.append(helper.make_node("Tile", [last, repeats], ["repeated"]))
        x = "repeated"
    x, _ = stack(x, model.decoder, "decoder")
    weight, bias = model.output
    nodes.append(helper.make_node("MatMul", [x, constant("output.W", weight.T)], ["product"]))
    nodes.append(helper.make_node("Add", ["product", constant("output.B", bias)], ["y"]))
    shape = [STEPS, "batch", 1]
    graph = helper.make_graph(
        nodes,
        "autoencoder",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, shape)],
        constants,
    )
    result = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(result)
    return result.SerializeToString()


def main():
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
    session = ort.InferenceSession(
        onnx_model(Model(sys.argv[1])), options, providers=["CPUExecutionProvider"]
    )
    serve(f"onnxruntime {ort.__version__}", lambda x: session.run(None, {"x": x})[0], sys.argv[2])


main()
