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
# The running size is computed in single precision there: 1e-6 of a millivolt is what remains.
with torch.no_grad():
    theirs = net(torch.from_numpy(x.astype(np.float64))[None])[0][0].numpy()
difference = np.abs(ours - theirs).max()
assert difference < 1e-5, difference

folder = Path(sys.argv[1])
for name, bypass in (("denoiser", None), ("denoiser-bypass", (-6.0, 6.0, 0.5, -6.0, 3.0))):
    digest = export_denoiser.write(
        folder / f"{name}.safetensors", net.state_dict(), options, bypass, name,
        "random weights, for tests", "none", "as the repository",
    )
    print(name, digest, f"PyTorch within {difference:.1e}")
