"""What the tests of Training/ share. `ECGCTL` names the program; else a build in .build is taken."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

TRAINING = Path(__file__).resolve().parents[1]
GOLDEN = Path(__file__).parent / "golden"
sys.path[:0] = [str(TRAINING), str(TRAINING / "detector")]


def find_ecgctl() -> str | None:
    builds = [TRAINING.parent / ".build" / b / "ecgctl" for b in ("release", "debug")]
    built = [str(path) for path in builds if path.exists()]
    return os.environ.get("ECGCTL") or (built[0] if built else None)


@pytest.fixture
def ecgctl() -> str:
    return find_ecgctl() or pytest.skip("no ecgctl: swift build --product ecgctl, or set ECGCTL")


@pytest.fixture
def run_script() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a script of Training/ as a user does."""

    def run(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(TRAINING / script), *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True)

    return run


@pytest.fixture
def daemon_reconstruction(ecgctl: str, tmp_path: Path) -> Callable[..., np.ndarray]:
    """What the daemon's own kernels make of windows, [windows, steps, width]."""

    def reconstruct(model: Path, windows: np.ndarray) -> np.ndarray:
        rows, out = tmp_path / "rows.npy", tmp_path / "reconstruction.npy"
        np.save(rows, windows.reshape(len(windows), -1).astype(np.float32))
        command = [ecgctl, "score", "--model", model, "--input", rows, "--reconstruction", out]
        subprocess.run([str(c) for c in command], check=True, capture_output=True)
        return np.load(out).reshape(windows.shape)

    return reconstruct
