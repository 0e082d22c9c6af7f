import ECGModel

/// One model with its batch and its windows, ready to be timed.
struct KernelsRunner: ~Copyable {
  static let batchLimit = 64

  let name: String
  let model: Autoencoder
  private var batch: AutoencoderBatch
  private let windows: [[Float]]
  private var output: [Float]

  init(name: String, model: Autoencoder, kernel: Kernel) {
    self.name = name
    self.model = model
    batch = AutoencoderBatch(model: model, capacity: Self.batchLimit, kernel: kernel)
    windows = KernelsModel.windows(Self.batchLimit, size: model.manifest.windowCount)
    output = [Float](repeating: 0, count: model.manifest.windowCount)
  }

  /// What a caller does with a batch: sets the windows, computes them, takes the reconstructions.
  mutating func run(_ count: Int) {
    for slot in 0..<count {
      let window = windows[slot]
      batch.setInput(slot: slot, window.span)
      if model.manifest.architecture.isConditioned { batch.setReference(slot: slot, window.span) }
    }
    batch.run(count: count)
    for slot in 0..<count { batch.take(slot, into: &output) }
  }

  /// Seconds of one batch, computed so many times.
  mutating func seconds(_ count: Int, times: Int) -> Double {
    let start = KernelsClock.nanoseconds()
    for _ in 0..<times { run(count) }
    return Double(KernelsClock.nanoseconds() - start) * 1e-9 / Double(times)
  }

  /// The reconstructions of the first windows.
  mutating func reconstructions(_ count: Int) -> [Float] {
    run(count)
    var all: [Float] = []
    for slot in 0..<count {
      batch.take(slot, into: &output)
      all += output
    }
    return all
  }
}

extension AutoencoderBatch {
  fileprivate func take(_ slot: Int, into output: inout [Float]) {
    var span = output.mutableSpan
    copyReconstruction(slot: slot, into: &span)
  }
}
