import Testing

@testable import ECGRecords

struct SegmentTests {
  func segment(_ name: String, _ signals: [(String, Double, [Int32])], in folder: String) throws {
    let parts = signals.map { lead, gain, values in
      WFDBWriter.Signal(
        line: .init(fileName: name + ".dat", format: .int16, gain: gain, description: lead),
        values: values)
    }
    try WFDBWriter(name: name, sampleRateHz: 100, signals: parts).write(toFolder: folder)
  }

  @Test func `segments of a fixed layout are joined by position, gaps are missing`() throws {
    try Places.withFolder { folder in
      try segment("a", [("I", 10, [1, 2]), ("II", 10, [3, 4])], in: folder)
      try segment("b", [("I", 10, [5]), ("II", 20, [6])], in: folder)
      try write("m/3 2 100 5\na 2\n~ 2\nb 1\n", to: folder + "/m.hea")
      let record = try WFDBRecord(path: folder + "/m")
      #expect(record.frameCount == 5)
      let hole = DigitalSamples.missing
      #expect(record.leads[0].digital?.values == [1, 2, hole, hole, 5])
      // The second lead changes its gain: its converter's numbers no longer have one meaning.
      #expect(record.leads[1].digital == nil)
      #expect(record.leads[1].samples[4] == 0.3)
      #expect(record.leads[1].samples[2].isNaN)
    }
  }

  @Test func `segments of a variable layout are joined by name`() throws {
    try Places.withFolder { folder in
      try segment("a", [("II", 10, [1, 2])], in: folder)
      try segment("b", [("V", 10, [7]), ("II", 10, [3])], in: folder)
      try write("lay 2 100 0\n~ 0 10 16 0 0 0 0 II\n~ 0 10 16 0 0 0 0 V\n", to: folder + "/lay.hea")
      try write("m/3 2 100 3\nlay 0\na 2\nb 1\n", to: folder + "/m.hea")
      let record = try WFDBRecord(path: folder + "/m")
      let hole = DigitalSamples.missing
      #expect(record.leads.map(\.name) == ["II", "V"])
      #expect(record.leads[0].digital?.values == [1, 2, 3])
      #expect(record.leads[1].digital?.values == [hole, hole, 7])
    }
  }

  @Test func `a segment of another length, rate or depth is refused`() throws {
    try Places.withFolder { folder in
      try segment("a", [("I", 10, [1, 2])], in: folder)
      try write("m/1 1 100 3\na 3\n", to: folder + "/m.hea")
      #expect(
        throws: WFDBError.badSegment(record: "m", segment: "a", what: "expected 3 frames, found 2")
      ) {
        try WFDBRecord(path: folder + "/m")
      }
      try write("m/1 1 200 2\na 2\n", to: folder + "/m.hea")
      #expect(
        throws: WFDBError.badSegment(
          record: "m", segment: "a", what: "expected 200.0 Hz, found 100.0")
      ) {
        try WFDBRecord(path: folder + "/m")
      }
      try write("m/1 1 100 2\nm 2\n", to: folder + "/m.hea")
      #expect(
        throws: WFDBError.badSegment(
          record: "m", segment: "m", what: "a segment cannot have segments")
      ) {
        try WFDBRecord(path: folder + "/m")
      }
      try write("m/2 1 100\n~ 8796093022208\n~ 8796093022208\n", to: folder + "/m.hea")
      #expect {
        try WFDBRecord(path: folder + "/m")
      } throws: { error in
        guard case WFDBError.badSegment = error else { return false }
        return true
      }
    }
  }
}
