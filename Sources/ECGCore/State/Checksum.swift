/// CRC-32 as in zip, gzip and Ethernet (polynomial 0xEDB88320, reflected): finds torn writes and
/// flipped bits.
public enum Checksum {
  private static let table: [UInt32] = (0..<256).map { byte in
    var value = UInt32(byte)
    for _ in 0..<8 { value = value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
    return value
  }

  public static func crc32(_ bytes: Span<UInt8>) -> UInt32 {
    let table = table.span
    var value = UInt32.max
    for i in 0..<bytes.count {
      value = table[Int((value ^ UInt32(bytes[i])) & 0xFF)] ^ (value >> 8)
    }
    return ~value
  }
}
