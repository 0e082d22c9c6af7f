"""The streaming denoiser: an LSTM that hears a signal frame by frame and says what to take away.

Every `hop` samples it gets the last `frame` samples, and gives `hop` samples that lie `lookahead`
samples behind the newest. out = x + gate * correction, both from the LSTM's hidden state.
"""

import torch
from torch import nn


class Denoiser(nn.Module):
    def __init__(self, frame=64, hop=8, lookahead=32, units=(64, 64), gated=True):
        super().__init__()
        assert frame >= lookahead + hop
        self.frame, self.hop, self.lookahead, self.gated = frame, hop, lookahead, gated
        sizes = [frame, *units]
        self.layers = nn.ModuleList(
            nn.LSTM(sizes[i], sizes[i + 1], batch_first=True) for i in range(len(units))
        )
        self.output = nn.Linear(units[-1], hop * (2 if gated else 1))
        nn.init.zeros_(self.output.bias)
        with torch.no_grad():
            self.output.weight[:hop] *= 0.1

    def frames(self, x):
        """[batch, samples] to [batch, steps, frame]; before the first sample there was nothing."""
        padded = torch.nn.functional.pad(x, (self.frame - self.hop, 0))
        return padded.unfold(1, self.frame, self.hop)

    def forward(self, x, state=None):
        """The output [batch, samples - lookahead]: sample i stands for input sample i.

        Samples must be a multiple of the hop. The look-ahead is cut off the end.
        """
        frames = self.frames(x)
        h = frames
        for layer in self.layers:
            h, _ = layer(h)
        o = self.output(h)
        start = self.frame - self.lookahead - self.hop
        delayed = frames[..., start : start + self.hop]
        if self.gated:
            o = o[..., : self.hop] * torch.sigmoid(o[..., self.hop :])
        # Step t gives the samples from t * hop - lookahead on.
        return (delayed + o).flatten(1)[:, self.lookahead :]


def decibels_loss(out, clean, mask, ectopic_weight, floor=1e-4):
    """Mean over stretches of 10 log10 of the weighted squared error, relative to the signal.

    It is what the result is judged by, so that a decibel at 24 dB weighs as much as one at 0 dB;
    errors under the floor (-40 dB) no longer count.
    """
    weight = 1 + ectopic_weight * mask
    error = (weight * (out - clean) ** 2).sum(1) / weight.sum(1)
    power = (clean**2).mean(1)
    return (10 * torch.log10(error / power + floor)).mean()
