"""Graphs of ONNX that are no LSTM autoencoder are refused by the node's name."""

from pathlib import Path

import numpy as np
import pytest
from conftest import GOLDEN

onnx = pytest.importorskip("onnx")


def changed(tmp_path: Path, change) -> Path:
    model = onnx.load(GOLDEN / "keras2-classic.onnx")
    change(model.graph)
    path = tmp_path / "changed.onnx"
    onnx.save(model, path)
    return path


def first(graph, kind: str):
    return next(node for node in graph.node if node.op_type == kind)


def refuse(run_script, tmp_path: Path, change, *words: str) -> None:
    done = run_script("importmodel.py", changed(tmp_path, change), tmp_path / "out.safetensors")
    assert done.returncode == 65, done.stdout
    assert all(word in done.stderr for word in words) and "Traceback" not in done.stderr, done.stderr


def test_an_operation_that_is_no_layer_is_refused(run_script, tmp_path):
    def squash(graph):
        node = first(graph, "Squeeze")
        name = node.output[0]
        node.output[0] = "unsquashed"
        relu = onnx.helper.make_node("Relu", ["unsquashed"], [name], name="squash")
        graph.node.insert(list(graph.node).index(node) + 1, relu)

    refuse(run_script, tmp_path, squash, "'squash' (Relu)")


def test_other_activations_are_refused(run_script, tmp_path):
    def relu(graph):
        attribute = next(a for a in first(graph, "LSTM").attribute if a.name == "activations")
        attribute.strings[1] = b"Relu"

    refuse(run_script, tmp_path, relu, "'LSTM__73' (LSTM)", "relu")


def test_a_backward_layer_is_refused(run_script, tmp_path):
    def reverse(graph):
        attribute = next(a for a in first(graph, "LSTM").attribute if a.name == "direction")
        attribute.s = b"reverse"

    refuse(run_script, tmp_path, reverse, "'LSTM__73' (LSTM)", "reverse")


def test_a_graph_that_moves_numbers_in_another_way_is_refused(run_script, tmp_path):
    """The first instead of the last hidden state: only the arithmetic shows it."""

    def first_state(graph):
        for tensor in graph.initializer:
            if tensor.name in ("const_starts__186", "const_ends__187"):
                value = np.array([0 if "starts" in tensor.name else 1], np.int32)
                tensor.CopyFrom(onnx.numpy_helper.from_array(value, tensor.name))

    refuse(run_script, tmp_path, first_state, "differ from the graph by", "LSTM__94")


def test_a_graph_without_lstm_is_refused(run_script, tmp_path):
    def empty(graph):
        del graph.node[:]
        graph.node.append(onnx.helper.make_node("Identity", ["ecg"], [graph.output[0].name]))

    refuse(run_script, tmp_path, empty, "no LSTM node")
