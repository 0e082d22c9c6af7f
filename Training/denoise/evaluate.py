"""The table: band-pass, wavelet and network, by noise and level, on patients left out of training.

For each record the watched lead of the left-out patients is mixed with the test halves of the
noises. All three get the same conditioned signal; the reference is the conditioned clean record.
"""

import argparse
import json

import numpy as np
import torch
from scipy.signal import lfilter

import signals
import wavelet
from network import Denoiser

START, SECONDS = 300, 360  # the stretch of each record that is judged
BEFORE, AFTER = 32, 64  # a beat's window


def load(path):
    checkpoint = torch.load(path, weights_only=False)
    options = checkpoint["options"]
    net = Denoiser(
        options["frame"], options["hop"], options["lookahead"], options["units"]
    )
    net.load_state_dict(checkpoint["state"])
    return net.eval(), checkpoint


def decibels(signal, error):
    return 10 * np.log10(np.maximum(signal, 1e-12) / np.maximum(error, 1e-12))


def gate(x, out, benefit, bypass, hop):
    """The mix of input and output, causally, hop by hop: by the ratio of what the network leaves to
    what it takes away, and by the benefit that it believes in, both averaged over seconds."""
    low, high, seconds, least, enough = bypass
    keep = np.exp(-hop / signals.RATE_HZ / seconds)

    def smooth(a):
        return lfilter([1 - keep], [1, -keep], a, axis=1)

    def power(a):
        return smooth((a.reshape(len(a), -1, hop) ** 2).mean(2))

    ratio = decibels(power(out), power(x - out) + 1e-9)
    share = np.clip((high - ratio) / (high - low), 0, 1)
    share *= np.clip((10 * smooth(benefit) - least) / (enough - least), 0, 1)
    return (x + np.repeat(share, hop, axis=1) * (out - x)).astype(np.float32)


def run(net, x):
    """The network over whole signals [records, samples], as long as `x` less the look-ahead, and
    the benefit that it believes in, by hops."""
    with torch.no_grad():
        length = x.shape[1] // net.hop * net.hop
        out, benefit = net(torch.from_numpy(x[:, :length]))
        return out.numpy(), benefit.numpy()


def beat_mask(lead, letters, length):
    mask = np.zeros(length, bool)
    for beat, label in zip(lead.beats, lead.labels):
        if label in letters and BEFORE <= beat < length - AFTER:
            mask[beat - BEFORE : beat + AFTER] = True
    return mask


def condition(leads, noises, kind, level, definition, cut):
    """Clean and noisy signals [records, samples] of the judged stretch, with a run-up of 20 s."""
    clean = np.stack([l.signal[cut] for l in leads])
    if level is None:
        return clean, clean
    noise = np.stack(
        [signals.test_noise(l, noises, kind, level, definition)[cut] for l in leads]
    )
    return clean, clean + noise


def choose_wavelet(leads, noises, definition, kinds, levels, cut):
    """The best choice for each noise and level, on training patients (a sixth of them)."""
    some = leads[::6]
    best = {}
    for kind in kinds:
        for level in levels:
            clean, noisy = condition(some, noises, kind, level, definition, cut)
            scores = []
            for choice in wavelet.CHOICES:
                out = np.stack([wavelet.denoise(x, choice) for x in noisy])
                error = ((out - clean) ** 2).mean(1)
                scores.append(decibels((clean**2).mean(1), error).mean())
            best[kind, level] = wavelet.CHOICES[int(np.argmax(scores))]
    return best


def judge(rows, name, kind, level, leads, clean, out, masks):
    judged = slice(20 * signals.RATE_HZ, out.shape[1])
    for i, lead in enumerate(leads):
        c, o = clean[i, judged], out[i, judged]
        row = dict(method=name, kind=kind, level=level, record=lead.record)
        row["snr"] = float(decibels((c**2).mean(), ((o - c) ** 2).mean()))
        for letter, mask in masks[i].items():
            m = mask[judged]
            row[letter] = [float((c[m] ** 2).sum()), float(((o - c)[m] ** 2).sum()), int(m.sum())]
        rows.append(row)


BYPASSES = [
    (low, low + width, seconds, *benefit)
    for low in (2, 3, 4, 6, 8)
    for width in (2, 4, 6)
    for seconds in (6.0, 15.0)
    for benefit in ((-2, -1), (-1, 0), (0, 1))
]
# The gain over the band-pass that is asked for at each level, in dB.
TARGETS = {0: 1.5, 6: 0.0, 12: 0.0, 24: -0.5}


def choose_bypass(net, leads, noises, definition, kinds, levels, cut):
    """The bypass whose least margin over the targets, on training patients, is largest. Baseline
    wander at 0 dB is left out: what the band-pass leaves of it is so little that a bypass that
    lets the network at it lets it at every signal."""
    cases = []
    judged = slice(20 * signals.RATE_HZ, None)
    for kind in kinds:
        for level in levels:
            if (kind, level) == ("bw", 0):
                continue
            clean, noisy = condition(leads, noises, kind, level, definition, cut)
            out, benefit = run(net, noisy)
            length = out.shape[1]
            cases.append((TARGETS[level], clean[:, :length], noisy[:, :length], out, benefit))

    def margin(bypass):
        margins = []
        for target, clean, noisy, out, benefit in cases:
            mixed = gate(noisy, out, benefit, bypass, net.hop)
            before = ((noisy - clean)[:, judged] ** 2).mean(1)
            after = ((mixed - clean)[:, judged] ** 2).mean(1)
            margins.append(decibels(before, after).mean() - target)
        return min(margins)

    return max(BYPASSES, key=margin)


def table(rows, methods, kinds, levels):
    """Mean over records of the output SNR in dB, and of ventricular against normal beats."""
    mean = {}
    for method in methods:
        for kind in kinds:
            for level in levels:
                chosen = [
                    r for r in rows
                    if r["method"] == method and r["kind"] == kind and r["level"] == level
                ]
                entry = {"snr": np.mean([r["snr"] for r in chosen])}
                both = [r for r in chosen if r["V"][2] >= 10 * 96 and r["N"][2] >= 10 * 96]
                for letter in "NV":
                    entry[letter] = np.mean([decibels(*r[letter][:2]) for r in both])
                    sums = np.sum([r[letter][:2] for r in chosen], 0)
                    entry["pooled" + letter] = decibels(*sums)
                mean[method, kind, level] = entry
    return mean


def print_table(mean, methods, kinds, levels):
    print("noise  level   " + "".join(f"{m:>10}" for m in methods) + "   N beats  V beats (network)")
    for kind in kinds:
        for level in levels:
            entry = mean[methods[-1], kind, level]
            values = "".join(f"{mean[m, kind, level]['snr']:10.2f}" for m in methods)
            print(f"{kind:5}  {level!s:>5}  {values}   {entry['N']:8.2f} {entry['V']:8.2f}"
                  f"   pooled {entry['pooledN']:.2f} {entry['pooledV']:.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--signals", required=True)
    parser.add_argument("--checkpoints", required=True, nargs="+", help="one for each fold")
    parser.add_argument("--definition", default="power", choices=["power", "nst", "conditioned"])
    parser.add_argument(
        "--gate", type=float, nargs=5, help="low and high ratio dB, seconds, low and high benefit dB"
    )
    parser.add_argument("--choose-gate", action="store_true", help="on each fold's training patients")
    parser.add_argument("--no-wavelet", action="store_true")
    parser.add_argument("--json")
    arguments = parser.parse_args()
    leads, noises = signals.load(arguments.signals)
    watched = signals.watched(leads)
    levels, kinds = signals.LEVELS_DB, signals.KINDS
    cut = slice((START - 20) * signals.RATE_HZ, (START + SECONDS) * signals.RATE_HZ)
    methods = ["band-pass"] + ([] if arguments.no_wavelet else ["wavelet"]) + ["network"]
    methods += ["gated"] if arguments.gate or arguments.choose_gate else []
    rows = []
    for path in arguments.checkpoints:
        net, checkpoint = load(path)
        out_of = [l for l in watched if l.record in checkpoint["leftOut"]]
        rest = [l for l in watched if l.record not in checkpoint["leftOut"]]
        masks = [
            {c: beat_mask(l, c, len(l.signal))[cut] for c in "NV"} for l in out_of
        ]
        bypass = arguments.gate
        if arguments.choose_gate:
            bypass = choose_bypass(net, rest, noises, "power", kinds, levels, cut)
            print(f"{path}: bypass {bypass}", flush=True)
        if "wavelet" in methods:
            best = choose_wavelet(rest, noises, arguments.definition, kinds, levels, cut)
        for kind in kinds:
            for level in levels:
                clean, noisy = condition(out_of, noises, kind, level, arguments.definition, cut)
                out, benefit = run(net, noisy)
                length = out.shape[1]
                results = {"band-pass": noisy[:, :length], "network": out}
                if "wavelet" in methods:
                    results["wavelet"] = np.stack(
                        [wavelet.denoise(x, best[kind, level]) for x in noisy]
                    )[:, :length]
                if bypass:
                    results["gated"] = gate(noisy[:, :length], out, benefit, bypass, net.hop)
                for name, result in results.items():
                    judge(rows, name, kind, level, out_of, clean, result, masks)
    mean = table(rows, methods, kinds, levels)
    print_table(mean, methods, kinds, levels)
    if arguments.json:
        with open(arguments.json, "w") as file:
            json.dump(rows, file)


if __name__ == "__main__":
    main()
