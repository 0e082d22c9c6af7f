"""PyTorch as a peer: torch.nn.LSTM in inference mode, one thread.

    python worker_torch.py MODEL WINDOWS
"""

import sys

import torch

from models import STEPS, Model
from worker import serve


class Network(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.encoder = torch.nn.ModuleList(map(self.layer, model.encoder))
        self.decoder = torch.nn.ModuleList(map(self.layer, model.decoder))
        self.repeats_latent = model.repeats_latent
        weight, bias = map(torch.tensor, model.output)
        self.output = torch.nn.Linear(weight.shape[1], weight.shape[0])
        self.output.load_state_dict({"weight": weight, "bias": bias})

    @staticmethod
    def layer(arrays):
        weight_ih, weight_hh, bias = map(torch.tensor, arrays)
        lstm = torch.nn.LSTM(weight_ih.shape[1], weight_hh.shape[1])
        lstm.load_state_dict(
            {
                "weight_ih_l0": weight_ih,
                "weight_hh_l0": weight_hh,
                "bias_ih_l0": bias,
                "bias_hh_l0": torch.zeros_like(bias),
            }
        )
        return lstm

    def forward(self, x):
        for lstm in self.encoder:
            x, _ = lstm(x)
        if self.repeats_latent:
            x = x[-1].expand(STEPS, -1, -1)
        for lstm in self.decoder:
            x, _ = lstm(x)
        return self.output(x)


def main():
    torch.set_num_threads(1)
    network = Network(Model(sys.argv[1])).eval()

    def compute(x):
        with torch.inference_mode():
            return network(torch.from_numpy(x)).numpy()

    serve(f"torch {torch.__version__}", compute, sys.argv[2])


main()
