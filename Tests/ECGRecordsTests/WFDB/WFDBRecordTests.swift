import Testing

@testable import ECGRecords

struct WFDBRecordTests {
  /// Random values that every format, differences included, can hold.
  static func values(_ count: Int, seed: UInt64, missing: Bool = false) -> [Int32] {
    var random = SeededRandom(seed: seed)
    var value: Int32 = 0
    return (0..<count).map { _ in
      value = max(-120, min(120, value + Int32(random.index(below: 21)) - 10))
      return missing && random.chance(0.05) ? DigitalSamples.missing : value
    }
  }

  @Test(arguments: WFDBFormat.allCases.filter { $0 != .null })
  func `a record comes back as it was written`(format: WFDBFormat) throws {
    try Places.withFolder { folder in
      let canMiss = format.missingValue != nil
      let first = Self.values(501, seed: 1, missing: canMiss)
      let second = Self.values(501 * 3, seed: 2, missing: canMiss)
      let third = Self.values(501, seed: 3)
      let writer = WFDBWriter(
        name: "r", sampleRateHz: 250,
        signals: [
          .init(
            line: .init(
              fileName: "a.dat", format: format, gain: 100, baseline: 5, adcZero: 2,
              description: "II"), values: first),
          .init(
            line: .init(
              fileName: "a.dat", format: format, samplesPerFrame: 3, gain: 0.5, unit: .microvolts,
              description: "V1"), values: second),
          .init(
            line: .init(
              fileName: "b.dat", format: .int16, byteOffset: 7, gain: 20, unit: .other("mmHg"),
              description: "ABP"), values: third),
        ], comments: ["a comment"], baseTime: "12:00:00", baseDate: "01/02/2003")
      try writer.write(toFolder: folder)
      let record = try WFDBRecord(path: folder + "/r")
      #expect(record.frameCount == 501)
      #expect(record.header.comments == ["a comment"])
      #expect(record.leads.map(\.name) == ["II", "V1", "ABP"])
      #expect(record.leads[0].digital?.values == first)
      #expect(record.leads[1].digital?.values == second)
      #expect(record.leads[2].digital?.values == third)
      #expect(record.leads[1].sampleRate.hertz == 750)
      for i in 0..<501 where first[i] != DigitalSamples.missing {
        #expect(record.leads[0].samples[i] == Float(Double(first[i] - 5) / 100))
        #expect(record.leads[2].samples[i] == Float(third[i]) / 20)
      }
      // Half a converter unit per microvolt is 500 per millivolt.
      let at = second.firstIndex { $0 != DigitalSamples.missing && $0 != 0 }!
      #expect(record.leads[1].samples[at] == Float(Double(second[at]) / 500))
      #expect(record.leads[0].samples.map(\.isNaN) == first.map { $0 == DigitalSamples.missing })
      #expect(!record.leads[2].isVoltage)
      #expect(record.lead(named: "v1")?.name == "V1")
    }
  }

  @Test func `a MATLAB file is read behind its own header`() throws {
    try Places.withFolder { folder in
      let line = { (name: String) in
        WFDBSignal(fileName: "m.mat", format: .int16, byteOffset: 24, gain: 1000, description: name)
      }
      let writer = WFDBWriter(
        name: "m", sampleRateHz: 250,
        signals: [
          .init(line: line("II"), values: [1, 2, 3]), .init(line: line("V"), values: [4, 5, 6]),
        ])
      try writer.write(toFolder: folder)
      var bytes = try FileBytes.read(folder + "/m.mat")
      let head: [UInt8] = [30, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0]
      #expect(bytes == head + Array("val\0".utf8) + [1, 0, 4, 0, 2, 0, 5, 0, 3, 0, 6, 0])
      #expect(try WFDBRecord(path: folder + "/m").leads[1].digital?.values == [4, 5, 6])
      bytes[4] = 3
      try FileBytes.write(bytes, to: folder + "/m.mat")
      #expect(
        throws: WFDBError.badMatlabHeader(
          record: "m", file: "m.mat", expected: "2 rows", found: "3")
      ) {
        try WFDBRecord(path: folder + "/m")
      }
    }
  }

  @Test func `a skewed signal is moved back, and its end is missing`() throws {
    try Places.withFolder { folder in
      try FileBytes.write([10, 0, 1, 0, 20, 0, 2, 0, 30, 0, 3, 0], to: folder + "/s.dat")
      try write(
        "s 2 100 3\ns.dat 16 10 16 0 10 60 0 A\ns.dat 16:1 10 16 0 1 6 0 B\n", to: folder + "/s.hea"
      )
      let record = try WFDBRecord(path: folder + "/s")
      #expect(record.leads[0].samples == [1, 2, 3])
      #expect(record.leads[1].digital?.values == [2, 3, DigitalSamples.missing])
      #expect(record.leads[1].samples[2].isNaN)
    }
  }

  @Test func `the length comes from the files where the header is silent`() throws {
    try Places.withFolder { folder in
      try FileBytes.write([0xff, 0xf7, 0xff, 0x01, 0x08], to: folder + "/s.dat")
      try write("s 1 100\ns.dat 212 10\n", to: folder + "/s.hea")
      let record = try WFDBRecord(path: folder + "/s.hea")
      #expect(record.leads[0].digital?.values == [2047, -1, -2047])
    }
  }

  @Test func `a wrong checksum names record, signal and both sums`() throws {
    try Places.withFolder { folder in
      try FileBytes.write([1, 0, 2, 0], to: folder + "/s.dat")
      try write("s 1 100 2\ns.dat 16 10 16 0 1 4 0 MLII\n", to: folder + "/s.hea")
      #expect(throws: WFDBError.checksum(record: "s", signal: "MLII", expected: 4, actual: 3)) {
        try WFDBRecord(path: folder + "/s")
      }
      #expect(try WFDBRecord(path: folder + "/s", verifyingChecksums: false).frameCount == 2)
    }
  }

  @Test func `a truncated file is told with its lengths`() throws {
    try Places.withFolder { folder in
      try FileBytes.write([1, 0, 2], to: folder + "/s.dat")
      try write("s 1 100 2\ns.dat 16 10\n", to: folder + "/s.hea")
      #expect(
        throws: WFDBError.truncatedSignal(
          record: "s", file: "s.dat", expectedBytes: 4, actualBytes: 3)
      ) {
        try WFDBRecord(path: folder + "/s")
      }
      // Lengths whose product leaves an Int are truncation too, not a crash.
      try write("s 1 100 8796093022208\ns.dat 32x65536 10\n", to: folder + "/s.hea")
      #expect(
        throws: WFDBError.truncatedSignal(
          record: "s", file: "s.dat", expectedBytes: .max, actualBytes: 3)
      ) {
        try WFDBRecord(path: folder + "/s")
      }
    }
  }

  @Test func `missing files are told, and a header cannot point out of its folder`() throws {
    try Places.withFolder { folder in
      #expect(throws: WFDBError.file(FileError(path: folder + "/none.hea", reason: .missing))) {
        try WFDBRecord(path: folder + "/none")
      }
      try write("s 1 100 2\n../s.dat 16 10\n", to: folder + "/s.hea")
      #expect {
        try WFDBRecord(path: folder + "/s")
      } throws: { error in
        guard case WFDBError.file(let inner) = error, case .unreadable = inner.reason else {
          return false
        }
        return true
      }
    }
  }

  @Test func `a value that a format cannot hold is refused on writing`() throws {
    let writer = WFDBWriter(
      name: "r", sampleRateHz: 250,
      signals: [
        .init(
          line: .init(fileName: "a.dat", format: .packed12, description: "II"), values: [0, 2048])
      ])
    #expect(throws: WFDBError.unrepresentable(signal: "II", sample: 1, value: 2048, format: 212)) {
      try Places.withFolder { try writer.write(toFolder: $0) }
    }
  }
}
