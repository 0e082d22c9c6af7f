import Foundation
import Testing

@testable import ECGRecords

/// Records that keep their signals in a MATLAB level 4 file, as those of the PhysioNet challenges.
struct MatlabTests {
  static let header = """
    a 3 250 17
    a.mat 16+24 1000/mV 16 0 0 0 0 II
    a.mat 16+24 4549/NU 16 100 0 0 0 PLETH
    a.mat 16+24 263.5(-50)/mmHg 16 0 0 0 0 ABP

    """

  func withRecord(_ body: (String) throws -> Void) throws {
    try Places.withFolder { folder in
      let bytes = [UInt8](Data(base64Encoded: MatlabVectors.file)!)
      try FileBytes.write(bytes, to: folder + "/a.mat")
      // The checksums and first values that a header states are the rows' own.
      var lines = Self.header.split(separator: "\n").map(String.init)
      for (i, row) in MatlabVectors.rows.enumerated() {
        let sum = row.reduce(Int16(0)) { $0 &+ Int16($1) }
        var fields = lines[i + 1].split(separator: " ").map(String.init)
        fields[5] = "\(row[0])"
        fields[6] = "\(sum)"
        lines[i + 1] = fields.joined(separator: " ")
      }
      try write(lines.joined(separator: "\n") + "\n", to: folder + "/a.hea")
      try body(folder + "/a")
    }
  }

  @Test func `the rows are the leads, in their units`() throws {
    try withRecord { path in
      let record = try WFDBRecord(path: path)
      #expect(record.leads.map(\.name) == ["II", "PLETH", "ABP"])
      #expect(record.leads.map(\.isECG) == [true, false, false])
      for (lead, row) in zip(record.leads, MatlabVectors.rows) {
        let stored = row.map { $0 == -32768 ? DigitalSamples.missing : $0 }
        #expect(lead.digital!.values == stored)
      }
      let expected = MatlabVectors.rows[0].map { Float($0) / 1000 }
      #expect(record.leads[0].samples == expected)
      #expect(record.leads[1].samples[5].isNaN)
      #expect(record.leads[2].samples[0] == Float(MatlabVectors.rows[2][0] + 50) / 263.5)
    }
  }

  @Test func `a file that is not what the header says is refused by name`() throws {
    try withRecord { path in
      var bytes = [UInt8](Data(base64Encoded: MatlabVectors.file)!)
      bytes[4] = 2  // rows
      try FileBytes.write(bytes, to: path + ".mat")
      let error = #expect(throws: WFDBError.self) { try WFDBRecord(path: path) }
      #expect("\(error!)".contains("a.mat: expected a MATLAB v4 header with 3 rows, found 2"))
    }
  }
}
