"""The streaming denoiser: an LSTM that hears a signal frame by frame and says what was no heart.

Every `hop` samples it gets the last `frame` samples, and gives the noise of `hop` samples that lie
`lookahead` samples behind the newest, in three bands of frequency. All is scaled by the signal's own
running size, which is causal. For each band one more number says how much noise there is: by those
and by what it finds, averaged over seconds, the daemon decides how much of each band's noise to
believe (bypass.py).
"""

import numpy as np
import torch
from scipy.signal import lfilter
from torch import nn

RATE_HZ = 128
SCALE_SECONDS = 2.0
LEAST_POWER = 1e-6  # mV^2: silence is not blown up
# Hz between the bands. Under 1.5 Hz lies what the band-pass leaves of baseline wander; muscles are
# over 6 Hz, electrodes in all three.
EDGES_HZ = (1.5, 6.0)
BANDS = len(EDGES_HZ) + 1


def split(noise):
    """The bands of noise [..., samples] as [..., bands, samples]: zero phase, their sum the noise;
    raised cosines over an octave around each edge."""
    count = noise.shape[-1]
    padded = np.concatenate([noise, np.zeros((*noise.shape[:-1], RATE_HZ), noise.dtype)], -1)
    spectrum = np.fft.rfft(padded)
    octave = np.log2(np.maximum(np.fft.rfftfreq(padded.shape[-1], 1 / RATE_HZ), 1e-3))
    above = [
        (1 - np.cos(np.pi * np.clip(octave - np.log2(edge) + 0.5, 0, 1))) / 2 for edge in EDGES_HZ
    ]
    weights, rest = [], 1.0
    for share in above:
        weights.append(rest * (1 - share))
        rest = rest * share
    bands = [np.fft.irfft(spectrum * w, padded.shape[-1])[..., :count] for w in (*weights, rest)]
    return np.stack(bands, -2).astype(np.float32)


def averaged(values, hop, seconds):
    """A mean [records, hops, ...] that forgets slowly, right from the first hop on."""
    keep = np.exp(-hop / RATE_HZ / seconds)
    sums = lfilter([1 - keep], [1, -keep], values, axis=1)
    weights = 1 - keep ** (1 + np.arange(values.shape[1]))
    return sums / weights.reshape(1, -1, *[1] * (values.ndim - 2))


class Denoiser(nn.Module):
    def __init__(self, frame=256, hop=16, lookahead=128, units=(192, 192)):
        super().__init__()
        assert frame >= lookahead + hop and lookahead % hop == 0
        self.frame, self.hop, self.lookahead = frame, hop, lookahead
        sizes = [frame, *units]
        self.layers = nn.ModuleList(
            nn.LSTM(sizes[i], sizes[i + 1], batch_first=True) for i in range(len(units))
        )
        self.output = nn.Linear(units[-1], BANDS * (hop + 1))
        with torch.no_grad():
            self.output.weight.mul_(0.3)
            self.output.bias.zero_()

    def frames(self, x):
        """[batch, samples] to [batch, steps, frame]; before the first sample there was nothing."""
        return nn.functional.pad(x, (self.frame - self.hop, 0)).unfold(1, self.frame, self.hop)

    def scale(self, x):
        """The running size [batch, steps, 1]: the root of the mean power, forgetting slowly."""
        power = (x.detach().numpy().reshape(len(x), -1, self.hop).astype(np.float64) ** 2).mean(2)
        size = np.sqrt(averaged(power, self.hop, SCALE_SECONDS) + LEAST_POWER)
        return torch.from_numpy(size).to(x.dtype)[..., None]

    def forward(self, x):
        """Noise [batch, bands, samples - lookahead], whose sample i stands for input sample i, and
        levels [batch, steps - lookahead steps, bands].

        Samples must be a multiple of the hop. The look-ahead is cut off the end.
        """
        scale = self.scale(x)
        h = self.frames(x) / scale
        for layer in self.layers:
            h, _ = layer(h)
        o = self.output(h)
        skipped, count = self.lookahead // self.hop, BANDS * self.hop
        # Step t gives the samples from t * hop - lookahead on.
        noise = (o[..., :count] * scale).unflatten(-1, (BANDS, self.hop))[:, skipped:]
        return noise.permute(0, 2, 1, 3).flatten(2), o[:, skipped:, count:]


def losses(net, clean, noise, mask, warm_up):
    """What a network is trained for, over all samples behind `warm_up`:

    - the mean over stretches of 10 log10 of the squared error over the signal's power, which is what
      it is judged by, so that a decibel at 24 dB weighs nearly as much as one at 0 dB; abnormal beats
      (`mask`) weigh three times as much, and stretches with next to no noise less, for there the
      bypass speaks;
    - the same of each band's own noise;
    - how far the levels are from the true ones of the three seconds around each hop, squared.
    """
    truth = torch.from_numpy(split(noise.numpy()))
    found, levels = net(clean + noise)
    count = found.shape[2]
    judged = slice(warm_up, count)
    truth = truth[:, :, :count]
    weight = 1 + 2 * mask[:, judged]
    power = (clean[:, judged] ** 2).mean(1) + LEAST_POWER
    error = (found - truth)[:, :, judged]
    share = torch.where((noise[:, judged] ** 2).mean(1) < power / 10**1.8, 0.3, 1.0)

    def decibels(squares, floor):
        mean = (weight * squares).sum(1) / weight.sum(1)
        return (share * 10 * torch.log10(mean / power + floor)).sum() / share.sum()

    total = decibels(error.sum(1) ** 2, 1e-4)
    bands = sum(decibels(error[:, b] ** 2, 3e-4) for b in range(BANDS)) / BANDS
    reach = int(1.5 * RATE_HZ / net.hop)
    powers = (truth**2).unflatten(2, (-1, net.hop)).mean(3)
    around = nn.functional.avg_pool1d(powers, 2 * reach + 1, 1, reach, count_include_pad=False)
    level = torch.log10(around / power[:, None, None] + 1e-4).permute(0, 2, 1)
    hops = slice(warm_up // net.hop, None)
    return total, bands, ((levels - level)[:, hops] ** 2).mean()
