"""Turns an ecgd model file (one LSTM layer each way, conditioned on a reference beat) into ONNX."""
import json
import struct

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def read(path):
    """The manifest and the tensors of a model file."""
    with open(path, "rb") as file:
        length = struct.unpack("<Q", file.read(8))[0]
        header, data = json.loads(file.read(length)), file.read()
    manifest = json.loads(header.pop("__metadata__")["ecgd.manifest"])
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        tensors[name] = np.frombuffer(data[begin:end], "<f4").reshape(entry["shape"])
    return manifest, tensors


def lstm(tensors, name):
    """W, R, B of ONNX's LSTM, whose gates are in the order i, o, f, c."""

    def order(matrix):
        i, f, g, o = np.split(matrix, 4)
        return np.concatenate([i, o, f, g])

    bias = order(tensors[f"{name}.bias"])
    return {
        f"{name}.W": order(tensors[f"{name}.weight_ih"])[None],
        f"{name}.R": order(tensors[f"{name}.weight_hh"])[None],
        f"{name}.B": np.concatenate([bias, np.zeros_like(bias)])[None],
    }


def convert(path):
    """Serialised ONNX: window [n, steps * patch] and reference alike to reconstruction."""
    manifest, tensors = read(path)
    network = manifest["architecture"]
    assert network["encoder"]["input"] == "differenceAndReference"
    assert network["decoder"]["input"] == "latentAndReference"
    assert network["output"]["skip"] == "reference"
    patch = manifest["samplesPerStep"]
    steps = (manifest["window"]["beforeSamples"] + manifest["window"]["afterSamples"]) // patch
    (units,), (back,) = network["encoder"]["lstm"], network["decoder"]["lstm"]
    latent = network["latent"]["size"]
    constants = {**lstm(tensors, "encoder.0"), **lstm(tensors, "decoder.0")}
    constants |= {
        "latent.W": tensors["latent.weight"].T.copy(), "latent.b": tensors["latent.bias"],
        "output.W": tensors["output.weight"].T.copy(), "output.b": tensors["output.bias"],
        "byStep": np.array([-1, steps, patch]), "flat": np.array([-1, steps * patch]),
        "hidden": np.array([-1, units]), "one": np.array([1]),
        "repeat": np.array([1, steps, 1]),
    }
    node = helper.make_node
    nodes = [
        node("Reshape", ["window", "byStep"], ["x"]),
        node("Reshape", ["reference", "byStep"], ["r"]),
        node("Sub", ["x", "r"], ["difference"]),
        node("Concat", ["difference", "r"], ["features"], axis=2),
        node("Transpose", ["features"], ["encoderIn"], perm=[1, 0, 2]),
        node("LSTM", ["encoderIn", "encoder.0.W", "encoder.0.R", "encoder.0.B"], ["", "h"],
             hidden_size=units),
        node("Reshape", ["h", "hidden"], ["last"]),
        node("MatMul", ["last", "latent.W"], ["projected"]),
        node("Add", ["projected", "latent.b"], ["latent"]),
        node("Unsqueeze", ["latent", "one"], ["latentStep"]),
        node("Tile", ["latentStep", "repeat"], ["latents"]),
        node("Concat", ["latents", "r"], ["decoderFeatures"], axis=2),
        node("Transpose", ["decoderFeatures"], ["decoderIn"], perm=[1, 0, 2]),
        node("LSTM", ["decoderIn", "decoder.0.W", "decoder.0.R", "decoder.0.B"], ["y"],
             hidden_size=back),
        node("Squeeze", ["y", "one"], ["decoded"]),
        node("Transpose", ["decoded"], ["byWindow"], perm=[1, 0, 2]),
        node("MatMul", ["byWindow", "output.W"], ["product"]),
        node("Add", ["product", "output.b"], ["o"]),
        node("Add", ["r", "o"], ["sum"]),
        node("Reshape", ["sum", "flat"], ["reconstruction"]),
    ]
    def value(name, shape):
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

    size = steps * patch
    graph = helper.make_graph(
        nodes, "ecgd", [value("window", ["n", size]), value("reference", ["n", size])],
        [value("reconstruction", ["n", size]), value("latent", ["n", latent])],
        [numpy_helper.from_array(np.ascontiguousarray(v), k) for k, v in constants.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    onnx.checker.check_model(model)
    return model.SerializeToString(), manifest, tensors
