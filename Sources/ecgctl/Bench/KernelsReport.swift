import ECGCore
import ECGModel
import Foundation

/// What `ecgctl bench kernels` found out, as JSON and as a table.
struct KernelsReport: Encodable {
  struct Machine: Encodable {
    let processor: String
    let architecture: String
  }
  struct Bandwidth: Encodable {
    let footprintBytes: Int
    let bytesPerSecond: Double
  }
  struct Batch: Encodable {
    let batch: Int
    let microsecondsPerWindow: Double
    /// A quarter of the rounds took less, and a quarter more.
    let quartiles: [Double]
    let windowsPerSecond: Double
    /// Seconds of ECG that one second of one core computes.
    let timesRealTime: Double
    let shareOfFMAPeak: Double
    /// Speed per window against the best batch's.
    let shareOfBestBatch: Double
    /// Cost of this batch as a share of that of the next larger one; more than 1 is a cliff.
    let costAgainstNextBatch: Double?
  }
  struct Model: Encodable {
    let name: String
    let weightStorage: String
    let operationsPerWindow: Int
    let computedOperationsPerWindow: Int
    let weightBytesReadAlone: Int
    let shareOfReadBandwidthAlone: Double
    let greatestCostAgainstNextBatch: Double
    let batches: [Batch]
  }
  struct Vector: Encodable {
    let kernel: String
    let fmaPeakFLOPS: Double
    let readBandwidth: [Bandwidth]
    let models: [Model]
  }

  let machine: Machine
  let clock = "process CPU time, one thread, medians"
  let rounds: Int
  let kernels: [Vector]

  static var thisMachine: Machine {
    let lines = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let name = lines.split(separator: "\n").first { $0.hasPrefix("model name") }
      .flatMap { $0.split(separator: ":").last }
    #if arch(x86_64)
      let architecture = "x86_64"
    #elseif arch(arm64)
      let architecture = "arm64"
    #else
      let architecture = "other"
    #endif
    return Machine(
      processor: name.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown",
      architecture: architecture)
  }

  var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    // Finite numbers and strings can always be written.
    return String(decoding: try! encoder.encode(self), as: UTF8.self)
  }

  private static let tableBatches = [1, 8, 24, 64]

  var text: String {
    var lines = ["\(machine.processor), \(rounds) rounds"]
    for vector in kernels {
      let reads = vector.readBandwidth.map {
        "\($0.footprintBytes >> 10) KiB \(Self.fixed($0.bytesPerSecond / 1e9, 0))"
      }
      lines += [
        "",
        "\(vector.kernel): FMA peak \(Self.fixed(vector.fmaPeakFLOPS / 1e9, 1)) GFLOP/s; "
          + "reads, GB/s: " + reads.joined(separator: ", "),
        "model     batch  us/window  windows/s  x real time  FMA peak  of best  read bandwidth",
      ]
      for model in vector.models {
        for batch in model.batches where Self.tableBatches.contains(batch.batch) {
          lines.append(
            Self.left(model.name, 9) + Self.right("\(batch.batch)", 6)
              + Self.right(Self.fixed(batch.microsecondsPerWindow, 1), 11)
              + Self.right(Self.fixed(batch.windowsPerSecond, 0), 11)
              + Self.right(Self.fixed(batch.timesRealTime, 0), 13)
              + Self.right(Self.fixed(100 * batch.shareOfFMAPeak, 0) + "%", 10)
              + Self.right(Self.fixed(100 * batch.shareOfBestBatch, 0) + "%", 9)
              + (batch.batch == 1
                ? Self.right(Self.fixed(100 * model.shareOfReadBandwidthAlone, 0) + "%", 16) : ""))
        }
        lines.append(
          "          \(Double(model.operationsPerWindow) / 1e6) MFLOP a window, "
            + "\(Double(model.computedOperationsPerWindow) / 1e6) computed; a batch costs at most "
            + Self.fixed(model.greatestCostAgainstNextBatch, 3) + " of the next larger one")
      }
    }
    return lines.joined(separator: "\n")
  }

  private static func fixed(_ value: Double, _ places: Int) -> String {
    String(format: "%.\(places)f", value)
  }
  private static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
  private static func left(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}

extension KernelsReport.Vector {
  init(_ measured: borrowing KernelsMeasurement, models: [(name: String, model: Autoencoder)]) {
    kernel = measured.kernel.rawValue
    fmaPeakFLOPS = measured.peakFLOPS.median
    readBandwidth = measured.bandwidth.sorted { $0.key < $1.key }
      .map { .init(footprintBytes: $0.key, bytesPerSecond: $0.value.median) }
    var found: [KernelsReport.Model] = []
    for (name, model) in models {
      guard let seconds = measured.seconds[name], let share = measured.peakShare[name],
        let step = measured.step[name], let read = measured.readShare[name]
      else { continue }
      found.append(
        .init(name: name, model: model, seconds: seconds, share: share, step: step, read: read))
    }
    self.models = found
  }
}

extension KernelsReport.Model {
  init(
    name: String, model: Autoencoder, seconds: [KernelsSamples], share: [KernelsSamples],
    step: [KernelsSamples], read: KernelsSamples
  ) {
    self.name = name
    weightStorage = model.manifest.weights.storage.rawValue
    operationsPerWindow = model.floatingPointOperations
    computedOperationsPerWindow = model.computedOperations
    weightBytesReadAlone = model.weightTraffic.reduce(0) { $0 + $1.bytes }
    shareOfReadBandwidthAlone = read.median
    let best = seconds.map(\.median).min()!
    // A sliding window stands for its hop, a beat for a heart at 75 a minute.
    let secondsOfECG =
      switch model.manifest.window {
      case .sliding(_, let hop): Double(hop) / model.manifest.sampleRate.hertz
      case .beat: 60.0 / 75
      }
    batches = seconds.indices.map { index in
      let median = seconds[index].median
      return .init(
        batch: index + 1, microsecondsPerWindow: 1e6 * median,
        quartiles: [0.25, 0.75].map { 1e6 * seconds[index].quantile($0) },
        windowsPerSecond: 1 / median, timesRealTime: secondsOfECG / median,
        shareOfFMAPeak: share[index].median, shareOfBestBatch: best / median,
        costAgainstNextBatch: step[index].values.isEmpty ? nil : step[index].median)
    }
    greatestCostAgainstNextBatch = batches.compactMap(\.costAgainstNextBatch).max() ?? 0
  }
}
