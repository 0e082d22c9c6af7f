"""A small denoiser of random, seeded weights: the golden vector of Tests/ECGModelTests. Its answer
is held against PyTorch's here, and the daemon's against it by the tests. Run from anywhere:

    python Training/golden/denoiser.py Tests/ECGModelTests/Golden
"""

import sys
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "denoise"))
import export_denoiser  # noqa: E402
from network import Denoiser  # noqa: E402

torch.manual_seed(7)
options = dict(frame=20, hop=4, lookahead=8, units=[13, 8])
net = Denoiser(**options).double()
with torch.no_grad():
    for parameter in net.parameters():
        parameter.copy_(parameter.float() * 2)

x = export_denoiser.known_input()
arguments = (options, None, "golden", "random weights, for tests", "none", "as the repository")
tensors = export_denoiser.tensors_of(net.state_dict())
ours = export_denoiser.answer(tensors, export_denoiser.manifest_of(*arguments), x)
with torch.no_grad():
    signal = torch.from_numpy(x.astype(np.float64))[None]
    theirs = (signal[0, : -net.lookahead] - net(signal)[0][0].sum(0)).numpy()
difference = np.abs(ours - theirs).max()
assert difference < 1e-5, difference

folder = Path(sys.argv[1])
random = np.random.default_rng(7)
believing = {
    "weights": random.uniform(-2, 2, 18).round(3).tolist(), "biases": [-1.0, 0.5, 1.0], "seconds": 0.5
}
for name, bypass in (("denoiser", None), ("denoiser-bypass", believing)):
    digest = export_denoiser.write(
        folder / f"{name}.safetensors", net.state_dict(), options, bypass, name,
        "random weights, for tests", "none", "as the repository",
    )
    print(name, digest, f"PyTorch within {difference:.1e}")
