import ECGModel

/// The rounds of one kernel: in each, every model and batch is timed once, between runs of the
/// loops that show what the machine could do in that moment.
struct KernelsMeasurement: ~Copyable {
  static let batches = 1...KernelsRunner.batchLimit
  /// A batch is repeated until it has taken so long.
  private static let leastSeconds = 0.001
  private static let peakRounds = 100_000
  private static let readBytesPerRound = 64 << 20

  let kernel: Kernel
  private let peak: MachinePeak
  private let footprints: [Int]
  private(set) var peakFLOPS = KernelsSamples()
  /// Bytes a second, by bytes read again and again.
  private(set) var bandwidth: [Int: KernelsSamples] = [:]
  /// Seconds a window, and the share of the round's peak, by model name and batch.
  private(set) var seconds: [String: [KernelsSamples]] = [:]
  private(set) var peakShare: [String: [KernelsSamples]] = [:]
  /// Cost of a batch as a share of that of the next larger one, by model name and batch.
  private(set) var step: [String: [KernelsSamples]] = [:]
  /// The share of the bandwidth that batch 1 is bound by.
  private(set) var readShare: [String: KernelsSamples] = [:]

  /// Nil for a kernel without a vector unit.
  init?(kernel: Kernel, models: [Autoencoder]) {
    let footprints = models.flatMap { $0.weightTraffic.map(\.footprintBytes) }
    guard let peak = MachinePeak(kernel: kernel, byteLimit: footprints.max() ?? 0) else {
      return nil
    }
    self.kernel = kernel
    self.peak = peak
    self.footprints = Set(footprints).sorted()
  }

  private func measurePeak() -> Double {
    var operations = 0
    let seconds = KernelsClock.seconds { operations = peak.multiplyAdd(rounds: Self.peakRounds) }
    return Double(operations) / seconds
  }

  /// Reads each footprint for some milliseconds.
  mutating func measureBandwidth() {
    for footprint in footprints {
      let times = max(1, Self.readBytesPerRound / footprint)
      _ = peak.read(bytes: footprint, times: 2)
      var bytes = 0
      let seconds = KernelsClock.seconds { bytes = peak.read(bytes: footprint, times: times) }
      bandwidth[footprint, default: KernelsSamples()].add(Double(bytes) / seconds)
    }
  }

  /// One round of one model.
  mutating func measure(_ runner: inout KernelsRunner) {
    let name = runner.name
    let empty = [KernelsSamples](repeating: KernelsSamples(), count: Self.batches.count)
    var previous = 0.0
    for batch in Self.batches {
      let first = runner.seconds(batch, times: 1)
      let before = measurePeak()
      let seconds = runner.seconds(batch, times: max(1, Int(Self.leastSeconds / first)))
      let peak = (before + measurePeak()) / 2
      peakFLOPS.add(peak)
      let perWindow = seconds / Double(batch)
      self.seconds[name, default: empty][batch - 1].add(perWindow)
      peakShare[name, default: empty][batch - 1]
        .add(Double(runner.model.computedOperations) / perWindow / peak)
      if batch > 1 { step[name, default: empty][batch - 2].add(previous / seconds) }
      previous = seconds
      if batch == 1 {
        let least = runner.model.weightTraffic.reduce(0.0) {
          $0 + Double($1.bytes) / (bandwidth[$1.footprintBytes]?.values.last ?? .infinity)
        }
        readShare[name, default: KernelsSamples()].add(least / perWindow)
      }
    }
  }
}
