"""Training is seeded and resumable, and stops early by patients left out."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import TRAINING
from synthetic import write_beats

torch = pytest.importorskip("torch")
TINY = ["--units", "6", "--latent", "3", "--epochs", "4", "--folds", "2", "--batch", "64", "--quiet"]


@pytest.fixture(scope="module")
def beats(tmp_path_factory) -> Path:
    import network
    import train

    path = tmp_path_factory.mktemp("beats") / "beats.npz"
    factors = {f for term in train.TERMS for f in term.split("*")} - set(network.FEATURES)
    write_beats(path, factors)
    return path


def command(beats: Path, folder: Path, *more: str) -> list[str]:
    folder.mkdir(exist_ok=True)
    paths = ["--beats", str(beats), "--out", str(folder / "model.safetensors")]
    paths += ["--report", str(folder / "report.json"), "--work", str(folder / "work")]
    return [sys.executable, str(TRAINING / "detector/train.py"), *paths, *TINY, *more]


def finish(*arguments) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(command(*arguments), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done


def report(folder: Path) -> dict:
    return json.loads((folder / "report.json").read_text())


def test_the_same_seed_gives_the_same_file_and_another_seed_another(beats, tmp_path):
    for name, seed in (("a", "1"), ("b", "1"), ("c", "2")):
        finish(beats, tmp_path / name, "--seed", seed)
    files = {name: (tmp_path / name / "model.safetensors").read_bytes() for name in "abc"}
    assert files["a"] == files["b"] != files["c"]


def test_a_run_that_is_killed_goes_on_and_ends_the_same(beats, tmp_path):
    finish(beats, tmp_path / "whole")
    # Killed as soon as the second network has a checkpoint, hence in its training.
    process = subprocess.Popen(command(beats, tmp_path / "killed"), stderr=subprocess.DEVNULL)
    while not (tmp_path / "killed/work/network-2.pt").exists():
        assert process.poll() is None, "the run ended before it could be killed"
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (tmp_path / "killed/model.safetensors").exists()
    finish(beats, tmp_path / "killed", "--resume")
    whole, killed = report(tmp_path / "whole"), report(tmp_path / "killed")
    assert whole["model"] == killed["model"] and whole["figures"] == killed["figures"]


def test_every_epoch_can_be_resumed_to_the_last_bit(tmp_path):
    import numpy as np

    import network
    import runs

    class Broken(Exception):
        pass

    def trained(path: Path, stop_after: int | None = None):
        torch.manual_seed(5)
        model, generator = torch.nn.Linear(3, 1), np.random.default_rng(5)
        optimiser = torch.optim.AdamW(model.parameters(), 0.1)
        run = runs.Run(runs.Checkpoint(path, "key"), 3, lambda m: float(m.bias.detach().abs()))
        for epoch in range(run.begin(model, generator, optimiser=optimiser), 6):
            if epoch == stop_after:
                raise Broken
            x = torch.from_numpy(generator.standard_normal((8, 3)).astype(np.float32))
            loss = (model(x) + torch.rand(8, 1)).square().mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            run.done(epoch + 1, loss.item())
        run.finish()
        return model.state_dict()

    assert network.runs is runs
    whole = trained(tmp_path / "whole.pt")
    for stop_after in range(1, 6):
        path = tmp_path / f"{stop_after}.pt"
        with pytest.raises(Broken):
            trained(path, stop_after)
        resumed = trained(path)
        assert all(torch.equal(whole[k], resumed[k]) for k in whole)


def test_a_checkpoint_of_other_options_is_refused(beats, tmp_path):
    finish(beats, tmp_path / "run")
    done = subprocess.run(
        command(beats, tmp_path / "run", "--resume", "--rate", "0.1"), capture_output=True, text=True
    )
    assert done.returncode == 1 and "leave --resume out" in done.stderr


def test_training_stops_when_patients_left_out_gain_nothing():
    import runs

    model = torch.nn.Linear(1, 1)
    stopping = runs.EarlyStopping(patience=2)
    for epoch, loss in enumerate([3.0, 2.0, 2.5, 2.4], 1):
        torch.nn.init.constant_(model.weight, epoch)
        stopping.update(epoch, loss, model)
        assert stopping.stops == (epoch == 4)
    stopping.restore(model)
    assert model.weight.item() == 2 and stopping.epoch == 2


def test_patients_held_back_decide_how_long_the_shipped_network_is_trained(beats, tmp_path):
    finish(beats, tmp_path / "run", "--patience", "1", "--rate", "9")
    epochs = report(tmp_path / "run")["epochs"]
    assert len(epochs) == 3 and epochs[-1] == int(sum(epochs[:2]) / 2) and min(epochs) < 4


def test_the_report_says_what_was_seen_and_what_each_part_is_worth(beats, tmp_path):
    finish(beats, tmp_path / "run", "--leave-out", "103")
    content = report(tmp_path / "run")
    assert set(content["figures"]) == {"odd", "even"}
    assert "without network" in content["ablation"] and "timing alone" in content["ablation"]
    assert content["data"]["leftOut"] == ["103"] and content["data"]["trainedOn"] == 9
    assert content["options"]["units"] == 6 and len(content["data"]["sha256"]) == 64


def test_the_model_file_passes_its_known_answer_test(beats, tmp_path, ecgctl):
    finish(beats, tmp_path / "run", "--step-samples", "12")
    model = tmp_path / "run/model.safetensors"
    done = subprocess.run([ecgctl, "model", "inspect", model], capture_output=True, text=True)
    assert done.returncode == 0 and "8 of 12 samples" in done.stdout, done.stderr
