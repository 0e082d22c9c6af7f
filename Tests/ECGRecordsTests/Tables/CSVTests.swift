import ECGCore
import Testing

@testable import ECGRecords

struct CSVTests {
  func read(_ text: String, rate: SampleRate? = nil) throws -> Recording {
    try Recording(csvText: Array(text.utf8), path: "dir/t.csv", rate: rate)
  }

  @Test(arguments: [",", ";", "\t", " "])
  func `any usual delimiter is found`(delimiter: String) throws {
    let rows = [
      ["time", "MLII", "V1"], ["0", "0.5", "-1"], ["0.004", "nan", "2e-1"], ["0.008", "1", "3"],
    ]
    let text = rows.map { $0.joined(separator: delimiter) }.joined(separator: "\r\n")
    let recording = try read("\u{feff}# a comment\n" + text + "\n")
    #expect(recording.name == "t")
    #expect(recording.sampleRate.hertz == 250)
    #expect(recording.leads.map(\.name) == ["MLII", "V1"])
    #expect(recording.leads[0].samples[0] == 0.5 && recording.leads[0].samples[1].isNaN)
    #expect(recording.leads[1].samples == [-1, 0.2, 3])
  }

  @Test func `times rounded to milliseconds tell the rate`() throws {
    let rows = (0..<3600).map { i in
      let ms = (Double(i) / 360 * 1000).rounded()
      return "\(ms / 1000),0.1"
    }
    #expect(try read("time,II\n" + rows.joined(separator: "\n")).sampleRate.hertz == 360)
  }

  @Test func `units behind a name are honoured`() throws {
    let rate = SampleRate(millihertz: 100_000)
    let recording = try read(
      "sample,\"II [uV]\",V (V),ABP (mmHg)\n7,500,0.002,80\n8,,0.001,81\n", rate: rate)
    #expect(recording.leads.map(\.name) == ["II", "V", "ABP"])
    #expect(recording.leads[0].samples[0] == 0.5 && recording.leads[0].samples[1].isNaN)
    #expect(recording.leads[1].samples == [2, 1])
    #expect(!recording.leads[2].isVoltage && recording.leads[2].samples == [80, 81])
  }

  @Test func `errors name file and line`() {
    let path = "dir/t.csv"
    let rate = SampleRate(millihertz: 100_000)
    #expect(throws: CSVError.badNumber(path: path, line: 4, column: "V1", found: "x1")) {
      try read("# c\nII,V1\n1,2\n3,x1\n", rate: rate)
    }
    #expect(throws: CSVError.columnCount(path: path, line: 3, expected: 2, actual: 3)) {
      try read("II,V1\n1,2\n3,4,5\n", rate: rate)
    }
    #expect(
      throws: CSVError.badHeader(
        path: path, line: 1, expected: "a header row with lead names", found: "1")
    ) {
      try read("1,2\n3,4\n", rate: rate)
    }
    #expect(
      throws: CSVError.badHeader(path: path, line: 1, expected: "every name once", found: "II")
    ) {
      try read("II,II\n3,4\n", rate: rate)
    }
    #expect(throws: CSVError.unknownRate(path: path)) { try read("II\n1\n2\n") }
    #expect(throws: CSVError.noSamples(path: path)) { try read("II\n", rate: rate) }
    #expect(throws: CSVError.noHeader(path: path)) { try read("\n# x\n", rate: rate) }
    #expect(throws: CSVError.irregularTime(path: path, line: 4, expected: "2.0", found: "4.0")) {
      try read("sample,II\n0,1\n1,1\n4,1\n", rate: rate)
    }
    #expect(throws: CSVError.self) {
      try read("time,II\n0,1\n0.01,1\n0.02,1\n", rate: SampleRate(millihertz: 360_000))
    }
  }

  @Test func `mutated text gives a recording or a typed error`() {
    var random = SeededRandom(seed: 9)
    let good = Array(
      ("time,MLII,V1 (uV)\n"
        + (0..<40).map { "\(Double($0) / 100),0.\($0),\($0)" }.joined(separator: "\n")).utf8)
    var outcomes: [Bool: Int] = [:]
    for _ in 0..<1000 {
      do throws(CSVError) {
        _ = try Recording(csvText: MutationTests.mutate(good, &random), path: "t")
        outcomes[true, default: 0] += 1
      } catch {
        outcomes[false, default: 0] += 1
      }
    }
    #expect(outcomes.count == 2)
  }
}
