"""Models made afresh in PyTorch and Keras, exported by their own tools: `make test-training`."""

import json
import os

import numpy as np
import pytest

torch = pytest.importorskip("torch")
STEPS, WIDTH = 20, 2
TOLERANCE = 1e-5


class LastHidden(torch.nn.Module):
    """Two layers each way; the decoder gets the last hidden state, `repeat`ed."""

    mapping = {"encoder": ["a", "b"], "decoder": ["c", "d"], "output": "o"}

    def __init__(self):
        super().__init__()
        self.a = torch.nn.LSTM(WIDTH, 6, batch_first=True)
        self.b = torch.nn.LSTM(6, 4, batch_first=True)
        self.c = torch.nn.LSTM(4, 4, batch_first=True)
        self.d = torch.nn.LSTM(4, 6, batch_first=True)
        self.o = torch.nn.Linear(6, WIDTH)

    def forward(self, x):
        _, (h, _) = self.b(self.a(x)[0])
        z = h[-1][:, None].repeat(1, STEPS, 1)
        return self.o(self.d(self.c(z)[0])[0])


class LinearLatent(torch.nn.Module):
    """LSTMs of several layers, a linear latent of the last output, `expand`ed; no biases somewhere."""

    mapping = {"encoder": ["a:0", "a:1"], "latent": "z", "decoder": ["c:0", "c:1"], "output": "o"}

    def __init__(self):
        super().__init__()
        self.a = torch.nn.LSTM(WIDTH, 6, 2, batch_first=True, dropout=0.1)
        self.z = torch.nn.Linear(6, 3, bias=False)
        self.c = torch.nn.LSTM(3, 5, 2, batch_first=True, bias=False)
        self.o = torch.nn.Linear(5, WIDTH)

    def forward(self, x):
        z = self.z(self.a(x)[0][:, -1])
        return self.o(self.c(z.unsqueeze(1).expand(-1, STEPS, -1))[0])


def made(kind):
    torch.manual_seed(3)
    model = kind().eval()
    window = torch.randn(4, STEPS, WIDTH)
    with torch.no_grad():
        return model, window, model(window).numpy()


def check(run_script, daemon_reconstruction, file, out, window, expected, *options):
    done = run_script("importmodel.py", file, out, *options)
    assert done.returncode == 0, done.stderr
    ours = daemon_reconstruction(out, np.asarray(window))
    assert np.abs(ours - expected).max() < TOLERANCE


@pytest.mark.parametrize("kind", [LastHidden, LinearLatent])
def test_a_state_dict_with_its_mapping(kind, tmp_path, run_script, daemon_reconstruction):
    model, window, expected = made(kind)
    file, mapping, manifest = (tmp_path / n for n in ("model.pth", "mapping.json", "manifest.json"))
    torch.save(model.state_dict(), file)
    mapping.write_text(json.dumps(kind.mapping))
    length = {"kind": "sliding", "lengthSamples": STEPS * WIDTH, "hopSamples": 1}
    manifest.write_text(json.dumps({"window": length}))
    options = ("--mapping", mapping, "--manifest", manifest)
    check(run_script, daemon_reconstruction, file, tmp_path / "m", window, expected, *options)


@pytest.mark.parametrize("dynamo", [False, True])
@pytest.mark.parametrize("kind", [LastHidden, LinearLatent])
def test_both_onnx_exporters_of_pytorch(kind, dynamo, tmp_path, run_script, daemon_reconstruction):
    pytest.importorskip("onnx")
    if dynamo:
        pytest.importorskip("onnxscript")
    model, window, expected = made(kind)
    file = tmp_path / "model.onnx"
    options = {"external_data": False} if dynamo else {}
    torch.onnx.export(model, (window[:1],), file, dynamo=dynamo, **options)
    check(run_script, daemon_reconstruction, file, tmp_path / "m", window, expected)


def test_onnx_of_open_length_needs_a_window(tmp_path, run_script, daemon_reconstruction):
    pytest.importorskip("onnx")
    model, window, expected = made(LastHidden)
    file, manifest = tmp_path / "model.onnx", tmp_path / "manifest.json"
    axes = {"x": {0: "n", 1: "t"}}
    torch.onnx.export(model, (window[:1],), file, dynamo=False, input_names=["x"], dynamic_axes=axes)
    done = run_script("importmodel.py", file, tmp_path / "m")
    assert done.returncode == 65 and "give `window` in --manifest" in done.stderr
    length = {"kind": "sliding", "lengthSamples": STEPS * WIDTH, "hopSamples": 1}
    manifest.write_text(json.dumps({"window": length}))
    check(
        run_script,
        daemon_reconstruction,
        file,
        tmp_path / "m",
        window,
        expected,
        "--manifest",
        manifest,
    )


@pytest.mark.parametrize("name", ["classic", "nested"])
@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_the_installed_keras(name, suffix, tmp_path, run_script, daemon_reconstruction):
    os.environ.setdefault("KERAS_BACKEND", "torch")
    keras = pytest.importorskip("keras")
    from golden import foreign

    model = getattr(foreign, name)(keras)
    foreign.randomise(model, seed=5)
    window = np.random.default_rng(6).standard_normal((4, STEPS, WIDTH)).astype(np.float32)
    expected = np.asarray(model.predict(window, verbose=0))
    model.save(tmp_path / f"model{suffix}")
    file = tmp_path / f"model{suffix}"
    check(run_script, daemon_reconstruction, file, tmp_path / "m", window, expected)


def test_a_bidirectional_layer_is_refused(tmp_path, run_script):
    model = torch.nn.ModuleDict({"a": torch.nn.LSTM(1, 4, bidirectional=True)})
    torch.save(model.state_dict(), tmp_path / "model.pth")
    mapping = tmp_path / "mapping.json"
    mapping.write_text(json.dumps({"encoder": ["a"], "decoder": ["a"], "output": "a"}))
    done = run_script("importmodel.py", tmp_path / "model.pth", tmp_path / "m", "--mapping", mapping)
    assert done.returncode == 65 and "bidirectional" in done.stderr
