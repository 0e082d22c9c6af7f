"""Whether abnormal beats stay what they are: on patients left out of training, whose ventricular
beats, and beats of strangers spliced in where nobody expects them, are cleaned of noise.

A beat counts as redrawn where what comes out is more like the patient's median normal beat than like
the beat itself, while the noisy beat was not.
"""

import argparse
import json

import numpy as np

import bypass as bypasses
import signals

BEFORE, AFTER, SHIFT = 32, 64, 6


def windows(signal, beats):
    return np.stack([signal[b - BEFORE : b + AFTER] for b in beats])


def likeness(beats, references):
    """Correlation of each row with its reference, or with the one reference."""
    a = beats - beats.mean(1, keepdims=True)
    b = references - references.mean(-1, keepdims=True)
    norm = np.sqrt((a**2).sum(1) * (b**2).sum(-1))
    return (a * b).sum(1) / np.maximum(norm, 1e-9)


def likeness_shifted(signal, beats, template):
    """The best likeness to a template over a few samples' shift."""
    return np.max(
        [likeness(windows(signal, beats + s), template) for s in range(-SHIFT, SHIFT + 1)], axis=0
    )


def splice(clean, lead, strangers, random):
    """A copy of the signal with strangers' ventricular beats in it, and where they are."""
    signal = clean.copy()
    taper = np.sin(np.linspace(0, np.pi, BEFORE + AFTER)) ** 0.5
    places = np.arange(30 * signals.RATE_HZ, len(signal) - 200, 6 * signals.RATE_HZ)
    places = places + random.integers(-100, 100, len(places))
    for place in places:
        other = strangers[random.integers(len(strangers))]
        own = [b for b, l in zip(other.beats, other.labels) if l == "V" and 40 < b < len(other.signal) - 70]
        beat = own[random.integers(len(own))]
        source = other.signal[beat - BEFORE : beat + AFTER]
        scale = np.sqrt(lead.power / max(other.power, 1e-4)) * random.uniform(0.7, 1.3)
        part = slice(place - BEFORE, place + AFTER)
        signal[part] = (1 - taper) * signal[part] + taper * scale * source * random.choice([-1, 1])
    return signal.astype(np.float32), places


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--signals", required=True)
    parser.add_argument("--checkpoints", required=True, nargs="+")
    parser.add_argument("--bypass", required=True, help="what bypass.py wrote")
    parser.add_argument("--plot", help="PNG of noisy and cleaned ventricular beats")
    arguments = parser.parse_args()
    with open(arguments.bypass) as file:
        fitted = json.load(file)["bypasses"]
    leads, noises = signals.load(arguments.signals)
    watched = signals.watched(leads)
    random = np.random.default_rng(3)
    counts, drawings = {}, []
    for path in arguments.checkpoints:
        net, checkpoint = bypasses.load(path)
        left_out = [l for l in watched if l.record in checkpoint["leftOut"]]
        strangers = [l for l in left_out if (l.labels == "V").sum() > 20]
        for lead in left_out:
            cut = slice(0, 600 * signals.RATE_HZ)
            clean = lead.signal[cut]
            inside = (lead.beats > 60 + BEFORE) & (lead.beats < len(clean) - 200)
            normal = lead.beats[inside & (lead.labels == "N")]
            own = lead.beats[inside & (lead.labels == "V")]
            if len(normal) < 30:
                continue
            template = np.median(windows(clean, normal), 0)
            for what in ("V", "spliced"):
                if what == "spliced":
                    base, beats = splice(clean, lead, strangers, random)
                else:
                    base, beats = clean, own
                if len(beats) == 0:
                    continue
                for kind in signals.KINDS:
                    for level in (0, 6, 12):
                        noise = signals.test_noise(lead, noises, kind, level, "power")[cut]
                        noisy = (base + noise)[None]
                        found, levels = bypasses.run(net, noisy)
                        length = found.shape[2]
                        out = noisy[:, :length] - found.sum(1)
                        mixed = bypasses.mix(
                            noisy[:, :length], found, levels, net.hop, fitted[lead.record]
                        )
                        chosen = beats[beats < length - 200]
                        truth = windows(base, chosen)
                        row = counts.setdefault((what, kind, level), np.zeros(8))
                        told = {}
                        for name, signal in (("x", noisy[0]), ("net", out[0]), ("mix", mixed[0])):
                            to_self = likeness(windows(signal, chosen), truth)
                            to_normal = likeness_shifted(signal, chosen, template)
                            told[name] = (to_self, to_normal > to_self)
                        unlike = likeness_shifted(base, chosen, template) < 0.8
                        row += [
                            unlike.sum(), (told["x"][1] & unlike).sum(),
                            (told["net"][1] & unlike).sum(), (told["mix"][1] & unlike).sum(),
                            (told["net"][1] & ~told["x"][1] & unlike).sum(),
                            (told["mix"][1] & ~told["x"][1] & unlike).sum(),
                            told["x"][0].sum(), told["mix"][0].sum(),
                        ]
                        if what == "V" and kind in ("em", "ma") and level == 0 and len(chosen) > 30:
                            drawings.append((lead, kind, base, noisy[0], out[0], mixed[0], chosen))
    print("what     noise level  beats  more like the normal beat than themselves:      newly so by")
    print("                             band-pass  network   mixed                      network  mixed")
    for (what, kind, level), c in counts.items():
        p = 100 * c[1:6] / max(1, c[0])
        print(f"{what:8} {kind:5} {level:5}  {int(c[0]):5}   {p[0]:7.1f}% {p[1]:7.1f}% {p[2]:7.1f}%"
              f"               {p[3]:16.1f}% {p[4]:5.1f}%")
    if arguments.plot:
        draw(arguments.plot, drawings)


def draw(path, drawings):
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    chosen = drawings[:: max(1, len(drawings) // 6)][:6]
    figure, axes = pyplot.subplots(len(chosen), 1, figsize=(15, 3 * len(chosen)))
    for axis, (lead, kind, base, noisy, _, mixed, beats) in zip(np.atleast_1d(axes), chosen):
        middle = beats[len(beats) // 2]
        cut = slice(max(0, middle - 400), middle + 400)
        time = np.arange(len(base))[cut] / signals.RATE_HZ
        axis.plot(time, noisy[cut], color="0.75", label="noisy")
        axis.plot(time, base[cut], color="tab:blue", label="clean")
        axis.plot(time, mixed[cut], color="tab:red", label="cleaned")
        for beat, label in zip(lead.beats, lead.labels):
            if cut.start <= beat < cut.stop:
                axis.text(beat / signals.RATE_HZ, axis.get_ylim()[1], label, ha="center")
        axis.set_title(f"{lead.record} {lead.lead}, {kind} at 0 dB", loc="left")
    np.atleast_1d(axes)[0].legend(loc="upper right")
    figure.tight_layout()
    figure.savefig(path, dpi=70)


if __name__ == "__main__":
    main()
