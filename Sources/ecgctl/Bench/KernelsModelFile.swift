import Foundation

/// Writes a safetensors file.
struct KernelsModelFile {
  private var entries: [(name: String, dtype: String, shape: [Int], range: Range<Int>)] = []
  private var data: [UInt8] = []

  mutating func add(_ name: String, _ shape: [Int], _ values: [Float], halves: Bool) {
    let start = data.count
    for value in values {
      if halves {
        let bits = Self.half(value)
        data += [UInt8(truncatingIfNeeded: bits), UInt8(truncatingIfNeeded: bits >> 8)]
      } else {
        let bits = value.bitPattern
        for byte in 0..<4 { data.append(UInt8(truncatingIfNeeded: bits >> (8 * UInt32(byte)))) }
      }
    }
    entries.append((name, halves ? "F16" : "F32", shape, start..<data.count))
  }

  func bytes(metadata: [String: String]) -> [UInt8] {
    var header: [String: Any] = ["__metadata__": metadata]
    for entry in entries {
      header[entry.name] =
        [
          "dtype": entry.dtype, "shape": entry.shape,
          "data_offsets": [entry.range.lowerBound, entry.range.upperBound],
        ] as [String: Any]
    }
    // Strings and whole numbers can always be written.
    let text = try! JSONSerialization.data(withJSONObject: header, options: [.sortedKeys])
    let padding = [UInt8](repeating: UInt8(ascii: " "), count: (8 - text.count % 8) % 8)
    let length = UInt64(text.count + padding.count)
    let prefix = (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * UInt64($0))) }
    return prefix + text + padding + data
  }

  /// The nearest binary16, ties to even, of a number whose exponent it has; smaller ones become 0.
  private static func half(_ value: Float) -> UInt16 {
    let sign = UInt16(truncatingIfNeeded: value.bitPattern >> 16) & 0x8000
    guard value.magnitude >= 0x1p-14 else { return sign }
    let bits = value.magnitude.bitPattern
    let rounded = bits + 0xFFF + (bits >> 13 & 1)
    return sign | UInt16(truncatingIfNeeded: (rounded >> 13) - (112 << 10))
  }
}
