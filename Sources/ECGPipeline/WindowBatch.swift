import ECGCore
import ECGModel

/// Windows of many streams on their way through the network in one pass.
struct WindowBatch: ~Copyable {
  /// Whose window lies in a slot of the batch, and what was known when it was completed.
  struct Entry {
    var slot: Int
    var start: SampleNumber
    /// The window's last sample.
    var end: SampleNumber
    var startIndex: Int64
    var quality: QualityAssessment
    var isUsable: Bool
    var beat: Int64?
    var receivedNs: UInt64
  }

  let capacity: Int
  var engine: AutoencoderBatch
  var entries: [Entry] = []
  /// One window on its way into the engine, and one error trace on its way out.
  private var window: [Float]
  private var trace: [Float]

  init(_ model: Autoencoder, capacity: Int) {
    precondition(capacity > 0)
    self.capacity = capacity
    engine = AutoencoderBatch(model: model, capacity: capacity)
    window = [Float](repeating: 0, count: model.manifest.windowCount)
    trace = [Float](repeating: 0, count: model.manifest.lengthSamples)
    entries.reserveCapacity(capacity)
  }

  var isFull: Bool { entries.count == capacity }

  /// Copies a window out of a signal, normalises it, and puts it into the next slot.
  mutating func add(_ signal: SampleRing, from start: Int64, _ entry: Entry) {
    let manifest = engine.model.manifest
    Self.fill(&window, from: signal, start, manifest)
    Self.put(window, into: &engine, slot: entries.count)
    entries.append(entry)
  }

  private static func put(_ window: [Float], into engine: inout AutoencoderBatch, slot: Int) {
    engine.setInput(slot: slot, window.span)
  }

  private static func fill(
    _ window: inout [Float], from signal: SampleRing, _ start: Int64, _ manifest: ModelManifest
  ) {
    var span = window.mutableSpan
    signal.copy(from: start, into: &span)
    WindowNormaliser.normalise(&span, leads: 1, manifest.normalisation)
  }

  /// The error of a slot, and the samples of the window where it is largest.
  mutating func error(slot: Int) -> (total: Float, worst: Range<Int>, share: Float) {
    let manifest = engine.model.manifest
    let total = engine.error(slot: slot).value(manifest.error)
    Self.trace(&trace, of: engine, slot: slot)
    let worst = ReconstructionError.worstSegment(of: trace.span, length: manifest.worstLength)
    var (all, inside): (Float, Float) = (0, 0)
    for i in trace.indices {
      all += trace[i]
      if worst.contains(i) { inside += trace[i] }
    }
    return (Float(total), worst, all > 0 ? inside / all : 0)
  }

  private static func trace(_ trace: inout [Float], of engine: borrowing AutoencoderBatch, slot: Int) {
    engine.withWindow(slot: slot) { window, reconstruction in
      var span = trace.mutableSpan
      ReconstructionError.trace(window: window, reconstruction: reconstruction, leads: 1, into: &span)
    }
  }
}

extension ModelManifest {
  /// The length of the segment that an alert points at: a tenth of a second.
  var worstLength: Int { max(1, sampleRate.samples(seconds: 0.1)) }
}
