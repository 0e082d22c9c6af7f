import ECGCore
import ECGRecords
import Foundation
import ProcessTesting
import Testing

/// `ecgctl evaluate` as a process.
@Suite struct EvaluateCommandTests {
  /// Seven synthetic minutes with annotations, as a WFDB record of a folder.
  static func write(_ name: String, seed: UInt64, annotated: Bool = true, to folder: String) throws
  {
    let ecg = SyntheticECG(SyntheticParameters(seconds: 420, seed: seed))
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try write(name, ecg.recording.leads.map { ($0.name, $0.digital!.values) }, to: folder)
    if annotated { try ecg.annotations.write(path: "\(folder)/\(name).atr") }
  }

  /// Leads at 360 Hz and 200 units a millivolt.
  static func write(_ name: String, _ leads: [(String, [Int32])], to folder: String) throws {
    let signals = leads.map { lead, values in
      WFDBWriter.Signal(
        line: WFDBSignal(fileName: "\(name).dat", format: .int16, gain: 200, description: lead),
        values: values)
    }
    try WFDBWriter(name: name, sampleRateHz: 360, signals: signals).write(toFolder: folder)
  }

  func evaluate(_ arguments: [String]) throws -> (status: Int32, output: String) {
    try ChildProcess.run(
      Built.program("ecgctl"),
      [
        "evaluate", "--config", Built.packageRoot + "/Config/ecgd.yaml", "--model",
        Built.packageRoot + "/Models/default.safetensors", "--draws", "20",
      ] + arguments, mergingErrors: true)
  }

  @Test func `a folder is evaluated record by record, however many at a time`() throws {
    let folder = try TemporaryFolder()
    try Self.write("a", seed: 1, to: folder.file("made"))
    try Self.write("b", seed: 2, to: folder.file("made"))
    try Self.write("c", seed: 3, annotated: false, to: folder.file("made"))
    let tables = folder.file("tables")
    let result = try evaluate([
      folder.file("made"), "--jobs", "3", "--beats", tables, "--json", folder.file("r.json"),
      "--html", folder.file("r.html"),
    ])
    #expect(result.status == 0, "\(result.output)")
    let one = try evaluate([folder.file("made"), "--jobs", "1"])
    #expect(one.output == result.output)
    #expect(result.output.contains("records without annotations\nc "))
    #expect(result.output.contains("made: figures over 2 records"))

    let json =
      try JSONSerialization.jsonObject(
        with: Data(contentsOf: URL(filePath: folder.file("r.json")))) as? [String: Any]
    let records = try #require(json?["records"] as? [[String: Any]])
    #expect(records.map { $0["name"] as? String } == ["a", "b", "c"])
    #expect(records[2]["qrs"] == nil)
    for record in records {
      let rows = try table("\(tables)/\(record["name"]!).beats.csv")
      #expect(rows.count == record["detectedBeats"] as? Int)
      #expect(rows.count { $0["score"] != "" } == record["judgedBeats"] as? Int)
      for row in rows {
        // A beat is flagged where it is judged and its score reaches the limit, nowhere else.
        let isOver = Float(row["score"]!).map { $0 >= Float(row["limit"]!)! } ?? false
        #expect((isOver && row["state"] == "judged") == (row["flagged"] == "1"))
        #expect(row["state"] != "judged" || row["score"] != "")
      }
      _ = try table("\(tables)/\(record["name"]!).alerts.csv")
    }
    let page = try String(contentsOfFile: folder.file("r.html"), encoding: .utf8)
    #expect(page.contains("<svg") && !page.contains("http") && !page.contains("nan"))
  }

  @Test func `a lead is taken by its name, or the best of them`() throws {
    let folder = try TemporaryFolder()
    try Self.write("a", seed: 1, to: folder.path)
    let named = try evaluate([folder.file("a"), "--lead", "V1"])
    #expect(named.output.contains("a         V1 "))
    let absent = try evaluate([folder.file("a"), "--lead", "aVR"])
    #expect(absent.status == 65)
    #expect(absent.output.contains("no lead \"aVR\"; there are: MLII, V1"))
    // A lead that carries nothing is not the best.
    let record = try WFDBRecord(path: folder.file("a"))
    let good = record.leads[0].digital!.values
    let flat = [Int32](repeating: 0, count: good.count)
    try Self.write("b", [("II", flat), ("MLII", good)], to: folder.path)
    #expect(try evaluate([folder.file("b"), "--lead", "best"]).output.contains("b         MLII"))
    #expect(try evaluate([folder.file("b"), "--lead", "II"]).output.contains("b         II"))
  }

  @Test func `a bad record is named, and the others are evaluated`() throws {
    let folder = try TemporaryFolder()
    try Self.write("a", seed: 1, to: folder.path)
    try Data("b 1 250 1000\nb.dat 16 200 11 0 0 0 0 II\n".utf8)
      .write(to: URL(filePath: folder.file("b.hea")))
    let result = try evaluate([folder.path])
    #expect(result.status == 66)
    #expect(result.output.contains("b.dat: no such file"))
    #expect(result.output.contains("a         MLII"))
    #expect(try evaluate(["/nowhere/208"]).status == 66)
    #expect(try evaluate([folder.path, "--jobs", "0"]).status == 64)
    #expect(try evaluate([folder.file("a"), "--json", "/nowhere/r.json"]).status == 73)
  }

  @Test func `beats of another annotator count where it is named, and are pointed at where not`()
    throws
  {
    let folder = try TemporaryFolder()
    try Self.write("a", seed: 1, annotated: false, to: folder.path)
    let ecg = SyntheticECG(SyntheticParameters(seconds: 420, seed: 1))
    try ecg.annotations.write(path: folder.file("a.qrs"))
    #expect(try evaluate([folder.file("a")]).output.contains("beats by --annotator qrs"))
    let named = try evaluate([folder.file("a.hea"), "--annotator", "qrs"])
    #expect(named.output.contains("a         MLII "))
    #expect(named.status == 0)
  }

  @Test func `what is odd about a record is told, and the record evaluated`() throws {
    let folder = try TemporaryFolder()
    try Self.write("a", seed: 1, to: folder.path)
    try Data([1, 2, 3]).write(to: URL(filePath: folder.file("a.atr")))
    let path = folder.file("a.hea")
    let header = try String(contentsOfFile: path, encoding: .utf8)
    // A sum that is not that of the samples.
    let sum = try #require(header.firstMatch(of: #/ (-?[0-9]+) 0 MLII/#))
    let other = header.replacingCharacters(
      in: sum.range, with: " \(Int(sum.1)! == 1 ? 2 : 1) 0 MLII")
    try other.write(toFile: path, atomically: true, encoding: .utf8)
    let result = try evaluate([folder.file("a")])
    #expect(result.status == 0)
    #expect(result.output.contains("expected checksum"))
    #expect(result.output.contains("a.atr: byte"))
    #expect(result.output.contains("records without annotations\na "))
  }

  @Test func `tables bear the name of the record's file, and no two the same`() throws {
    let folder = try TemporaryFolder()
    try Self.write("a", seed: 1, to: folder.file("one"))
    try Self.write("a", seed: 2, to: folder.file("two"))
    let tables = folder.file("tables")
    let same = try evaluate([folder.file("one"), folder.file("two"), "--beats", tables])
    #expect(same.status == 64)
    #expect(same.output.contains("one/a") && same.output.contains("two/a"))
    // A copy under another name, whose header still says "a".
    try FileManager.default.copyItem(
      atPath: folder.file("one/a.hea"), toPath: folder.file("one/b.hea"))
    #expect(try evaluate([folder.file("one"), "--beats", tables]).status == 0)
    let names = try FileManager.default.contentsOfDirectory(atPath: tables).sorted()
    #expect(names == ["a.alerts.csv", "a.beats.csv", "b.alerts.csv", "b.beats.csv"])
  }

  @Test func `twelve leads, and several samples a frame, are counted at the record's own rate`()
    throws
  {
    let folder = try TemporaryFolder()
    var parameters = SyntheticParameters(seconds: 420, seed: 4)
    parameters.sampleRate = SampleRate(hertz: 257)!
    let ecg = SyntheticECG(parameters)
    let values = ecg.recording.leads[0].digital!.values
    let names = ["I", "II", "III", "AVR", "AVL", "AVF", "V1", "V2", "V3", "V4", "V5", "V6"]
    let signals = names.map { name in
      WFDBWriter.Signal(
        line: WFDBSignal(fileName: "I01.dat", format: .int16, gain: 200, description: name),
        values: name == "II" ? values : values.map { $0 / 2 })
    }
    try WFDBWriter(name: "I01", sampleRateHz: 257, signals: signals).write(toFolder: folder.path)
    try ecg.annotations.write(path: folder.file("I01.atr"))
    // The same as four samples in each of a quarter as many frames, beside a slow pressure.
    let frames = values.count / 4
    try WFDBWriter(
      name: "m", sampleRateHz: 64.25,
      signals: [
        .init(
          line: WFDBSignal(
            fileName: "m.dat", format: .int16, samplesPerFrame: 4, gain: 200, description: "II"),
          values: Array(values[..<(4 * frames)])),
        .init(
          line: WFDBSignal(
            fileName: "m.dat", format: .int16, unit: .other("mmHg"), description: "ABP"),
          values: [Int32](repeating: 80, count: frames)),
      ]
    ).write(toFolder: folder.path)
    var slow = ecg.annotations
    for i in slow.annotations.indices { slow.annotations[i].sample /= 4 }
    try slow.write(path: folder.file("m.atr"))
    let result = try evaluate([folder.path, "--beats", folder.file("tables")])
    #expect(result.status == 0)
    #expect(result.output.contains("I01       II ") && result.output.contains("m         II "))
    let whole = try table(folder.file("tables/I01.beats.csv"))
    let parts = try table(folder.file("tables/m.beats.csv"))
    #expect(whole.count > 300 && abs(whole.count - parts.count) <= 1)
    for (a, b) in zip(whole, parts) {
      #expect(Int(a["sample"]!)! / 4 == Int(b["sample"]!)!)
      #expect(a["score"] == b["score"] && a["reference"] == b["reference"])
    }
    #expect(whole.count { $0["reference"] == "N" } > 100)
  }
}
