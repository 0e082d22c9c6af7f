// Written by Training/golden/matlab_vectors.py.

/// A MATLAB level 4 file that SciPy wrote, in base64, and its rows.
enum MatlabVectors {
  static let file =
    "HgAAAAMAAAARAAAAAAAAAAQAAAB2YWwA+DkjX9ASbHE8uNRto2FAC+IW5gKV1n6twHD3Zsz263kAgN4bZHgn+s/NspTGZXI0GvQ17oPofBuzo1txe8j4SS+1YuDmdmgqgSDxexqXSU0LbieithSm3nAFrqyQO3T/DS0MeJv/"
  static let rows: [[Int32]] = [
    [
      14840, 29036, 24995, 742, 28864, 31211, 30820, -27470, -3046, 7036, -14213, -8094, 8321,
      19785, 5302, -21330, 11533,
    ],
    [
      24355, -18372, 2880, -10603, 26359, -32768, -1497, 26054, -4555, -23629, 18936, 30438, 31729,
      28171, -8538, 15248, 30732,
    ],
    [
      4816, 28116, 5858, -21122, -2356, 7134, -12849, 13426, -6013, 29019, -19153, 10856, -26854,
      -24025, 1392, -140, -101,
    ],
  ]
}
