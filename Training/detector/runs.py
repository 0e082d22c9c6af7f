"""What makes a training run survive: checkpoints, early stopping and a progress bar.

None of it changes what is computed: a run that is broken off after any epoch and resumed gives the
same weights to the last bit as one that is not.
"""

import copy
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from tqdm import tqdm


def fingerprint(*parts: Any) -> str:
    """The same for the same options and data only."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


class Checkpoint:
    """The state of one network's training in a file, replaced after each epoch.

    A file of another `key` (options, data, libraries) is not read: `load` raises ValueError.
    """

    def __init__(self, path: Path | None, key: str):
        self.path, self.key = path, key

    def load(self, parts: dict[str, Any], generator: np.random.Generator) -> int:
        """Restores what `save` saved and returns the epochs done; 0 where nothing is saved."""
        if self.path is None or not self.path.exists():
            return 0
        saved = torch.load(self.path, weights_only=False)
        if saved["key"] != self.key:
            raise ValueError(f"{self.path} is of other options, data or libraries: leave --resume out")
        for name, part in parts.items():
            part.load_state_dict(saved["parts"][name])
        torch.set_rng_state(saved["torch"])
        generator.bit_generator.state = saved["numpy"]
        return saved["epoch"]

    def save(self, epoch: int, parts: dict[str, Any], generator: np.random.Generator) -> None:
        if self.path is None:
            return
        state = {
            "key": self.key,
            "epoch": epoch,
            "parts": {name: part.state_dict() for name, part in parts.items()},
            "torch": torch.get_rng_state(),
            "numpy": generator.bit_generator.state,
        }
        temporary = self.path.with_suffix(".partial")
        torch.save(state, temporary)
        temporary.replace(self.path)


class EarlyStopping:
    """Keeps the weights of the epoch with the least loss on patients left out of the training, and
    says when `patience` epochs have brought nothing better. A patience of 0 never stops."""

    def __init__(self, patience: int):
        self.patience, self.best, self.epoch, self.seen = patience, float("inf"), 0, 0
        self.weights: dict[str, torch.Tensor] | None = None

    def update(self, epoch: int, loss: float, model: nn.Module) -> None:
        self.seen = epoch
        if loss < self.best:
            self.best, self.epoch, self.weights = loss, epoch, copy.deepcopy(model.state_dict())

    @property
    def stops(self) -> bool:
        return 0 < self.patience <= self.seen - self.epoch

    def restore(self, model: nn.Module) -> None:
        if self.weights is not None:
            model.load_state_dict(self.weights)

    def state_dict(self) -> dict[str, Any]:
        return dict(self.__dict__)

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)


class Run:
    """One network's training: `begin` it, tell it of each epoch that is `done`, `finish` it.

    `left_out_loss` is asked after each epoch for the loss on patients left out of the training.
    """

    def __init__(
        self,
        checkpoint: Checkpoint | None = None,
        patience: int = 0,
        left_out_loss: Callable[[nn.Module], float] | None = None,
        show: Callable[[int, float, float | None], None] | None = None,
    ):
        self.checkpoint = checkpoint or Checkpoint(None, "")
        self.left_out_loss, self.show = left_out_loss, show
        self.stopping = EarlyStopping(patience if left_out_loss else 0)

    def begin(self, model: nn.Module, generator: np.random.Generator, **parts: Any) -> int:
        """Goes on where the checkpoint ended; returns how many epochs are done."""
        self.model, self.generator = model, generator
        self.parts = {"model": model, "stopping": self.stopping, **parts}
        return self.checkpoint.load(self.parts, generator)

    def done(self, epoch: int, loss: float) -> None:
        """Saves and shows the state after `epoch` epochs."""
        left_out = self.left_out_loss(self.model) if self.left_out_loss else None
        if left_out is not None:
            self.stopping.update(epoch, left_out, self.model)
        self.checkpoint.save(epoch, self.parts, self.generator)
        if self.show:
            self.show(epoch, loss, left_out)

    def finish(self) -> None:
        self.stopping.restore(self.model)


class Progress:
    """One bar over the epochs of all networks of a run."""

    def __init__(self, networks: int, epochs: int, quiet: bool = False):
        self.epochs, self.networks, self.number = epochs, networks, 0
        self.bar = tqdm(total=networks * epochs, unit="epoch", disable=quiet, dynamic_ncols=True)

    def begin(self) -> None:
        self.number += 1
        self.bar.set_description(f"network {self.number} of {self.networks}")

    def __call__(self, epoch: int, loss: float | None, left_out: float | None = None) -> None:
        self.bar.n = (self.number - 1) * self.epochs + epoch
        shown = {"loss": loss, "left out": left_out}
        self.bar.set_postfix({k: f"{v:.3f}" for k, v in shown.items() if v is not None})

    def end(self) -> None:
        """A network is done, be it before its last epoch."""
        self.bar.n = self.number * self.epochs
        self.bar.refresh()
        if self.number == self.networks:
            self.bar.close()
