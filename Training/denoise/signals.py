"""The signals that a denoiser is trained and judged on.

Everything is what `ecgctl extract --signals` wrote: the daemon's conditioner over records and over
records of pure noise. The conditioner is linear, so a conditioned record plus a scaled conditioned
noise is what it would have made of the noisy record; mixing is all that is done here.
"""

from dataclasses import dataclass

import numpy as np

RATE_HZ = 128
KINDS = ["bw", "em", "ma", "mix"]
LEVELS_DB = [0, 6, 12, 24]


@dataclass
class Lead:
    """One lead of one record: millivolts at 128 Hz, its beats (samples) and their AAMI letters."""

    record: str
    lead: str
    signal: np.ndarray
    beats: np.ndarray
    labels: np.ndarray
    # Signal power in mV^2: as WFDB's nst defines it (QRS height), and the variance of the raw lead.
    nst_power: float
    variance: float

    @property
    def power(self):
        """Mean power of the conditioned lead, without the largest 5% of its seconds."""
        seconds = self.signal[: len(self.signal) // RATE_HZ * RATE_HZ].reshape(-1, RATE_HZ)
        powers = np.sort((seconds**2).mean(1))
        return float(powers[: int(0.95 * len(powers))].mean())


@dataclass
class Noise:
    """One channel of one noise record."""

    kind: str
    signal: np.ndarray
    nst_power: float
    variance: float

    def half(self, which):
        """'train' is the first half of the record, 'test' the second, 2 s between them unused."""
        middle = len(self.signal) // 2
        part = slice(0, middle - RATE_HZ) if which == "train" else slice(middle + RATE_HZ, None)
        return self.signal[part]


def load(path):
    """Leads and noises of an NPZ file of `ecgctl extract --signals`."""
    with np.load(path) as file:
        arrays = {key: file[key] for key in file.files}

    def text(key):
        return bytes(arrays[key].astype(np.uint8)).decode()

    leads, noises = [], []
    while f"record.{len(leads)}.signal" in arrays:
        key = f"record.{len(leads)}"
        name, lead = text(key + ".name").split(" ", 1)
        leads.append(
            Lead(
                "/".join(name.split("/")[-2:]), lead, arrays[key + ".signal"],
                arrays[key + ".beats"], np.array([chr(c) for c in arrays[key + ".labels"]]),
                *map(float, arrays[key + ".power"]),
            )
        )
    while f"noise.{len(noises)}.signal" in arrays:
        key = f"noise.{len(noises)}"
        kind = text(key + ".name").split(" ", 1)[0].split("/")[-1]
        noises.append(Noise(kind, arrays[key + ".signal"], *map(float, arrays[key + ".power"])))
    return leads, noises


def watched(leads):
    """The lead of each record that the daemon would watch."""
    wanted = ["MLII", "II", "ECG1"]

    def rank(lead):
        return wanted.index(lead.lead) if lead.lead in wanted else len(wanted)

    chosen = {}
    for lead in leads:
        best = chosen.get(lead.record)
        if best is None or rank(lead) < rank(best):
            chosen[lead.record] = lead
    return list(chosen.values())


def folds(leads, count, seed=1):
    """Names of the records of each fold, the databases spread evenly."""
    random = np.random.default_rng(seed)
    parts = [[] for _ in range(count)]
    n = 0
    for database in sorted({lead.record.split("/")[0] for lead in leads}):
        names = sorted({l.record for l in leads if l.record.split("/")[0] == database})
        for name in random.permutation(names):
            parts[n % count].append(str(name))
            n += 1
    return parts


def gain(lead, noises, decibels, definition):
    """What the noise is multiplied with for a signal-to-noise ratio of the *raw* recording.

    `definition`: "power", the variances of the raw lead and noise; "nst", WFDB's own, whose signal
    power is that of a sine as tall as the QRS complexes (much more noise); "conditioned", the
    powers behind the band-pass.
    """
    if definition == "power":
        signal, noise = lead.variance, np.mean([n.variance for n in noises])
    elif definition == "nst":
        signal, noise = lead.nst_power, np.mean([n.nst_power for n in noises])
    else:
        signal = lead.power
        noise = np.mean([np.mean(n.half("test") ** 2) for n in noises])
    return float(np.sqrt(signal / noise / 10 ** (decibels / 10)))


def test_noise(lead, noises, kind, decibels, definition, seed=0):
    """Noise of the test halves for a whole lead; "mix" is bw, em and ma at equal powers."""
    random = np.random.default_rng([seed, *lead.record.encode(), *kind.encode()])
    length = len(lead.signal)
    total = np.zeros(length, np.float32)
    kinds = ["bw", "em", "ma"] if kind == "mix" else [kind]
    for part in kinds:
        channels = [n for n in noises if n.kind == part]
        channel = channels[random.integers(len(channels))]
        noise = channel.half("test")
        start = random.integers(len(noise))
        repeats = int(np.ceil((start + length) / len(noise)))
        noise = np.tile(noise, repeats)[start : start + length]
        scale = gain(lead, [channel], decibels, definition) / np.sqrt(len(kinds))
        total += np.float32(scale) * noise
    return total


class Mixer:
    """Training batches: stretches of training patients' leads with training noise, at random."""

    def __init__(self, leads, noises, seconds, seed, splice=0.3):
        self.leads, self.random = leads, np.random.default_rng(seed)
        self.length = int(seconds * RATE_HZ)
        self.splice = splice
        self.power = [lead.power for lead in leads]
        self.other = self.pairs()
        self.noises = {}
        for noise in noises:
            part = noise.half("train")
            self.noises.setdefault(noise.kind, []).append(part / np.sqrt(np.mean(part**2)))
        # Ventricular beats are looked for on purpose: they are few, and must not be lost.
        self.ectopic = [
            (i, int(b))
            for i, lead in enumerate(leads)
            for b, label in zip(lead.beats, lead.labels)
            if label in "VF" and self.length < b < len(lead.signal) - self.length
        ]

    def pairs(self):
        """For a lead the number of its record's other lead, and the mean of their product."""
        records, other = {}, {}
        for i, lead in enumerate(self.leads):
            records.setdefault(lead.record, []).append(i)
        for numbers in records.values():
            if len(numbers) == 2:
                product = float(np.mean(np.prod([self.leads[i].signal for i in numbers], axis=0)))
                other[numbers[0]] = (numbers[1], product)
                other[numbers[1]] = (numbers[0], product)
        return other

    def stretch(self):
        """Signal, weight of abnormal beats, and mean power of the lead; now and then played faster
        or slower, as a heart with other widths."""
        if self.random.random() < 0.6:
            return self.as_recorded(self.length)
        factor = self.random.uniform(0.85, 1.18)
        count = int(self.length * factor) + 2
        signal, weight, power = self.as_recorded(count)
        at = np.arange(self.length) * factor
        signal = np.interp(at, np.arange(count), signal).astype(np.float32)
        return signal, np.interp(at, np.arange(count), weight).round().astype(np.float32), power

    def as_recorded(self, length):
        random = self.random
        if random.random() < 0.35:
            i, beat = self.ectopic[random.integers(len(self.ectopic))]
            start = beat - random.integers(2 * RATE_HZ, length - RATE_HZ // 2)
            start = max(0, min(start, len(self.leads[i].signal) - length))
        else:
            i = random.integers(len(self.leads))
            start = random.integers(RATE_HZ, len(self.leads[i].signal) - length)
        lead, power = self.leads[i], self.power[i]
        part = slice(start, start + length)
        signal = lead.signal[part].copy()
        if i in self.other and random.random() < 0.5:
            signal, power = self.between_leads(i, part, signal, power)
        weight = np.zeros(length, np.float32)
        inside = (lead.beats >= start) & (lead.beats < start + length)
        for beat, label in zip(lead.beats[inside] - start, lead.labels[inside]):
            if label in "VF":
                weight[max(0, beat - 32) : beat + 64] = 1
        if random.random() < self.splice:
            self.splice_in(signal, weight, np.sqrt(np.mean(signal**2)))
        return signal, weight, power

    def between_leads(self, i, part, signal, power):
        """What an electrode between the record's two leads would have seen, unless they cancel."""
        other, product = self.other[i]
        angle = self.random.uniform(-np.pi / 3, np.pi / 3)
        a, b = np.cos(angle), np.sin(angle)
        mixed = a * a * power + b * b * self.power[other] + 2 * a * b * product
        if mixed < 0.2 * power:
            return signal, power
        return (a * signal + b * self.leads[other].signal[part]).astype(np.float32), mixed

    def splice_in(self, signal, weight, size):
        """Beats of other patients, or distorted ones, where nobody expects them."""
        random = self.random
        taper = np.sin(np.linspace(0, np.pi, 96)) ** 0.5
        for _ in range(random.integers(1, 4)):
            i, beat = self.ectopic[random.integers(len(self.ectopic))]
            source = self.leads[i].signal[beat - 38 : beat + 58]
            scale = size / max(1e-3, np.sqrt(self.power[i])) * random.uniform(0.5, 1.5)
            at = random.integers(RATE_HZ, len(signal) - 96)
            place = slice(at, at + 96)
            beatlike = source * scale * random.choice([-1, 1])
            signal[place] = (1 - taper) * signal[place] + taper * beatlike
            weight[place] = 1

    def one_noise(self, kind):
        random = self.random
        parts = self.noises[kind]
        noise = np.zeros(self.length, np.float32)
        for _ in range(random.integers(1, 3)):
            part = parts[random.integers(len(parts))]
            start = random.integers(0, len(part) - self.length)
            piece = part[start : start + self.length]
            piece = piece[::-1] if random.random() < 0.3 else piece
            noise += piece * random.choice([-1, 1]) * random.uniform(0.4, 1)
        return noise

    def noise(self):
        random = self.random
        kind = KINDS[random.integers(4)]
        if kind == "mix":
            noise = sum(self.one_noise(k) * random.uniform(0.3, 1) for k in ["bw", "em", "ma"])
        else:
            noise = self.one_noise(kind)
        if random.random() < 0.3:  # noise that comes and goes
            ends = np.sort(random.integers(0, self.length, 2))
            envelope = np.full(self.length, random.uniform(0, 0.3), np.float32)
            envelope[ends[0] : ends[1]] = 1
            noise = noise * np.convolve(envelope, np.ones(32) / 32, "same").astype(np.float32)
        return noise

    def batch(self, count):
        """Clean signals, noises and weights of abnormal beats, each [count, samples]."""
        random = self.random
        clean = np.zeros((count, self.length), np.float32)
        noise = np.zeros_like(clean)
        mask = np.zeros_like(clean)
        for row in range(count):
            signal, mask[row], power = self.stretch()
            amplitude = np.exp(random.uniform(np.log(0.5), np.log(2))) * random.choice([-1, 1])
            clean[row] = signal * amplitude
            if random.random() < 0.05:
                continue
            low, high = [(-14, 4), (4, 16), (16, 32)][random.choice(3, p=[0.45, 0.35, 0.2])]
            added = self.noise()
            # Half of the time by the noise of this stretch, else by the noise record's mean.
            if random.random() < 0.5:
                added = added / max(0.05, np.sqrt(np.mean(added**2)))
            decibels = random.uniform(low, high)
            noise[row] = added * np.sqrt(power * amplitude**2 / 10 ** (decibels / 10))
        return clean, noise, mask
