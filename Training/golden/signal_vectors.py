"""Writes the golden vectors of ECGSignal's tests: what scipy.signal computes.

    python Training/golden/signal_vectors.py        (numpy, scipy)

One text file per kind in Tests/ECGSignalTests/Golden; a line is `name value value ...`.
"""

from math import gcd
from pathlib import Path

import numpy as np
from scipy import signal

OUT = Path(__file__).resolve().parents[2] / "Tests/ECGSignalTests/Golden"

# (kind, order, cutoff Hz, rate Hz); a notch's order stands for its quality factor.
FILTERS = [
    ("highpass", 1, 0.5, 250.0),
    ("highpass", 2, 0.5, 128.0),
    ("highpass", 3, 0.67, 360.0),
    ("highpass", 8, 1.0, 128.0),
    ("lowpass", 1, 40.0, 128.0),
    ("lowpass", 2, 40.0, 128.0),
    ("lowpass", 4, 35.0, 500.0),
    ("lowpass", 5, 40.0, 250.0),
    ("lowpass", 7, 100.0, 1000.0),
    ("lowpass", 8, 40.0, 360.0),
    ("notch", 30, 50.0, 250.0),
    ("notch", 30, 60.0, 360.0),
    ("notch", 30, 50.0, 2000.0),
]

# (input rate mHz, output rate mHz)
RATES = [(360000, 128000), (250000, 128000), (128000, 250000), (1000000, 128000)]


def sections(kind, order, cutoff, rate):
    if kind == "notch":
        b, a = signal.iirnotch(cutoff, order, fs=rate)
        return np.concatenate([b, a])[None, :]
    return signal.butter(order, cutoff, btype=kind, output="sos", fs=rate)


def test_signal(n, rate):
    """Sines with a step and an offset, rounded to float32 so that both sides take the same."""
    t = np.arange(n) / rate
    x = 0.7 + np.sin(2 * np.pi * 1.3 * t) + 0.4 * np.cos(2 * np.pi * 11.7 * t)
    x += 0.2 * np.sin(2 * np.pi * 50 * t) + (t > 0.4) * 0.5
    return x.astype(np.float32)


def line(name, values):
    return name + " " + " ".join(f"{v:.12g}" for v in values) + "\n"


def filters():
    text = ""
    for kind, order, cutoff, rate in FILTERS:
        name = f"{kind}:{order}:{cutoff:g}:{rate:g}"
        sos = sections(kind, order, cutoff, rate)
        x = test_signal(160, rate).astype(float)
        y, _ = signal.sosfilt(sos, x, zi=signal.sosfilt_zi(sos) * x[0])
        text += line("poles:" + name, np.sort(sos[:, 4:].reshape(-1)))
        text += line("rest:" + name, signal.sosfilt(sos, x))
        text += line("primed:" + name, y)
    return text


def half_length(inp, out):
    """The rule of ResamplerKernel: a Kaiser window within 80 ms, of 80 dB at most."""
    narrow = min(inp, out) / 1000
    transition = 0.24 * narrow
    wanted = min(80, 7.95 + 14.36 * 2 * 0.08 * transition)
    seconds = (wanted - 7.95) / (14.36 * 2 * transition)
    half = max(2, int(seconds * inp / 1000 + 1e-9))
    return half, min(wanted, 7.95 + 14.36 * 2 * half * 1000 / inp * transition)


def resamplers():
    text = ""
    for inp, out in RATES:
        up, down = out // gcd(inp, out), inp // gcd(inp, out)
        half, attenuation = half_length(inp, out)
        fs = up * inp / 1000
        taps = signal.firwin(
            2 * half * up + 1, 0.45 * min(inp, out) / 1000, fs=fs,
            window=("kaiser", signal.kaiser_beta(attenuation)))
        taps[[0, -1]] = 0  # the window ends just outside
        # Every phase is scaled to gain 1 for a constant.
        for phase in range(up):
            taps[phase::up] /= taps[phase::up].sum()
        x = test_signal(inp // 1000, inp / 1000).astype(float)
        padded = np.concatenate([np.full(2 * half, x[0]), x, np.full(2 * half, x[-1])])
        shift = 2 * half
        # resample_poly centres the filter; start on a whole period of the phases.
        lead = -(-shift // down) * down
        padded = np.concatenate([np.full(lead - shift, x[0]), padded])
        y = signal.resample_poly(padded, up, down, window=taps / up)[lead // down * up:]
        count = ((len(x) - 1 - half + 1) * up - 1) // down + 1
        text += line(f"resample:{inp}:{out}", y[:count])
    return text


if __name__ == "__main__":
    OUT.mkdir(exist_ok=True)
    (OUT / "filters.txt").write_text(filters())
    (OUT / "resamplers.txt").write_text(resamplers())
