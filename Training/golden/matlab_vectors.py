"""Writes Tests/ECGRecordsTests/Golden/MatlabVectors.swift: a MATLAB level 4 file as SciPy writes it,
and its samples, for the test of WFDB records that keep their signals so.

    pip install numpy scipy
    python Training/golden/matlab_vectors.py > Tests/ECGRecordsTests/Golden/MatlabVectors.swift
"""

import base64
import io

import numpy as np
from scipy.io import savemat


def main():
    generator = np.random.default_rng(4)
    values = generator.integers(-32767, 32768, (3, 17)).astype(np.int16)
    values[1, 5] = -32768  # no sample here
    file = io.BytesIO()
    savemat(file, {"val": values}, format="4")
    data = file.getvalue()
    assert len(data) == 24 + 2 * values.size
    print("// Written by Training/golden/matlab_vectors.py.\n")
    print("/// A MATLAB level 4 file that SciPy wrote, in base64, and its rows.")
    print("enum MatlabVectors {")
    print(f'  static let file = "{base64.b64encode(data).decode()}"')
    print("  static let rows: [[Int32]] = [")
    for row in values:
        print(f"    {row.tolist()},")
    print("  ]\n}")


if __name__ == "__main__":
    main()
