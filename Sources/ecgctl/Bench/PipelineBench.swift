import ArgumentParser
import ECGCore
import ECGModel
import ECGMonitor
import ECGPipeline
import Foundation

/// `ecgctl bench pipeline`: how many beds one core carries, from decoded packet to score.
struct PipelineBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pipeline",
    abstract: "Measure how many beds one core carries, from packet to score, without sockets.",
    discussion: """
      Plays synthetic hearts of about 75 beats a minute, unlike each other, into one shard as fast \
      as it can, after every patient has been learnt. bedsPerCore is bed-seconds of ECG over \
      seconds of processor time. Several numbers of beds are timed in turns.
      """)

  @Option(parsing: .upToNextOption, help: "Numbers of beds.")
  var streams: [Int] = [100, 4000]

  @Option(help: "Samples a second of each bed.")
  var rate = 250.0

  @Option(help: "Seconds of each bed's ECG that are timed.")
  var seconds = 30.0

  @Option(help: "Milliseconds of ECG in one packet.")
  var packetMs = 100.0

  @Option(help: "Windows in one pass through the network.")
  var batch = Configuration().batch.maximumWindows

  @Option(help: "The model's file.")
  var model = "Models/default.safetensors"

  @Option(
    help: """
      Measure nothing: write the packets of the first number of beds, learning time included, for       other programs to be measured with. Each stands behind its length and the number of its       bed, 32 bits each.
      """)
  var packets: String?

  @Flag(help: "Print one JSON object.")
  var json = false

  /// Rounds that the timed seconds are cut into, one number of beds after the other in each.
  private static let rounds = 6

  func validate() throws {
    guard !streams.isEmpty, streams.allSatisfy({ (1...100_000).contains($0) }) else {
      throw ValidationError("--streams are numbers from 1 to 100000.")
    }
    guard (128...2000).contains(rate) else { throw ValidationError("--rate is 128 to 2000.") }
    guard (1...3600).contains(seconds) else { throw ValidationError("--seconds is 1 to 3600.") }
    guard (4...1000).contains(packetMs) else { throw ValidationError("--packet-ms is 4 to 1000.") }
  }

  func run() throws {
    let plan: ModelPlan
    do throws(ModelError) {
      plan = try ModelPlan(Autoencoder(path: model), mainsHz: 50)
    } catch {
      StandardError.write("ecgctl bench pipeline: \(error)\n")
      throw ExitCode(EX_DATAERR)
    }
    if let packets { return try write(plan, to: packets) }
    let report = try measure(plan)
    print(json ? try report.json : report.text)
  }

  private func measure(_ plan: ModelPlan) throws -> PipelineReport {
    let sampleRate = SampleRate(millihertz: UInt32((rate * 1000).rounded()))
    let learning = Self.learningSeconds(plan)
    let signals = PipelineSignals(
      rate: sampleRate, seconds: learning + seconds + 1, beds: streams.max()!)
    var beds: [PipelineBeds] = []
    var runs: [PipelineReport.Run] = []
    for count in streams {
      let (one, resident, heap) = try admit(count, plan, signals, learning)
      beds.append(one)
      runs.append(.init(one, residentBytes: resident, heapBytes: heap))
    }
    let totals = beds.map(\.shard.totals)
    for round in 1...Self.rounds {
      for i in beds.indices {
        beds[i].play(
          until: learning + seconds * Double(round) / Double(Self.rounds), isTimed: true)
      }
    }
    for i in beds.indices { runs[i].take(beds[i], since: totals[i]) }
    let ordered = runs.sorted { $0.streams < $1.streams }
    let costs = ordered.map(\.microsecondsPerBedSecond)
    return PipelineReport(
      bedsPerCore: ordered.last!.bedsPerCore, model: plan.model.manifest.name,
      rateHz: sampleRate.hertz, packetSamples: packetSamples(sampleRate), batch: batch,
      historySeconds: SignalPath.historySeconds, machine: ProcessFigures.machine, runs: runs,
      costRatio: costs.count > 1 ? costs.last! / costs.first! : nil,
      memory: try PipelineMemory.parts(plan, rate: sampleRate))
  }

  private func write(_ plan: ModelPlan, to path: String) throws {
    let sampleRate = SampleRate(millihertz: UInt32((rate * 1000).rounded()))
    let length = Self.learningSeconds(plan) + seconds
    var beds = PipelineBeds(
      plan, count: streams[0],
      signals: PipelineSignals(rate: sampleRate, seconds: length + 1, beds: streams[0]),
      packetSamples: packetSamples(sampleRate), batch: batch, maximumWaitMs: 0)
    guard FileManager.default.createFile(atPath: path, contents: nil),
      let file = FileHandle(forWritingAtPath: path)
    else {
      StandardError.write("ecgctl bench pipeline: \(path) cannot be written\n")
      throw ExitCode(EX_CANTCREAT)
    }
    var buffer: [UInt8] = []
    try beds.hand(until: length) { bed, packet in
      for word in [UInt32(packet.count), UInt32(bed)] {
        for shift in stride(from: 0, to: 32, by: 8) {
          buffer.append(UInt8(truncatingIfNeeded: word >> UInt32(shift)))
        }
      }
      buffer += packet
      guard buffer.count > 1 << 20 else { return }
      try file.write(contentsOf: buffer)
      buffer.removeAll(keepingCapacity: true)
    }
    try file.write(contentsOf: buffer)
    try file.close()
  }

  private func packetSamples(_ sampleRate: SampleRate) -> Int {
    max(1, sampleRate.samples(seconds: packetMs / 1000))
  }

  /// Admits beds, lets every patient be learnt, and tells what memory that took.
  private func admit(
    _ count: Int, _ plan: ModelPlan, _ signals: PipelineSignals, _ learning: Double
  ) throws -> (PipelineBeds, resident: Int, heap: Int) {
    var beds = PipelineBeds(
      plan, count: count, signals: signals, packetSamples: packetSamples(signals.rate),
      batch: batch, maximumWaitMs: Configuration().batch.maximumWaitMs)
    ProcessFigures.trim()
    let resident = ProcessFigures.residentBytes() ?? 0
    let heap = ProcessFigures.heapBytes()
    try beds.admit()
    beds.play(until: learning, isTimed: false)
    return (
      beds, (ProcessFigures.residentBytes() ?? 0) - resident, ProcessFigures.heapBytes() - heap
    )
  }

  /// Until every patient's normal is learnt, some beats over.
  private static func learningSeconds(_ plan: ModelPlan) -> Double {
    switch plan.settings.kind {
    case .absolute: 10
    case .patient(let windows): Double(windows)
    case .beats(let rule): rule.learningSeconds + 10
    }
  }
}

extension PipelineReport.Run {
  /// What is known before anything is timed.
  fileprivate init(_ beds: PipelineBeds, residentBytes: Int, heapBytes: Int) {
    self.init(
      streams: beds.count, seconds: 0, processorSeconds: 0, bedsPerCore: 0,
      microsecondsPerBedSecond: 0, beats: 0, windows: 0, windowsPerSecondPerCore: 0, samples: 0,
      alarms: 0, residentBytesPerBed: residentBytes / beds.count,
      heapBytesPerBed: heapBytes / beds.count)
  }

  fileprivate mutating func take(_ beds: PipelineBeds, since before: StreamCounters) {
    let totals = beds.shard.totals
    seconds = beds.playedSeconds
    processorSeconds = Double(beds.processorNs) / 1e9
    let bedSeconds = seconds * Double(beds.count)
    bedsPerCore = bedSeconds / processorSeconds
    microsecondsPerBedSecond = processorSeconds / bedSeconds * 1e6
    beats = totals.beats - before.beats
    windows = totals.windows - before.windows
    samples = totals.samples - before.samples
    alarms = totals.alarms - before.alarms
    windowsPerSecondPerCore = Double(windows) / processorSeconds
    latencyP50Ms = beds.shard.latency.quantile(0.5).map { Double($0) / 1e6 }
    latencyP99Ms = beds.shard.latency.quantile(0.99).map { Double($0) / 1e6 }
  }
}
