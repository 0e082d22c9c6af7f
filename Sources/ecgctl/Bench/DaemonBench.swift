import ArgumentParser
import ECGCore
import ECGModel
import ECGMonitor
import ECGPipeline
import ECGWire
import Foundation

/// `ecgctl bench daemon`: how long a real `ecgd` takes under load, and what it does past it.
struct DaemonBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "daemon",
    abstract: "Measure a real ecgd over real sockets: latency under load, and past its capacity.",
    discussion: """
      Starts the ecgd beside this program, is its gateways and its operator, finds out how many \
      beds it carries, and then plays parts of that in real time. Latency is measured at alerts, \
      with every score over the limit made one: from the packet that completes a window being due \
      at the gateway to the alert at the operator. Past 100 per cent the load is taken down to half \
      the capacity after a while, to see the daemon recover.
      """)

  @Option(parsing: .upToNextOption, help: "Loads, in per cent of the capacity.")
  var loads: [Int] = [10, 50, 80, 150]

  @Option(help: "Seconds of each load.")
  var seconds = 30

  @Option(help: "Samples a second of each bed.")
  var rate = 250.0

  @Option(help: "Milliseconds of ECG in one packet.")
  var packetMs = 100.0

  @Option(help: "Threads that share the beds; 0 = one for each processor.")
  var shards = 1

  @Option(help: "Gateways, each with a socket of its own.")
  var gateways = 8

  @Option(
    help: "Let the daemon run on this one processor only; taskset(1) keeps this program off it.")
  var core: Int?

  @Option(help: "Beds that are 100 per cent; measured where it is left out.")
  var capacity: Double?

  @Option(help: "The model's file.")
  var model = "Models/default.safetensors"

  @Flag(help: "Print one JSON object.")
  var json = false

  /// Until the patients are learnt; played as fast as possible.
  private static let learningSeconds = 25.0
  private static let reliefSeconds = 25
  /// Beds whose hearts bring alerts; more would measure the journal.
  private static let alertingBeds = 400
  private static let greatestBeds = 60_000

  func validate() throws {
    guard loads.allSatisfy({ (1...1000).contains($0) }) else {
      throw ValidationError("--loads are per cent, 1 to 1000.")
    }
    guard (5...3600).contains(seconds) else { throw ValidationError("--seconds is 5 to 3600.") }
  }

  func run() throws {
    do {
      let plan = try ModelPlan(
        Autoencoder(path: model), mainsHz: 50, learningSeconds: 20)
      let capacity = try capacity ?? measureCapacity()
      if !json {
        say(String(format: "capacity %.0f beds in real time, %d shards", capacity, shards))
        say(DaemonReport.heading)
      }
      var runs: [DaemonReport.Run] = []
      for load in loads {
        runs.append(try measure(load, capacity, plan))
        if !json { say(DaemonReport.line(runs.last!)) }
      }
      let report = DaemonReport(
        capacityBeds: capacity, rateHz: rate, packetSamples: packetSamples, shards: shards,
        gateways: gateways, machine: ProcessFigures.machine,
        processors: ProcessInfo.processInfo.activeProcessorCount, runs: runs)
      if json { print(try report.json) }
    } catch let error as DaemonProcess.Failure {
      StandardError.write("ecgctl bench daemon: \(error)\n")
      throw ExitCode(EX_UNAVAILABLE)
    }
  }

  /// At once, also into a pipe.
  private func say(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }

  private var sampleRate: SampleRate { SampleRate(millihertz: UInt32((rate * 1000).rounded())) }
  private var packetSamples: Int { max(1, sampleRate.samples(seconds: packetMs / 1000)) }
  private func turns(_ seconds: Double) -> Int {
    Int((seconds * rate / Double(packetSamples)).rounded(.up))
  }

  /// Every score over the limit is an alert, and the next one under it its end.
  private func start(beds: Int) throws -> DaemonProcess {
    let path = URL(filePath: model).standardizedFileURL.path
    return try DaemonProcess(
      settings: """
        model: {path: "\(path)"}
        streams: {maximum: \(beds), shards: \(shards), silentAfterSeconds: 3600}
        alarm: {persistence: {k: 1, n: 1}, clearAfterSeconds: 0}
        baseline: {learningSeconds: 20}
        """, core: core)
  }

  /// The most beds of some steps that are kept up with in real time. What the daemon takes when
  /// everybody sends as fast as it lets them is more: it is woken seldom then.
  private func measureCapacity() throws -> Double {
    let most = try measureAllOut()
    if !json { say(String(format: "all-out %.0f bed-seconds a second", most)) }
    for share in stride(from: 0.95, to: 0.05, by: -0.075) {
      let beds = min(Self.greatestBeds, max(1, Int(most * share)))
      if try keepsUp(beds: beds) { return Double(beds) }
    }
    throw DaemonProcess.Failure(reason: "no load is kept up with")
  }

  /// Whether that many beds in real time are all taken half a second after they were sent, and
  /// no gateway was made to wait for as long; and, where the daemon has one processor, whether a
  /// tenth of it is left.
  private func keepsUp(beds: Int) throws -> Bool {
    let seconds = 8.0
    let first = turns(Self.learningSeconds)
    let daemon = try start(beds: beds)
    defer { daemon.stop() }
    var ward = try DaemonGateways(
      daemon.samplesEndpoint, beds: beds, gateways: gateways,
      signals: PipelineSignals(
        rate: sampleRate, seconds: Self.learningSeconds + seconds + 1, beds: beds,
        calmFrom: min(beds, Self.alertingBeds)),
      packetSamples: packetSamples, liveTurn: first)
    try ward.play(turns: 0..<first, bedsAtOnce: 100)
    let before = Int64(first * packetSamples * beds)
    try daemon.wait { $0.samples >= before }
    let spent = daemon.processorSeconds
    let live = try ward.playLive(turns: first..<(first + turns(seconds)), beds: beds)
    let share = (daemon.processorSeconds - spent) / seconds
    Thread.sleep(forTimeInterval: 0.5)
    let status = daemon.status()
    let sent = before + Int64(turns(seconds) * packetSamples * beds)
    return live.lateNs < 500_000_000 && status?.windowsShed == nil && status?.samples == sent
      && (core == nil || share < 0.9)
  }

  private func measureAllOut() throws -> Double {
    let beds = 500
    let (warm, timed) = (Self.learningSeconds, 30.0)
    let daemon = try start(beds: beds)
    defer { daemon.stop() }
    var ward = try DaemonGateways(
      daemon.samplesEndpoint, beds: beds, gateways: gateways,
      signals: PipelineSignals(
        rate: sampleRate, seconds: warm + timed + 1, beds: beds, calmFrom: 0),
      packetSamples: packetSamples, liveTurn: .max)
    func samples(_ turns: Int) -> Int64 { Int64(turns * packetSamples * beds) }
    try ward.play(turns: 0..<turns(warm))
    try daemon.wait { $0.samples >= samples(turns(warm)) }
    let start = MonotonicClock.nanoseconds()
    try ward.play(turns: turns(warm)..<turns(warm + timed))
    try daemon.wait { $0.samples >= samples(turns(warm + timed)) }
    return Double(beds) * timed / (Double(MonotonicClock.nanoseconds() - start) / 1e9)
  }

  private func measure(
    _ load: Int, _ capacity: Double, _ plan: ModelPlan
  ) throws -> DaemonReport.Run {
    let beds = min(Self.greatestBeds, max(1, Int(capacity * Double(load) / 100)))
    let isOverload = load > 100
    let alerting = min(beds, Self.alertingBeds)
    let first = turns(Self.learningSeconds)
    let middle = first + turns(Double(seconds))
    let end = isOverload ? middle + turns(Double(Self.reliefSeconds)) : middle
    let daemon = try start(beds: beds)
    defer { daemon.stop() }
    var ward = try DaemonGateways(
      daemon.samplesEndpoint, beds: beds, gateways: gateways,
      signals: PipelineSignals(
        rate: sampleRate, seconds: Double((end + 2) * packetSamples) / rate, beds: beds,
        calmFrom: alerting),
      packetSamples: packetSamples, liveTurn: first)
    let oracle = try DaemonOracle(
      &ward, beds: alerting, turns: end, plan: plan, configuration: daemon.configuration)
    let residentBefore = daemon.residentBytes
    try ward.play(turns: 0..<first, bedsAtOnce: 100)
    try daemon.wait { $0.samples >= Int64(first * packetSamples * beds) }
    let listener = try DaemonListener(daemon.alertsEndpoint)
    defer { listener.stop() }
    Thread.sleep(forTimeInterval: 0.5)

    let before = daemon.processorSeconds
    let live = try ward.playLive(turns: first..<middle, beds: beds)
    let spent = daemon.processorSeconds - before
    var relief: (beds: Int, startNs: UInt64)?
    if isOverload {
      let fewer = max(1, Int(capacity / 2))
      relief = (fewer, try ward.playLive(turns: middle..<end, beds: min(fewer, beds)).startNs)
    }
    Thread.sleep(forTimeInterval: 1)
    let resident = daemon.residentBytes
    let status = daemon.status()

    let measured = DaemonLatency(
      oracle: oracle, events: listener.events(), turns: (first, middle, end), beds: beds,
      live: live.startNs, relief: relief, turnNs: ward.turnNs, settling: turns(3))
    return DaemonReport.Run(
      load: load, streams: beds, seconds: Double(seconds), p50Ms: measured.live.ms(0.5),
      p99Ms: measured.live.ms(0.99), p999Ms: measured.live.ms(0.999),
      maximumMs: measured.live.ms(1), alerts: measured.live.values.count,
      missing: measured.missing, gatewayLateMs: Double(live.lateNs) / 1e6,
      microsecondsPerBedSecond: spent / (Double(beds) * Double(seconds)) * 1e6,
      residentBytesPerBed: resident.flatMap { now in
        residentBefore.map { max(0, now - $0) / beds }
      },
      windowsShed: status?.windowsShed ?? 0, packetsShed: status?.rejected["overload"] ?? 0,
      overloadAlertSeconds: measured.overloadStarts, overloadEndSeconds: measured.overloadEnds,
      relievedSeconds: relief.map { Double($0.startNs - live.startNs) / 1e9 },
      recoveredP50Ms: measured.recovered.ms(0.5), recoveredP99Ms: measured.recovered.ms(0.99))
  }
}
