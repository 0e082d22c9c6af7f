import ArgumentParser
import ECGCore
import ECGMonitor
import ECGRecords
import ECGWire
import Foundation
import ZeroMQ

/// `ecgctl bench soak`: whether a real `ecgd` grows over a day of patients who come and go.
struct DaemonSoak: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "soak",
    abstract: "Play a ward's day into a real ecgd, as fast as it goes, and watch its memory.",
    discussion: """
      Every hour a tenth of the patients leave and others come in their place. Prints the resident \
      memory at every hour of the ward's time; growth counts from the second hour on.
      """)

  @Option(help: "Beds, all taken.")
  var beds = 200

  @Option(help: "Hours of the ward's time.")
  var hours = 24.0

  @Option(help: "Samples a second of each bed.")
  var rate = 250.0

  @Option(help: "The model's file.")
  var model = "Models/default.safetensors"

  @Flag(help: "Print one JSON object.")
  var json = false

  /// Recordings go round after this long; the seam is one odd beat.
  private static let loopSeconds = 600.0

  struct Report: Codable {
    var beds: Int
    var hours: Double
    var admissions: Int
    var discharges: Int
    var samples: Int64
    var windows: Int64
    var alerts: Int64
    /// At each hour.
    var residentBytes: [Int]
    /// From the second hour to the last.
    var growthBytes: Int
    var wallSeconds: Double
  }

  func validate() throws {
    guard (1...5000).contains(beds) else { throw ValidationError("--beds is 1 to 5000.") }
    guard (0.05...1000).contains(hours) else { throw ValidationError("--hours is 0.05 to 1000.") }
  }

  func run() throws {
    do {
      let report = try play()
      if json {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        return print(String(decoding: try encoder.encode(report), as: UTF8.self))
      }
      print(
        "\(report.admissions) admissions, \(report.discharges) discharges, "
          + "\(report.samples) samples, \(report.windows) windows, \(report.alerts) alerts; "
          + "grew by \(report.growthBytes / 1024) KiB in \(Int(report.wallSeconds)) s")
    } catch let error as DaemonProcess.Failure {
      StandardError.write("ecgctl bench soak: \(error)\n")
      throw ExitCode(EX_UNAVAILABLE)
    }
  }

  private func play() throws -> Report {
    let started = MonotonicClock.nanoseconds()
    let path = URL(filePath: model).standardizedFileURL.path
    let daemon = try DaemonProcess(
      settings: """
        model: {path: "\(path)"}
        streams: {maximum: \(2 * beds), silentAfterSeconds: 3600}
        """)
    defer { daemon.stop() }
    let ward = try SoakWard(
      daemon.samplesEndpoint, beds: beds, rateHz: rate, loopSeconds: Self.loopSeconds)
    var resident: [Int] = []
    let end = Int(hours * 3600)
    for second in 0..<end {
      try ward.play()
      if (second + 1) % 3600 == 0 {
        try ward.change()
      }
      if (second + 1) % 3600 == 0 || second + 1 == end {
        try daemon.wait { $0.samples >= ward.samples }
        resident.append(daemon.residentBytes ?? 0)
        if !json {
          let kib = resident.last! / 1024
          FileHandle.standardOutput.write(
            Data("hour \(Double(second + 1) / 3600): \(kib) KiB resident\n".utf8))
        }
      }
    }
    let status = try daemon.wait { $0.samples >= ward.samples }
    return Report(
      beds: beds, hours: hours, admissions: ward.admissions, discharges: ward.discharges,
      samples: status.samples, windows: status.windows, alerts: status.alertsPublished,
      residentBytes: resident,
      growthBytes: resident.last! - resident[min(1, resident.count - 1)],
      wallSeconds: Double(MonotonicClock.nanoseconds() - started) / 1e9)
  }
}

/// A ward whose patients leave and come; one packet a second of each.
private final class SoakWard {
  private struct Patient {
    var topic: [UInt8]
    var second = 0
    var heart: Int
    var offset: Int
  }

  private var socket: Socket
  private var patients: [Patient] = []
  private let signals: PipelineSignals
  private let count: Int
  private let loopSeconds: Int
  private var encoder: SamplePacketEncoder
  private var packet: [UInt8] = []
  private var random = SeededRandom(seed: 24)
  private(set) var admissions = 0
  private(set) var discharges = 0
  private(set) var samples: Int64 = 0

  init(_ endpoint: String, beds: Int, rateHz: Double, loopSeconds: Double) throws {
    var socket = try Socket(.push, in: Context())
    try socket.set(.linger, 0)
    try socket.connect(endpoint)
    self.socket = socket
    let rate = SampleRate(millihertz: UInt32((rateHz * 1000).rounded()))
    count = rate.samples(seconds: 1)
    self.loopSeconds = Int(loopSeconds)
    signals = PipelineSignals(rate: rate, seconds: loopSeconds, beds: beds)
    encoder = SamplePacketEncoder(
      sampleRate: rate, leads: [PacketLead(Lead("MLII")!, gain: PipelineSignals.unitsPerMillivolt)],
      format: .int16, mode: .test, session: 1)
    for _ in 0..<beds { patients.append(admit()) }
  }

  private func admit() -> Patient {
    admissions += 1
    let stream = StreamID("patient-\(admissions)")!
    return Patient(
      topic: SampleTopic.bytes(stream), heart: admissions % PipelineSignals.heartCount,
      offset: Int(random.uniform() * Double(loopSeconds)))
  }

  /// A second of every patient.
  func play() throws {
    for i in patients.indices { try send(i, isLast: false) }
  }

  /// A tenth of the patients leave, and others come.
  func change() throws {
    for i in patients.indices where random.chance(0.1) {
      try send(i, isLast: true)
      discharges += 1
      patients[i] = admit()
    }
  }

  private func send(_ i: Int, isLast: Bool) throws {
    let patient = patients[i]
    let from = (patient.second + patient.offset) % loopSeconds * count
    let units = signals.units(ofBed: patient.heart, from: from, count: count)
    encoder.sequence = UInt64(patient.second)
    encoder.encode(
      units: units.span, firstSample: SampleNumber(Int64(patient.second * count)), isLast: isLast,
      into: &packet)
    _ = try socket.send(patient.topic, more: true)
    _ = try socket.send(packet)
    patients[i].second += 1
    samples += Int64(count)
  }
}
