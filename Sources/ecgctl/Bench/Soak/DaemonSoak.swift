import ArgumentParser
import ECGCore
import ECGMonitor
import ECGWire
import Foundation

/// `ecgctl bench soak`: whether a real `ecgd` grows over days of patients who come and go.
struct DaemonSoak: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "soak",
    abstract: "Play a ward's days into a real ecgd, as fast as it goes, and watch what it takes.",
    discussion: """
      Synthetic hearts, and real records where they are given, with packets that are lost, doubled, \
      reordered and damaged. Every hour a tenth of the patients leave and others come, gateways \
      start anew, patients change, cables are out. One operator listens, one never reads, a display \
      comes and goes. Prints how memory, descriptors, the journal and the time that a second of the \
      ward takes stand at the second hour and at the end.
      """)

  @Option(help: "Beds, all taken.")
  var beds = 200

  @Option(help: "Hours of the ward's time.")
  var hours = 24.0

  @Option(help: "Samples a second of each synthetic heart.")
  var rate = 250.0

  @Option(help: "The model's file.")
  var model = "Models/default.safetensors"

  @Option(help: "The denoiser's file.")
  var denoiser = "Models/denoise.safetensors"

  @Option(help: "WFDB records, or folders of them.")
  var records: [String] = []

  @Option(help: "Megabytes that the journal may take.")
  var journalMegabytes = 64

  @Option(help: "Write a picture of it all, SVG.")
  var svg: String?

  @Option(help: "Write every measurement, JSON.")
  var json: String?

  func validate() throws {
    guard (1...5000).contains(beds) else { throw ValidationError("--beds is 1 to 5000.") }
    guard (0.05...1000).contains(hours) else { throw ValidationError("--hours is 0.05 to 1000.") }
  }

  func run() throws {
    do {
      let report = try play()
      if let json {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try encoder.encode(report).write(to: URL(filePath: json))
      }
      if let svg { try Data(SoakPicture.svg(report).utf8).write(to: URL(filePath: svg)) }
      print(report.text)
    } catch let error as DaemonProcess.Failure {
      StandardError.write("ecgctl bench soak: \(error)\n")
      throw ExitCode(EX_UNAVAILABLE)
    } catch let error as ReplayError {
      StandardError.write("ecgctl bench soak: \(error)\n")
      throw ExitCode(error.status)
    }
  }

  /// Measurements are this much of the ward's time apart.
  private var measurementSeconds: Int { max(60, Int(hours * 3600 / 200)) }
  private static let wardHourSeconds = 3600

  private func play() throws -> SoakReport {
    let started = MonotonicClock.nanoseconds()
    let hearts = try SoakHearts(
      SampleRate(millihertz: UInt32((rate * 1000).rounded())), records: records)
    let path = URL(filePath: model).standardizedFileURL.path
    let daemon = try DaemonProcess(
      settings: """
        model: {path: "\(path)"}
        streams: {maximum: \(2 * beds), silentAfterSeconds: 3600}
        """, denoiser: URL(filePath: denoiser).standardizedFileURL.path,
      journalMegabytes: journalMegabytes)
    defer { daemon.stop() }
    let ward = try SoakWard(daemon.samplesEndpoint, beds: beds, hearts)
    let visitors = try SoakVisitors(daemon)
    defer { visitors.stop() }
    var report = SoakReport(
      beds: beds, realRecords: hearts.hearts.count - SoakHearts.syntheticCount, hours: hours)
    let end = Int(hours * Double(Self.wardHourSeconds))
    for second in 1...end {
      try ward.play()
      if second % Self.wardHourSeconds == 0 {
        try ward.change()
        try visitors.change()
      }
      if second % measurementSeconds == 0 || second == end {
        report.moments.append(
          try measure(daemon, ward, wardHours: Double(second) / Double(Self.wardHourSeconds)))
      }
    }
    let status = try daemon.wait { $0.packets >= ward.packets }
    report.admissions = ward.admissions
    report.discharges = ward.discharges
    report.packets = ward.packets
    report.samples = status.samples
    report.windows = status.windows
    report.alerts = status.alertsPublished
    report.rejected = status.rejected
    report.wallSeconds = Double(MonotonicClock.nanoseconds() - started) / 1e9
    return report
  }

  private func measure(
    _ daemon: DaemonProcess, _ ward: SoakWard, wardHours: Double
  ) throws -> SoakReport.Moment {
    var status = try rest(daemon, ward)
    var times: [Double] = []
    for _ in 0..<5 {
      let before = MonotonicClock.nanoseconds()
      let samples = status.samples + (try ward.playWhole())
      // What was on the line before a whole second may have been lost with it.
      status = try daemon.wait(pollSeconds: 0.001) {
        $0.samples >= samples || $0.packets >= ward.packets && $0.samples == status.samples
      }
      times.append(Double(MonotonicClock.nanoseconds() - before) / 1e6)
      status = try rest(daemon, ward)
    }
    return SoakReport.Moment(
      wardHours: wardHours, residentBytes: daemon.residentBytes ?? 0,
      descriptors: daemon.descriptorCount, threads: daemon.threadCount,
      journalBytes: daemon.journalBytes, checkpointBytes: daemon.checkpointBytes,
      wardSecondMs: times.sorted()[2], alerts: status.alertsPublished)
  }

  /// Waits until everything that was sent is judged.
  private func rest(_ daemon: DaemonProcess, _ ward: SoakWard) throws -> StatusReport {
    var last = try daemon.wait { $0.packets >= ward.packets }
    while true {
      Thread.sleep(forTimeInterval: 0.03)
      let now = try daemon.wait { _ in true }
      if now.samples == last.samples, now.windows == last.windows { return now }
      last = now
    }
  }
}
