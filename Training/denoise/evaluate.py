"""The table: band-pass, wavelet and network, by noise and level, on patients left out of training.

For each record the watched lead of the left-out patients is mixed with the test halves of the
noises. All get the same conditioned signal; the reference is the conditioned clean record. Neither
network nor bypass has met the patient.
"""

import argparse
import json

import numpy as np
import torch

import bypass as bypasses
import signals

BEFORE, AFTER = 32, 64  # a beat's window


def decibels(signal, error):
    return 10 * np.log10(np.maximum(signal, 1e-12) / np.maximum(error, 1e-12))


def beat_mask(lead, letter):
    mask = np.zeros(len(lead.signal), bool)
    for beat, label in zip(lead.beats, lead.labels):
        if label == letter and BEFORE <= beat < len(mask) - AFTER:
            mask[beat - BEFORE : beat + AFTER] = True
    return mask[bypasses.CUT]


def judge(name, case, lead, clean, out):
    """Output signal-to-noise ratio of one record, and of its normal and ventricular beats."""
    judged = slice(bypasses.RUN_UP * signals.RATE_HZ, len(out))
    c, e = clean[judged], (out - clean[: len(out)])[judged]
    row = dict(method=name, case=case, record=lead.record)
    row["snr"] = float(decibels((c**2).mean(), (e**2).mean()))
    for letter in "NV":
        m = beat_mask(lead, letter)[judged]
        row[letter] = [float((c[m] ** 2).sum()), float((e[m] ** 2).sum()), int(m.sum())]
    return row


def table(rows):
    """By method and case: mean over records, of normal and ventricular beats where a record has ten
    of each, and the least gain of a record over the band-pass."""
    before = {(r["record"], r["case"]): r["snr"] for r in rows if r["method"] == "band-pass"}
    result = {}
    for key in dict.fromkeys((r["method"], r["case"]) for r in rows):
        chosen = [r for r in rows if (r["method"], r["case"]) == key]
        both = [r for r in chosen if min(r["V"][2], r["N"][2]) >= 10 * (BEFORE + AFTER)]
        result[key] = {
            "snr": np.mean([r["snr"] for r in chosen]),
            "least": min(r["snr"] - before[r["record"], r["case"]] for r in chosen),
            **{x: np.mean([decibels(*r[x][:2]) for r in both]) if both else np.nan for x in "NV"},
        }
    return result


def print_table(result, wavelets):
    for definition in bypasses.DEFINITIONS:
        print(f"\nratios by {definition}\n")
        names = "noise", "level", "band-pass", "wavelet", "network alone", "shipped", "least gain"
        print("| " + " | ".join((*names, "N beats", "V beats")) + " |")
        print("|" + "---|" * 9)
        for kind in signals.KINDS:
            for level in signals.LEVELS_DB:
                case = definition, kind, level
                before, shipped = result["band-pass", case]["snr"], result["shipped", case]
                values = [
                    before, before + wavelets[bypasses.name(case)],
                    result["network", case]["snr"], shipped["snr"], shipped["least"],
                    shipped["N"], shipped["V"],
                ]
                print(f"| {kind} | {level} | " + " | ".join(f"{v:.2f}" for v in values) + " |")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--signals", required=True)
    parser.add_argument("--checkpoints", required=True, nargs="+", help="one for each fold")
    parser.add_argument("--bypass", required=True, help="what bypass.py wrote")
    parser.add_argument("--json")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    with open(arguments.bypass) as file:
        fitted = json.load(file)
    leads, noises = signals.load(arguments.signals)
    watched = signals.watched(leads)
    rows = []
    for path in arguments.checkpoints:
        net, checkpoint = bypasses.load(path)
        out_of = [l for l in watched if l.record in checkpoint["leftOut"]]
        for case in bypasses.CASES:
            definition, kind, level = case
            clean, noisy = bypasses.condition(out_of, noises, kind, level, definition)
            found, levels = bypasses.run(net, noisy)
            noisy = noisy[:, : found.shape[2]]
            for i, lead in enumerate(out_of):
                one = slice(i, i + 1)
                by = fitted["bypasses"][lead.record]
                mixed = bypasses.mix(noisy[one], found[one], levels[one], net.hop, by)[0]
                outputs = {
                    "band-pass": noisy[i], "network": noisy[i] - found[i].sum(0), "shipped": mixed
                }
                rows += [judge(name, case, lead, clean[i], out) for name, out in outputs.items()]
    print_table(table(rows), fitted["wavelet"])
    if arguments.json:
        with open(arguments.json, "w") as file:
            json.dump(rows, file)


if __name__ == "__main__":
    main()
