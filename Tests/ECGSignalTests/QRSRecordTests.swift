import ECGCore
import ECGRecords
import ECGSignal
import Foundation
import Testing

/// The folder of annotated records, where there is one.
let recordFolder = ProcessInfo.processInfo.environment["ECGD_DATA"]

/// Se and PPV over real records (ANSI/AAMI EC57: 150 ms, the first 5 minutes and ventricular
/// flutter unscored), printed record by record:
///
///     ECGD_DATA=<folder> swift test -c release --filter QRSRecordTests
@Suite(.enabled(if: recordFolder != nil, "needs ECGD_DATA")) struct QRSRecordTests {
  struct Row: Sendable {
    let record: String
    let counts: BeatCounts
  }

  @Test func overMITBIHDS1() throws {
    let rows = try Self.table("mitdb-ds1", lead: "MLII")
    let gross = Self.report("mitdb-ds1", rows)
    #expect(rows.count == 22)
    #expect(gross.sensitivity! >= 0.9985)
    #expect(gross.positivePredictivity! >= 0.998)
  }

  @Test func overSVDBEven() throws {
    let rows = try Self.table("svdb-even", lead: "ECG1")
    let gross = Self.report("svdb-even", rows)
    #expect(rows.count == 40)
    #expect(gross.sensitivity! >= 0.998)
    #expect(gross.positivePredictivity! >= 0.997)
  }

  /// The noise stress test of Moody, Muldrow and Mark 1984: real noise on the two records that they
  /// chose, here throughout and not by turns.
  @Test(arguments: [("bw", 6.0), ("ma", 18), ("em", 18)])
  func inRealNoise(kind: String, decibels: Double) throws {
    let noise = try WFDBRecord(path: recordFolder! + "/nstdb/" + kind)
    let rows = try ["118", "119"].map { name in
      let path = recordFolder! + "/mitdb-ds1/" + name
      let signal = try #require(try WFDBRecord(path: path).lead(named: "MLII"))
      let annotations = try AnnotationFile(path: path + ".atr")
      let amplitude = try #require(
        SignalPower.qrsAmplitude(
          signal.samples, rate: signal.sampleRate,
          beats: annotations.classifiedBeats.map(\.sample)))
      let mixer = try NoiseMixer(
        noise: noise.leads[0].samples, noiseRate: noise.sampleRate, signalRate: signal.sampleRate,
        qrsAmplitude: amplitude, snrDecibels: decibels, seed: 1)
      let noisy = RecordedLead(
        name: signal.name, sampleRate: signal.sampleRate, samples: mixer.mix(signal.samples))
      return Row(
        record: name,
        counts: Self.score(try Self.detect(noisy), annotations, rate: signal.sampleRate))
    }
    let counts = Self.report("\(kind) at \(Int(decibels)) dB", rows)
    #expect(counts.sensitivity! > 0.99)
    #expect(counts.positivePredictivity! > 0.97)
  }

  static func table(_ database: String, lead: String) throws -> [Row] {
    let folder = recordFolder! + "/" + database
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
      .filter { $0.hasSuffix(".hea") }.map { String($0.dropLast(4)) }.sorted()
    return try names.map { name in
      let path = folder + "/" + name
      let record = try WFDBRecord(path: path)
      let annotations = try AnnotationFile(path: path + ".atr")
      let signal = try #require(record.lead(named: lead) ?? record.leads.first)
      return Row(
        record: name,
        counts: score(try detect(signal), annotations, rate: record.sampleRate))
    }
  }

  /// The detected beats at the record's own sample numbers. The last sample is held for another
  /// second, so that the last beats are committed.
  static func detect(_ signal: RecordedLead) throws -> [Int64] {
    let design = try ConditionerDesign(
      ConditionerPlan(inputRate: signal.sampleRate, outputRate: SampleRate(hertz: 128)!))
    let held = [Float](
      repeating: signal.samples.last!, count: signal.sampleRate.samples(seconds: 1))
    var conditioner = Conditioner(design)
    let filtered = ConditionerTests.floats(
      ConditionerTests.run(&conditioner, signal.samples + held, block: 4096)[0])
    var detector = QRSDetector(rate: design.plan.outputRate)
    return QRSDetectorTests.beats(&detector, filtered).map {
      design.inputPosition(ofOutput: $0.fiducial)
    }
  }

  static func score(
    _ detected: [Int64], _ annotations: AnnotationFile, rate: SampleRate
  ) -> BeatCounts {
    var flutter: [Range<Int64>] = []
    var start: Int64?
    for annotation in annotations.annotations {
      if annotation.code == .flutterOn { start = annotation.sample }
      if annotation.code == .flutterOff, let from = start {
        flutter.append(from..<annotation.sample)
        start = nil
      }
    }
    if let start { flutter.append(start..<Int64.max) }
    func isScored(_ sample: Int64) -> Bool { !flutter.contains { $0.contains(sample) } }
    let beats = annotations.classifiedBeats.filter { isScored($0.sample) }
    let found = detected.filter(isScored).map {
      ECGRecords.Beat(sample: $0, beatClass: .normal)
    }
    return BeatMatch(reference: beats, detected: found, sampleRate: rate).counts
  }

  /// Prints every record, both halves (even places chose the constants, odd ones did not) and
  /// the gross figures.
  static func report(_ database: String, _ rows: [Row]) -> BeatCounts {
    func line(_ name: String, _ c: BeatCounts) -> String {
      String(
        format: "%@ %6d beats %4d missed %4d extra  Se %.4f  PPV %.4f",
        name.padding(toLength: 24, withPad: " ", startingAt: 0),
        c.truePositives + c.falseNegatives, c.falseNegatives, c.falsePositives,
        c.sensitivity ?? .nan, c.positivePredictivity ?? .nan)
    }
    func sum(_ rows: [Row]) -> BeatCounts { rows.reduce(BeatCounts()) { $0 + $1.counts } }
    for row in rows { print(line("\(database) \(row.record)", row.counts)) }
    let halves = (0..<2).map { half in
      rows.enumerated().filter { $0.offset % 2 == half }.map(\.element)
    }
    print(line("\(database) chosen half", sum(halves[0])))
    print(line("\(database) left-out half", sum(halves[1])))
    print(line("\(database) gross", sum(rows)))
    return sum(rows)
  }
}
