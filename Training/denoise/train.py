"""Trains the streaming denoiser, leaving patients out, and on all of them for the model file."""

import argparse
import copy
import json
import time

import numpy as np
import torch

import signals
from network import Denoiser, losses

SECONDS = 12
WARM_UP = 4 * signals.RATE_HZ  # the first seconds of a stretch are not judged


def train(leads, noises, options, seed, log=print):
    """A denoiser of these leads and the noises' training halves: the running mean of the weights."""
    torch.manual_seed(seed)
    torch.set_flush_denormal(True)
    torch.set_num_threads(1)
    mixer = signals.Mixer(leads, noises, SECONDS, seed)
    net = Denoiser(options["frame"], options["hop"], options["lookahead"], options["units"])
    mean = copy.deepcopy(net)
    steps = options["steps"]
    optimiser = torch.optim.AdamW(net.parameters(), lr=1e-3, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, max_lr=options["rate"], total_steps=steps, pct_start=0.1
    )
    began, history = time.time(), []
    for step in range(steps):
        batch = map(torch.from_numpy, mixer.batch(options["batch"]))
        total, bands, levels = losses(net, *batch, WARM_UP)
        optimiser.zero_grad()
        (total + 0.3 * bands + levels).backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        keep = min(0.998, (1 + step) / (10 + step))
        with torch.no_grad():
            for averaged, parameter in zip(mean.parameters(), net.parameters()):
                averaged.lerp_(parameter, 1 - keep)
        history.append((total.item(), bands.item(), levels.item()))
        if (step + 1) % 200 == 0:
            error, apart, level = np.mean(history[-200:], axis=0)
            log(
                f"  {step + 1}/{steps}  error {error:.2f} dB, bands {apart:.2f} dB, "
                f"levels {level:.3f}  {time.time() - began:.0f} s",
                flush=True,
            )
    return mean.eval()


DEFAULTS = dict(
    frame=256, hop=16, lookahead=128, units=[192, 192], steps=14000, batch=32, rate=3e-3
)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--signals", required=True, help="NPZ of ecgctl extract --signals")
    parser.add_argument("--folds", type=int, default=3)
    parser.add_argument("--fold", type=int, help="only this one; -1 trains on all patients")
    parser.add_argument("--leave-out", nargs="*", default=["mitdb-ds1/208"])
    parser.add_argument("--out", required=True, help="prefix of the checkpoints")
    parser.add_argument("--seed", type=int, default=1)
    for name, value in DEFAULTS.items():
        if isinstance(value, list):
            parser.add_argument(f"--{name}", type=int, nargs="+", default=value)
        else:
            parser.add_argument(f"--{name}", type=type(value), default=value)
    arguments = parser.parse_args()
    options = {name: getattr(arguments, name) for name in DEFAULTS}
    leads, noises = signals.load(arguments.signals)
    parts = signals.folds(leads, arguments.folds)
    chosen = range(-1, arguments.folds) if arguments.fold is None else [arguments.fold]
    for fold in chosen:
        left_out = parts[fold] if fold >= 0 else arguments.leave_out
        print(f"fold {fold}: {len(left_out)} patients left out, {json.dumps(options)}", flush=True)
        kept = [lead for lead in leads if lead.record not in left_out and lead.power > 1e-4]
        net = train(kept, noises, options, arguments.seed + fold)
        torch.save(
            {"state": net.state_dict(), "options": options, "leftOut": left_out, "fold": fold},
            f"{arguments.out}.{fold}.pt",
        )


if __name__ == "__main__":
    main()
