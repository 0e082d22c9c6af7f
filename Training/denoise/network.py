"""The streaming denoiser: an LSTM that hears a signal frame by frame and says what the heart did.

Every `hop` samples it gets the last `frame` samples, and gives `hop` samples that lie `lookahead`
samples behind the newest. The LSTM gives for each of them an estimate y and a gate g in 0...1;
out = x + g (y - x). All is scaled by the signal's own running size, which is causal. One more number,
the benefit, is what it believes its output to be better than its input, in tens of decibels; by it,
averaged over seconds, the daemon decides whether to use the output at all (evaluate.py, `gate`).
"""

import numpy as np
import torch
from scipy.signal import lfilter
from torch import nn

RATE_HZ = 128
SCALE_SECONDS = 2.0
LEAST_POWER = 1e-6  # mV^2: silence is not blown up


class Denoiser(nn.Module):
    def __init__(self, frame=64, hop=8, lookahead=32, units=(64, 64)):
        super().__init__()
        assert frame >= lookahead + hop
        self.frame, self.hop, self.lookahead = frame, hop, lookahead
        sizes = [frame, *units]
        self.layers = nn.ModuleList(
            nn.LSTM(sizes[i], sizes[i + 1], batch_first=True) for i in range(len(units))
        )
        self.output = nn.Linear(units[-1], 2 * hop + 1)
        nn.init.zeros_(self.output.bias)

    def frames(self, x):
        """[batch, samples] to [batch, steps, frame]; before the first sample there was nothing."""
        padded = torch.nn.functional.pad(x, (self.frame - self.hop, 0))
        return padded.unfold(1, self.frame, self.hop)

    def scale(self, x):
        """The running size [batch, steps, 1]: the root of the mean power, forgetting slowly."""
        power = (x.detach().numpy().reshape(len(x), -1, self.hop).astype(np.float64) ** 2).mean(2)
        keep = np.exp(-self.hop / RATE_HZ / SCALE_SECONDS)
        sums = lfilter([1 - keep], [1, -keep], power, axis=1)
        weights = 1 - keep ** (1 + np.arange(power.shape[1]))
        return torch.from_numpy(np.sqrt(sums / weights + LEAST_POWER).astype(np.float32))[..., None]

    def forward(self, x):
        """The output [batch, samples - lookahead], whose sample i stands for input sample i, and the
        benefits [batch, steps - lookahead steps] of its hops.

        Samples must be a multiple of the hop. The look-ahead is cut off the end.
        """
        scale = self.scale(x)
        frames = self.frames(x) / scale
        h = frames
        for layer in self.layers:
            h, _ = layer(h)
        o = self.output(h)
        start = self.frame - self.lookahead - self.hop
        delayed = frames[..., start : start + self.hop]
        estimate, gate, benefit = o.split([self.hop, self.hop, 1], dim=-1)
        out = (delayed + torch.sigmoid(gate) * (estimate - delayed)) * scale
        # Step t gives the samples from t * hop - lookahead on.
        skipped = self.lookahead // self.hop
        return out.flatten(1)[:, self.lookahead :], benefit[:, skipped:, 0]


def decibels_loss(out, noisy, clean, mask, ectopic_weight, floor=1e-4):
    """Mean over stretches of 10 log10 of the weighted squared error, relative to the signal.

    It is what the result is judged by, so that a decibel at 24 dB weighs as much as one at 0 dB;
    errors under the floor (-40 dB) no longer count.
    """
    weight = 1 + ectopic_weight * mask
    error = (weight * (out - clean) ** 2).sum(1) / weight.sum(1)
    power = (clean**2).mean(1)
    # Where there is next to no noise the bypass speaks; the network need not be perfect there.
    noise = ((noisy - clean) ** 2).mean(1)
    share = torch.where(noise < power / 10**1.6, 0.25, 1.0)
    return (share * 10 * torch.log10(error / power + floor)).sum() / share.sum()


def benefit_loss(benefit, out, noisy, clean, hop, seconds=2.0):
    """How far the believed benefit, in tens of decibels, is from the true one of the seconds around
    each hop. Believing too much costs four times what believing too little does, so that the
    network is used only where it is rather sure to be of use (quantile regression at 0.2)."""
    reach = int(seconds * RATE_HZ / hop) // 2

    def power(error):
        hops = (error.detach() ** 2).unflatten(1, (-1, hop)).mean(2)[:, None]
        return torch.nn.functional.avg_pool1d(
            hops, 2 * reach + 1, 1, reach, count_include_pad=False
        )[:, 0]

    floor = 1e-4 * (clean**2).mean(1, keepdim=True)
    truth = torch.log10((power(noisy - clean) + floor) / (power(out - clean) + floor))
    excess = benefit - truth.clamp(-2, 2)
    return torch.maximum(0.8 * excess, -0.2 * excess).mean()
