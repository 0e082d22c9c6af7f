"""Makes a model file from a trained LSTM autoencoder of PyTorch, Keras or ONNX.

    python Training/importmodel.py CHECKPOINT.pth|MODEL.keras|MODEL.h5|MODEL.onnx OUT.safetensors \
        [--mapping MAPPING.json] [--manifest MANIFEST.json] [--known-rows ROWS]

Keras and ONNX files say how their layers are wired. A PyTorch checkpoint is a state_dict, a dict that
holds one under `state_dict` or `model_state_dict`, or a whole pickled module (--trust-pickle; runs
code of the file), and MAPPING.json says which of its modules become which layers of
Documentation/Model.md; the default is that of https://github.com/kushalBanda/ECG-LSTM-Autoencoders.
Sizes are read off the weights. Leaves with 65 where the file is no such autoencoder, saying which
layer or node is not, and with 66 where there is no file.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from export import export, is_conditioned, window_length
from importers import kerasfile, onnxgraph, pytorch
from importers.chain import Arrays, Chain, Unsupported, assemble

DEFAULT_MANIFEST: dict[str, Any] = {
    "name": "imported",
    "description": "imported LSTM autoencoder",
    "leads": {"count": 1, "names": []},
    "sampleRateHz": 125,
    "window": {"kind": "sliding", "lengthSamples": 140, "hopSamples": 70},
    "samplesPerStep": 1,
    "filters": {"highPass": None, "lowPass": None, "mainsNotch": False},
    "normalisation": "zScore",
    "error": {"metric": "L1", "reduction": "sum", "limit": 26},
    "baseline": {},
    "trainingData": "unknown",
    "licence": "unknown",
}
KERAS_SUFFIXES = (".keras", ".h5", ".hdf5")
OTHER_SUFFIXES = (*KERAS_SUFFIXES, ".onnx")
EX_USAGE, EX_DATAERR, EX_NOINPUT = 64, 65, 66


def import_arrays(state: dict[str, Any], mapping: dict[str, Any]) -> tuple[Arrays, dict[str, Any]]:
    """The tensors of Model.md out of a state_dict, and the architecture."""
    return assemble(pytorch.read_state_dict(state, mapping))


def read_chain(options: argparse.Namespace, given: dict[str, Any]) -> Chain:
    suffix = options.model.suffix.lower()
    if suffix in KERAS_SUFFIXES:
        return kerasfile.read(options.model)
    if suffix == ".onnx":
        leads = given.get("leads", DEFAULT_MANIFEST["leads"])["count"]
        return onnxgraph.read(options.model, window_length(given) * leads if "window" in given else None)
    mapping = json.loads(options.mapping.read_text()) if options.mapping else pytorch.DEFAULT_MAPPING
    return pytorch.read_state_dict(pytorch.load_state_dict(options.model, options.trust_pickle), mapping)


def fit_manifest(manifest: dict[str, Any], given: dict[str, Any], width: int, steps: int | None) -> None:
    """Fills in what the weights say and `given` does not; raises where the two contradict."""
    leads = manifest["leads"]["count"]
    if width % leads:
        raise Unsupported(f"a step takes {width} numbers, which {leads} leads do not divide")
    samples = width // leads
    if given.get("samplesPerStep", samples) != samples:
        raise Unsupported(f"a step takes {samples} samples; the manifest says {given['samplesPerStep']}")
    manifest["samplesPerStep"] = samples
    if steps is None:
        return
    if "window" not in given:
        length = steps * samples
        manifest["window"] = {
            "kind": "sliding",
            "lengthSamples": length,
            "hopSamples": max(length // 2, 1),
        }
    if window_length(manifest) != steps * samples:
        raise Unsupported(
            f"the file's window has {steps * samples} samples; the manifest's {window_length(manifest)}"
        )


def known_windows(
    manifest: dict[str, Any], rows: Path | None = None, count: int = 4, seed: int = 1
) -> np.ndarray:
    """Rows of a UCR text file, or seeded smooth noise where there is none."""
    length, leads = window_length(manifest), manifest["leads"]["count"]
    if rows:
        return np.loadtxt(rows, max_rows=count)[:, 1:].reshape(-1, length, leads)
    noise = np.random.default_rng(seed).standard_normal((count, length, leads)).cumsum(axis=1)
    noise -= noise.mean(axis=1, keepdims=True)
    return noise / noise.std(axis=1, keepdims=True)


def import_model(options: argparse.Namespace) -> str:
    """Writes the model file and returns its SHA-256."""
    options.model.open("rb").close()
    given = json.loads(options.manifest.read_text()) if options.manifest else {}
    manifest = {**DEFAULT_MANIFEST, **given}
    if "error" not in given and (options.mapping or options.model.suffix.lower() in OTHER_SUFFIXES):
        # The default limit is the default mapping's autoencoder's own.
        manifest["error"] = {**DEFAULT_MANIFEST["error"], "limit": None}
    try:
        chain = read_chain(options, given)
    except (Unsupported, ImportError, FileNotFoundError):
        raise
    except Exception as error:  # Whatever a damaged file makes its framework's reader raise.
        raise Unsupported(f"cannot be read: {type(error).__name__}: {error}") from error
    arrays, architecture = assemble(chain)
    manifest["architecture"] = {**architecture, **given.get("architecture", {})}
    fit_manifest(manifest, given, arrays["encoder.0.weight_ih"].shape[1], chain.steps)
    if is_conditioned(manifest["architecture"]):
        raise Unsupported("a conditioned model is exported by the program that trained it (export.py)")
    if options.float16_tolerance:
        manifest["weights"] = {"storage": "float16", "roundingTolerance": options.float16_tolerance}
    return export(options.out, arrays, manifest, known_windows(manifest, options.known_rows))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("model", type=Path, help=".pth, .keras, .h5 or .onnx")
    parser.add_argument("out", type=Path)
    parser.add_argument("--mapping", type=Path, help="JSON: PyTorch modules of each part")
    parser.add_argument("--manifest", type=Path, help="JSON: fields that replace the defaults")
    parser.add_argument("--known-rows", type=Path, help="UCR text file for the known answer")
    parser.add_argument("--trust-pickle", action="store_true", help="load a whole PyTorch module")
    parser.add_argument(
        "--float16-tolerance",
        type=float,
        help="store weights as float16, where that moves the known answer by no more than this",
    )
    options = parser.parse_args()
    try:
        digest = import_model(options)
    except FileNotFoundError as error:
        print(f"importmodel: {error.filename}: no such file", file=sys.stderr)
        sys.exit(EX_NOINPUT)
    except ImportError as error:
        print(f"importmodel: needs {error.name}: pip install -r Training/requirements.txt", file=sys.stderr)
        sys.exit(EX_USAGE)
    except ValueError as error:
        print(f"importmodel: {options.model}: {error}", file=sys.stderr)
        sys.exit(EX_DATAERR)
    print(f"{options.out}: {options.out.stat().st_size} bytes, sha256 {digest}")


if __name__ == "__main__":
    main()
