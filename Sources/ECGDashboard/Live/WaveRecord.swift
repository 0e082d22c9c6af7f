/// One waveform frame with its stream's name before it, as browsers get it.
///
/// A binary message is any number of them, one after the other: length of the name (u8), three
/// zeros, length of the frame (u32), the name with zeros up to a multiple of 8 after these 8 bytes,
/// the frame as Documentation/Protocol.md has it. Every field lies at a multiple of its size.
enum WaveRecord {
  static let headerByteCount = 8

  static func append(stream: some Collection<UInt8>, frame: [UInt8], to bytes: inout [UInt8]) {
    precondition(stream.count <= 64)
    bytes.append(UInt8(stream.count))
    bytes.append(contentsOf: [0, 0, 0])
    let count = UInt32(frame.count)
    for shift in stride(from: 0, to: 32, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: count >> UInt32(shift)))
    }
    bytes.append(contentsOf: stream)
    bytes.append(contentsOf: repeatElement(0, count: (8 - stream.count % 8) % 8))
    bytes.append(contentsOf: frame)
    bytes.append(contentsOf: repeatElement(0, count: (8 - frame.count % 8) % 8))
  }
}
