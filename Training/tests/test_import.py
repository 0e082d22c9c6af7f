"""Imported models compute what their framework computed: committed files of Keras 2 and 3 and tf2onnx
(Training/golden/foreign.py), read without any of them."""

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from conftest import GOLDEN

pytest.importorskip("h5py")
TOLERANCE = 1e-5
FILES = sorted(p.name for p in GOLDEN.iterdir() if p.suffix in (".h5", ".keras", ".onnx"))


@pytest.mark.parametrize("name", FILES)
def test_an_imported_file_reconstructs_as_its_framework_did(
    name, tmp_path, run_script, daemon_reconstruction
):
    if name.endswith(".onnx"):
        pytest.importorskip("onnx")
    model = tmp_path / "model.safetensors"
    done = run_script("importmodel.py", GOLDEN / name, model)
    assert done.returncode == 0, done.stderr
    expected = np.load((GOLDEN / name).with_suffix(".npz"))
    ours = daemon_reconstruction(model, expected["window"])
    assert np.abs(ours - expected["reconstruction"]).max() < TOLERANCE


def test_the_committed_files_are_there():
    assert {Path(n).suffix for n in FILES} == {".h5", ".keras", ".onnx"} and len(FILES) >= 8


def edited(tmp_path: Path, edit) -> Path:
    """The classic Keras model with its configuration edited."""
    changed = tmp_path / "edited.keras"
    original = GOLDEN / "keras3.0-classic.keras"
    with zipfile.ZipFile(original) as source, zipfile.ZipFile(changed, "w") as target:
        for item in source.namelist():
            data = source.read(item)
            if item == "config.json":
                config = json.loads(data)
                edit({layer["config"]["name"]: layer for layer in config["config"]["layers"]})
                data = json.dumps(config).encode()
            target.writestr(item, data)
    return changed


@pytest.mark.parametrize(
    "layer, key, value",
    [
        ("lstm", "activation", "relu"),
        ("lstm_1", "recurrent_activation", "hard_sigmoid"),
        ("lstm_2", "go_backwards", True),
        ("lstm_3", "return_sequences", False),
    ],
)
def test_what_the_daemon_cannot_compute_is_refused_by_the_layers_name(
    layer, key, value, tmp_path, run_script
):
    file = edited(tmp_path, lambda layers: layers[layer]["config"].update({key: value}))
    done = run_script("importmodel.py", file, tmp_path / "out.safetensors")
    assert done.returncode == 65 and f"'{layer}'" in done.stderr and key in done.stderr
    assert not (tmp_path / "out.safetensors").exists()


def test_a_layer_of_another_kind_is_refused_by_name(tmp_path, run_script):
    file = edited(tmp_path, lambda layers: layers["dropout"].update(class_name="Bidirectional"))
    done = run_script("importmodel.py", file, tmp_path / "out.safetensors")
    assert done.returncode == 65 and "'dropout' (Bidirectional)" in done.stderr


def test_an_active_output_is_refused(tmp_path, run_script):
    def squash(layers):
        layers["time_distributed"]["config"]["layer"]["config"]["activation"] = "sigmoid"

    done = run_script("importmodel.py", edited(tmp_path, squash), tmp_path / "out.safetensors")
    assert done.returncode == 65 and "activation is 'sigmoid'" in done.stderr


@pytest.mark.parametrize("suffix", [".keras", ".h5", ".onnx", ".pth"])
def test_garbage_and_absence_are_told_apart(suffix, tmp_path, run_script):
    if suffix in (".onnx", ".pth"):
        pytest.importorskip({".onnx": "onnx", ".pth": "torch"}[suffix])
    file = tmp_path / f"model{suffix}"
    assert run_script("importmodel.py", file, tmp_path / "out").returncode == 66
    file.write_bytes(b"no model" * 100)
    done = run_script("importmodel.py", file, tmp_path / "out")
    assert done.returncode == 65 and str(file) in done.stderr and "Traceback" not in done.stderr


def test_a_manifest_that_contradicts_the_file_is_refused(tmp_path, run_script):
    manifest = tmp_path / "manifest.json"
    manifest.write_text('{"window": {"kind": "sliding", "lengthSamples": 30, "hopSamples": 1}}')
    file = GOLDEN / "keras2-classic.h5"
    done = run_script("importmodel.py", file, tmp_path / "out", "--manifest", manifest)
    assert done.returncode == 65 and "window has 40 samples; the manifest's 30" in done.stderr
    manifest.write_text('{"leads": {"count": 2, "names": ["II", "V1"]}, "licence": "mine"}')
    done = run_script("importmodel.py", file, tmp_path / "out", "--manifest", manifest)
    assert done.returncode == 0, done.stderr
