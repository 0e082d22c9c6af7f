"""Writes Tests/ECGRecordsTests/Golden/NumPyVectors.swift: small files as numpy itself writes them.

Run from the repository root: python3 Training/golden/npz_vectors.py
"""
import base64
import io
import warnings

import numpy as np

arrays = dict(
    f4=np.array([0.5, -1.25, np.nan, 3e7], "<f4"),
    f8=np.linspace(-1, 1, 6).reshape(2, 3),
    i2=np.array([[1, -2], [32767, -32768], [0, 7]], "<i2"),
    i4=np.array(-70000, "<i4"),
    i8=np.arange(300, dtype="<i8") * 10**12,
)


def npz(save):
    out = io.BytesIO()
    save(out, **arrays)
    return out.getvalue()


def npy(array, version=None):
    out = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        np.lib.format.write_array(out, array, version=version)
    return out.getvalue()


files = dict(
    stored=npz(np.savez),
    deflated=npz(np.savez_compressed),
    version2=npy(arrays["i2"], (2, 0)),
    fortran=npy(np.asfortranarray(arrays["f8"])),
    bigEndian=npy(arrays["f4"].astype(">f4")),
    structured=npy(np.zeros(2, dtype=[("a", "<f4"), ("b", "<i2")])),
)
with open("Tests/ECGRecordsTests/Golden/NumPyVectors.swift", "w") as out:
    out.write("// Written by Training/golden/npz_vectors.py.\n\n")
    out.write("/// Files that numpy wrote, in base64.\nenum NumPyVectors {\n")
    for name, data in files.items():
        text = base64.b64encode(data).decode()
        out.write(f"  static let {name} = \"\"\"\n")
        for i in range(0, len(text), 90):
            out.write(f"    {text[i:i + 90]}\\\n")
        out.write("\n    \"\"\"\n")
    out.write("}\n")
