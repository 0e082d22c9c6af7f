"""Trains the streaming denoiser, leaving patients out, and on all of them for the model file."""

import argparse
import json
import time

import numpy as np
import torch

import signals
from network import Denoiser, benefit_loss, decibels_loss

SECONDS = 7
WARM_UP = signals.RATE_HZ  # the first second of a stretch is not judged


def train(leads, noises, options, seed, log=print):
    """A denoiser of these leads and the noises' training halves."""
    torch.manual_seed(seed)
    torch.set_flush_denormal(True)
    for lead in leads:
        lead.power_cached = lead.power
    mixer = signals.Mixer(leads, noises, SECONDS, seed, splice=options["splice"])
    net = Denoiser(
        options["frame"], options["hop"], options["lookahead"], options["units"]
    )
    steps = options["steps"]
    optimiser = torch.optim.AdamW(net.parameters(), lr=1e-3, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, max_lr=options["rate"], total_steps=steps, pct_start=0.15
    )
    began, losses = time.time(), []
    for step in range(steps):
        clean, noise, mask = map(torch.from_numpy, mixer.batch(options["batch"]))
        out, benefit = net(clean + noise)
        judged = slice(WARM_UP, out.shape[1])
        hops = slice(WARM_UP // net.hop, None)
        loss = decibels_loss(
            out[:, judged], (clean + noise)[:, judged], clean[:, judged], mask[:, judged],
            options["ectopic_weight"],
        )
        believed = benefit_loss(
            benefit[:, hops], out[:, judged], (clean + noise)[:, judged], clean[:, judged], net.hop
        )
        optimiser.zero_grad()
        (loss + 5 * believed).backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        losses.append((loss.item(), believed.item()))
        if (step + 1) % 100 == 0:
            error, belief = np.mean(losses[-100:], axis=0)
            log(
                f"  {step + 1}/{steps}  error {error:.3f} dB  belief off {10 * belief:.2f} dB"
                f"  {time.time() - began:.0f} s",
                flush=True,
            )
    return net.eval()


DEFAULTS = dict(
    frame=96, hop=16, lookahead=48, units=[64, 64], steps=2600, batch=36, rate=4e-3,
    ectopic_weight=2.0, splice=0.3,
)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--signals", required=True, help="NPZ of ecgctl extract --signals")
    parser.add_argument("--folds", type=int, default=4)
    parser.add_argument("--fold", type=int, help="only this one; -1 trains on all patients")
    parser.add_argument("--leave-out", nargs="*", default=["mitdb-ds1/208"])
    parser.add_argument("--out", required=True, help="prefix of the checkpoints")
    parser.add_argument("--seed", type=int, default=1)
    for name, value in DEFAULTS.items():
        if isinstance(value, list):
            parser.add_argument(f"--{name}", type=int, nargs="+", default=value)
        else:
            parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value)
    arguments = parser.parse_args()
    options = {name: getattr(arguments, name) for name in DEFAULTS}
    leads, noises = signals.load(arguments.signals)
    parts = signals.folds(leads, arguments.folds)
    chosen = range(-1, arguments.folds) if arguments.fold is None else [arguments.fold]
    for fold in chosen:
        left_out = parts[fold] if fold >= 0 else arguments.leave_out
        print(f"fold {fold}: {len(left_out)} patients left out, {json.dumps(options)}", flush=True)
        kept = [lead for lead in leads if lead.record not in left_out and lead.power > 1e-4]
        net = train(kept, noises, options, arguments.seed + fold + 1)
        torch.save(
            {"state": net.state_dict(), "options": options, "leftOut": left_out, "fold": fold},
            f"{arguments.out}.{fold}.pt",
        )


if __name__ == "__main__":
    main()
