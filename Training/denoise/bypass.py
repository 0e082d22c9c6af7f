"""How much of each band's noise to believe: a logistic function of the noise that the network finds and
of the levels that it reports, averaged over a minute.

A network cannot know a patient's own noise from what was added, so at little noise it takes away too
much. What it says of patients that it never met, with every kind and level of noise, is what the
bypass is fitted on: so that the mean gain over the band-pass is as large as wanted at each kind and
level at once. For the table the bypass, too, is fitted without the patients that it is held to.
"""

import argparse
import json

import numpy as np
import torch

import signals
import wavelet
from network import BANDS, LEAST_POWER, Denoiser, averaged

SECONDS = 60.0  # time constant of the averages
BLOCK_SECONDS = 5
LEAST_NOISE = 1e-9  # mV^2
START, JUDGED, RUN_UP = 300, 360, 20  # seconds of a record
CUT = slice((START - RUN_UP) * signals.RATE_HZ, (START + JUDGED) * signals.RATE_HZ)
DEFINITIONS = ("power", "nst")
CASES = [
    (definition, kind, level)
    for definition in DEFINITIONS for kind in signals.KINDS for level in signals.LEVELS_DB
]
# What is wanted of the mean gain in dB: over the better of band-pass and wavelet, at 24 dB over the
# band-pass. A little more than what is to be reached.
WANTED = {0: 1.6, 6: 0.05, 12: 0.05, 24: 0.0}


def name(case):
    """A case's name in the file."""
    return "/".join(map(str, case))


def load(path):
    checkpoint = torch.load(path, weights_only=False)
    options = checkpoint["options"]
    net = Denoiser(options["frame"], options["hop"], options["lookahead"], options["units"])
    net.load_state_dict(checkpoint["state"])
    return net.eval(), checkpoint


def run(net, x):
    """The noise that a network finds in whole signals [records, samples]: [records, bands, samples
    less the look-ahead]; and the levels that it reports, [records, hops, bands]."""
    with torch.no_grad():
        found, levels = net(torch.from_numpy(x[:, : x.shape[1] // net.hop * net.hop]))
        return found.numpy(), levels.numpy()


def features(x, found, levels, hop, seconds=SECONDS):
    """The numbers that the shares are made of, [records, hops, 2 bands], as the daemon has them."""
    left = x - found.sum(1)

    def power(a):
        return (a.reshape(*a.shape[:-1], -1, hop) ** 2).mean(-1)

    noise = averaged(np.moveaxis(power(found), 1, 2), hop, seconds) + LEAST_NOISE
    signal = averaged(power(left), hop, seconds) + LEAST_POWER
    return np.concatenate(
        [np.log10(noise / signal[..., None]), averaged(levels, hop, seconds)], axis=2
    ).astype(np.float32)


def shares(bypass, numbers):
    """[..., bands] from [..., 2 bands]."""
    weights, biases = np.array(bypass["weights"]).reshape(BANDS, 2 * BANDS), bypass["biases"]
    return 1 / (1 + np.exp(-(numbers @ weights.T + biases)))


def mix(x, found, levels, hop, bypass):
    """The daemon's output: the input less what is believed of each band's noise."""
    share = shares(bypass, features(x, found, levels, hop, bypass["seconds"]))
    share = np.repeat(np.moveaxis(share, 1, 2), hop, axis=2)
    return (x - (share * found).sum(1)).astype(np.float32)


def condition(leads, noises, kind, level, definition):
    """Clean and noisy signals [records, samples] of the judged stretch, with its run-up."""
    clean = np.stack([lead.signal[CUT] for lead in leads])
    added = np.stack(
        [signals.test_noise(lead, noises, kind, level, definition)[CUT] for lead in leads]
    )
    return clean, clean + added


def wavelet_gains(leads, noises):
    """How much better than the band-pass the wavelet is in each case, in dB: strength and
    approximation chosen for each case on all other patients."""
    judged = slice(RUN_UP * signals.RATE_HZ, None)
    result = {}
    for definition, kind, level in CASES:
        clean, noisy = condition(leads, noises, kind, level, definition)
        before = ((noisy - clean)[:, judged] ** 2).sum(1)
        gains = np.array([
            10 * np.log10(before / ((out - clean)[:, judged] ** 2).sum(1))
            for out in (
                np.stack([wavelet.denoise(x, choice) for x in noisy]) for choice in wavelet.CHOICES
            )
        ])
        others = (gains.sum(1, keepdims=True) - gains) / (len(leads) - 1)
        result[definition, kind, level] = float(
            np.mean([gains[others[:, i].argmax(), i] for i in range(len(leads))])
        )
    return result


def blocks(a):
    """Means over blocks of seconds, along the last axis."""
    return a.reshape(*a.shape[:-1], -1, BLOCK_SECONDS * signals.RATE_HZ).mean(-1)


class Table:
    """For every lead and case, by blocks of seconds: the numbers that shares are made of, and what
    the squared error is for any shares."""

    def __init__(self):
        self.records, self.cases, self.rows = [], [], []

    def add(self, net, leads, noises):
        for case in CASES:
            definition, kind, level = case
            clean, noisy = condition(leads, noises, kind, level, definition)
            found, levels = run(net, noisy)
            size = BLOCK_SECONDS * signals.RATE_HZ
            count = found.shape[2] // size * size
            error, found = (noisy - clean)[:, :count], found[:, :, :count]
            hops = count // net.hop
            numbers = features(noisy[:, :count], found, levels[:, :hops], net.hop)
            products = np.stack(
                [blocks(found[:, a] * found[:, b]) for a in range(BANDS) for b in range(BANDS)], -1
            ).reshape(len(leads), -1, BANDS, BANDS)
            towards = np.stack([blocks(found[:, a] * error) for a in range(BANDS)], -1)
            rows = (numbers[:, size // net.hop - 1 :: size // net.hop], blocks(error**2), towards, products)
            for i, lead in enumerate(leads):
                self.records.append(lead.record)
                self.cases.append(case)
                self.rows.append([part[i] for part in rows])

    def part(self, chosen):
        rows = [self.rows[i] for i in chosen]
        return [self.cases[i] for i in chosen], [
            torch.from_numpy(np.stack(part).astype(np.float32)) for part in zip(*rows)
        ]


def fit(cases, rows, wavelets, steps=800, seconds=SECONDS):
    """The bypass for these rows of a table."""
    numbers, before, towards, products = rows
    mean, spread = numbers.mean((0, 1)), numbers.std((0, 1))
    numbers = (numbers - mean) / spread
    weights = torch.zeros(BANDS, 2 * BANDS, requires_grad=True)
    biases = torch.zeros(BANDS, requires_grad=True)
    kinds = sorted(set(cases))
    of_case = [torch.tensor([i for i, c in enumerate(cases) if c == kind]) for kind in kinds]
    wanted = torch.tensor([
        WANTED[level] + (max(0, wavelets[definition, kind, level]) if level < 24 else 0)
        for definition, kind, level in kinds
    ])
    judged = slice(RUN_UP // BLOCK_SECONDS, None)
    optimiser = torch.optim.Adam([weights, biases], lr=0.03)
    for _ in range(steps):
        share = torch.sigmoid(numbers @ weights.T + biases)
        after = (
            before - 2 * (share * towards).sum(2)
            + torch.einsum("nta,ntab,ntb->nt", share, products, share)
        )
        after = after[:, judged].sum(1).clamp_min(1e-9)
        gains = 10 * torch.log10(before[:, judged].sum(1) / after)
        means = torch.stack([gains[rows].mean() for rows in of_case])
        short = torch.nn.functional.softplus((wanted - means) / 0.15) * 0.15
        optimiser.zero_grad()
        (short.sum() - 0.05 * means.mean() + 0.02 * torch.relu(-gains).mean()).backward()
        optimiser.step()
    weights = weights.detach() / spread
    return {
        "weights": [round(v, 6) for v in weights.flatten().tolist()],
        "biases": [round(v, 6) for v in (biases.detach() - weights @ mean).tolist()],
        "seconds": seconds,
    }


def cross_fit(table, wavelets, parts=5):
    """A bypass for each record, fitted without it."""
    records = sorted(set(table.records))
    order = np.random.default_rng(0).permutation(len(records))
    part = {records[j]: i % parts for i, j in enumerate(order)}
    result = {}
    for number in range(parts):
        others = [i for i, r in enumerate(table.records) if part[r] != number]
        bypass = fit(*table.part(others), wavelets)
        result.update({r: bypass for r in records if part[r] == number})
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--signals", required=True, help="NPZ of ecgctl extract --signals")
    parser.add_argument("--checkpoints", required=True, nargs="+", help="one for each fold")
    parser.add_argument("--out", required=True, help="JSON: the bypasses, and the wavelet's gains")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    leads, noises = signals.load(arguments.signals)
    wavelets = wavelet_gains(signals.watched(leads), noises)
    table = Table()
    for path in arguments.checkpoints:
        net, checkpoint = load(path)
        left_out = [l for l in leads if l.record in checkpoint["leftOut"] and l.power > 1e-4]
        table.add(net, left_out, noises)
        print(f"{path}: {len(left_out)} leads", flush=True)
    everything = fit(*table.part(range(len(table.rows))), wavelets)
    bypasses = {"all": everything, **cross_fit(table, wavelets)}
    print(json.dumps(everything))
    with open(arguments.out, "w") as file:
        named = {name(case): gain for case, gain in wavelets.items()}
        json.dump({"bypasses": bypasses, "wavelet": named}, file, indent=1)


if __name__ == "__main__":
    main()
