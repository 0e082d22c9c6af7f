"""A search can be broken off and goes on, and its report and options can be used."""

import subprocess
import sys

import pytest
from conftest import TRAINING
from synthetic import write_beats

pytest.importorskip("torch")
optuna = pytest.importorskip("optuna")


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    import network
    import train

    folder = tmp_path_factory.mktemp("study")
    factors = {f for term in train.TERMS for f in term.split("*")} - set(network.FEATURES)
    write_beats(folder / "beats.npz", factors, beats=40)

    def search(trials: int) -> str:
        paths = ["--beats", str(folder / "beats.npz"), "--out", str(folder / "tune")]
        command = [sys.executable, str(TRAINING / "detector/tune.py"), *paths, "--trials", str(trials)]
        done = subprocess.run([*command, "--folds", "2"], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return (folder / "tune.md").read_text()

    return folder, search


def test_a_search_goes_on_and_tells_what_mattered(study):
    import train

    folder, search = study
    search(2)
    text = search(4)
    trials = optuna.load_study(study_name=None, storage=f"sqlite:///{folder}/tune.db").trials
    assert len(trials) == 4
    defaults = vars(train.arguments(["--beats", "b", "--out", "o"]))
    first = {k: v for k, v in trials[0].params.items() if k != "window"}
    assert first == {k: defaults[k] for k in first}, "the first trial is train.py's defaults"
    assert len({str(t.params) for t in trials}) == 4, "a search that goes on draws anew"
    for part in ("## What mattered", "| step_samples |", "| window |", "| rate |", "## Quality at each cost"):
        assert part in text


def test_its_best_options_are_options_of_train(study):
    import train

    folder, search = study
    search(2)
    options = train.arguments(["--beats", "b", "--out", "o", f"@{folder}/tune.args"])
    assert 96 % options.step_samples == 0 and options.units in (16, 32, 48, 64, 96)


def test_a_shorter_window_hides_what_lies_outside():
    import numpy as np

    import beats
    import tune

    window, reference = np.ones((2, 96), np.float32), np.zeros((2, 96), np.float32)
    empty = dict.fromkeys(("sample", "label", "learning", "flutter", "missed"), np.zeros(2))
    record = beats.Record("a", "b", **empty, window=window, reference=reference, features={})
    (narrowed,) = tune.within([record], "-125..250 ms")
    assert narrowed.window[:, 16:64].all() and narrowed.window.sum() == 2 * 48
    assert record.window.all(), "the record itself is not changed"
