/// How the matrices of LSTM layers are stored, in the file and in memory. Biases, linear layers and
/// all sums are in single precision in either case.
public enum WeightStorage: String, CaseIterable, Equatable, Sendable {
  /// IEEE binary32.
  case float32
  /// IEEE binary16: half the memory to read, which is what bounds a window computed alone.
  case float16
}

extension FloatBuffer {
  /// The same numbers, which binary16 must have, in its bits.
  borrowing func halves() -> FloatBuffer {
    let stored = FloatBuffer(count: (count + 1) / 2)
    let bytes = unsafe UnsafeMutableRawPointer(stored.base)
    for i in 0..<count {
      unsafe bytes.storeBytes(of: Half.bits(base[i]), toByteOffset: 2 * i, as: UInt16.self)
    }
    return stored
  }
}
