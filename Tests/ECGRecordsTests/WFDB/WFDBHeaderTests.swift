import Testing

@testable import ECGRecords

struct WFDBHeaderTests {
  func parse(_ text: String) throws -> WFDBHeader { try WFDBHeader(text: text, path: "t.hea") }

  @Test func `every field of the record line is read`() throws {
    let header = try parse(
      "# first\nrec 1 360/72.5(10) 650000 13:05:07.5 25/12/1984\nrec.dat 16\n#  23 M\n")
    #expect(header.recordName == "rec")
    #expect(header.sampleRateHz == 360)
    #expect(header.counterFrequencyHz == 72.5)
    #expect(header.baseCounter == 10)
    #expect(header.frameCount == 650000)
    #expect(header.baseTimeSeconds == 47107.5)
    #expect(header.baseDate == "25/12/1984")
    #expect(header.comments == ["first", "23 M"])
  }

  @Test func `every field of a signal line is read`() throws {
    let header = try parse(
      "rec 1\nrec.dat 16x2:3+24 2.835e+04(-7)/uV 16 5 -591 26512 512 lead II, left\n")
    #expect(header.sampleRateHz == 250)
    let expected = WFDBSignal(
      fileName: "rec.dat", format: .int16, samplesPerFrame: 2, skew: 3, byteOffset: 24,
      gain: 28350, baseline: -7, unit: .microvolts, adcResolutionBits: 16, adcZero: 5,
      initialValue: -591, checksum: 26512, blockSize: 512, description: "lead II, left")
    #expect(header.signals == [expected])
  }

  @Test func `absent fields have the manual's defaults`() throws {
    let signal = try parse("rec 1 100\r\nrec.dat 80 0 8 1024\r\n").signals[0]
    #expect(signal.gain == 200)
    #expect(signal.baseline == 1024)
    #expect(signal.initialValue == 1024)
    #expect(signal.unit == .millivolts)
    #expect(signal.checksum == nil)
  }

  @Test func `segments are read`() throws {
    let header = try parse("multi/3 2 100 700\nseg_1 300\n~ 100\nseg_2 300\n")
    #expect(header.segments.map(\.recordName) == ["seg_1", "~", "seg_2"])
    #expect(header.segments.map(\.frameCount) == [300, 100, 300])
    #expect(header.segments[1].isGap)
  }

  @Test(arguments: [
    ("", 1, "a record line"),
    ("rec\n", 1, "the number of signals"),
    ("rec 99999\n", 1, "the number of signals (0 to 1024)"),
    ("rec 1 nan\nrec.dat 16\n", 1, "a sample rate in Hz"),
    ("rec 1 -5\nrec.dat 16\n", 1, "a sample rate in Hz"),
    (
      "rec 1 360 99999999999999999999\nrec.dat 16\n", 1,
      "the number of samples (0 to 8796093022208)"
    ),
    ("rec 2 360\nrec.dat 16\n", 2, "2 signal lines"),
    ("rec 1 360\n\n#x\nrec.dat 16 oops\n", 4, "a gain"),
    ("rec 1 360\nrec.dat 16 200(7\n", 2, "a baseline in parentheses"),
    ("rec 1 360\nrec.dat 16x0\n", 2, "samples per frame (1 to 65536)"),
    ("rec 1 360\nrec.dat 16y2\n", 2, "a format like 16x2:3+24"),
    ("rec 1 360\nrec.dat 16 200 12 0 0 99999\n", 2, "a 16-bit checksum (-32768 to 65535)"),
    ("rec 0 360 10 99:99:99:99\n", 1, "a base time HH:MM:SS"),
    ("rec 0 360 10 10:00 31/13/2000\n", 1, "a base date DD/MM/YYYY"),
  ])
  func `a broken line is named with what was expected`(text: String, line: Int, expected: String) {
    #expect {
      try parse(text)
    } throws: { error in
      guard case WFDBError.badHeader("t.hea", line, expected, _) = error else { return false }
      return true
    }
  }

  @Test func `an unknown signal format is named`() {
    #expect(throws: WFDBError.unsupportedFormat(path: "t.hea", line: 2, format: 310)) {
      try parse("rec 1 360\nrec.dat 310 200\n")
    }
  }
}
