import Testing

@testable import ECGRecords

/// Byte-level expectations from signal(5) of the WFDB Applications Guide.
struct WFDBFormatTests {
  @Test func `a format decodes the bytes that the manual gives it`() {
    #expect(
      WFDBFormat.int16.decode([0xff, 0x7f, 0x01, 0x80, 0xfe, 0xff], from: 0, count: 3) == [
        32767, -32767, -2,
      ])
    #expect(
      WFDBFormat.int16BigEndian.decode([0x7f, 0xff, 0x80, 0x01, 0xff, 0xfe], from: 0, count: 3) == [
        32767, -32767, -2,
      ])
    #expect(
      WFDBFormat.int24.decode([0x01, 0x02, 0x03, 0xff, 0xff, 0xff], from: 0, count: 2) == [
        0x030201, -1,
      ])
    #expect(
      WFDBFormat.int32.decode([0x04, 0x03, 0x02, 0x01, 0xfd, 0xff, 0xff, 0xff], from: 0, count: 2)
        == [0x0102_0304, -3])
    #expect(
      WFDBFormat.offset8.decode([0, 127, 128, 255], from: 0, count: 4) == [-128, -1, 0, 127])
    #expect(WFDBFormat.difference8.decode([0x01, 0xff, 0x80], from: 0, count: 3) == [1, -1, -128])
  }

  @Test func `format 212 keeps two samples in three bytes, high bits of both in the middle`() {
    // 0x7ff and -1 (0xfff); then -2047 (0x801) alone in two bytes.
    let bytes: [UInt8] = [0xff, 0xf7, 0xff, 0x01, 0x08]
    #expect(WFDBFormat.packed12.decode(bytes, from: 0, count: 3) == [2047, -1, -2047])
    #expect(WFDBFormat.packed12.encode([2047, -1, -2047]) == bytes)
    #expect(WFDBFormat.packed12.samples(inBytes: 5) == 3)
    #expect(WFDBFormat.packed12.samples(inBytes: 4) == 2)
  }

  @Test(arguments: WFDBFormat.allCases.filter { $0 != .null })
  func `every format gives back what it was given`(format: WFDBFormat) {
    var random = SeededRandom(seed: UInt64(format.rawValue))
    let range = format == .difference8 ? -128...127 : format.range
    let values = (0..<997).map { _ in
      Int32(
        Int(range.lowerBound)
          + random.index(below: Int(range.upperBound) - Int(range.lowerBound) + 1))
    }
    let bytes = format.encode(values)
    #expect(bytes.count == format.bytes(forSamples: values.count))
    #expect(format.samples(inBytes: bytes.count) == values.count)
    #expect(format.decode([9, 9, 9] + bytes, from: 3, count: values.count) == values)
  }
}
