import ECGCore
import ECGModel
import ECGSignal

/// Windows of many streams on their way through the network in one pass.
struct WindowBatch: ~Copyable {
  /// Whose window lies in a slot of the batch, and what was known when it was completed.
  struct Entry {
    var slot: Int
    var start: SampleNumber
    /// The window's last sample.
    var end: SampleNumber
    /// The window's first sample at the model's rate.
    var startIndex: Int64
    var quality: Quality
    var isUsable: Bool
    /// The beat's fiducial, where the window was made for one.
    var beat: SampleNumber?
    /// What the patient's model keeps of the beat until the network has seen it.
    var pendingBeat: PatientModel.PendingBeat?
    /// Whether the rhythm up to the beat had no order.
    var isIrregular = false
    var receivedNs: UInt64
  }

  let capacity: Int
  var engine: AutoencoderBatch
  var entries: [Entry] = []
  private var buffers: Buffers

  /// One window, its reference, an excerpt, a trace and a latent: on their way in or out.
  private struct Buffers {
    var window: [Float]
    var reference: [Float]
    var excerpt: [Float]
    var trace: [Float]
    var latent: [Float]
  }

  init(_ model: Autoencoder, capacity: Int) {
    precondition(capacity > 0)
    self.capacity = capacity
    engine = AutoencoderBatch(model: model, capacity: capacity)
    entries.reserveCapacity(capacity)
    let count = model.manifest.windowCount
    buffers = Buffers(
      window: [Float](repeating: 0, count: count), reference: [Float](repeating: 0, count: count),
      excerpt: [Float](repeating: 0, count: BeatExcerpt.count),
      trace: [Float](repeating: 0, count: model.manifest.lengthSamples),
      latent: [Float](repeating: 0, count: model.manifest.architecture.latentSize))
  }

  var isFull: Bool { entries.count == capacity }

  /// Copies a window out of a signal, normalises it, and puts it into the next slot.
  mutating func add(_ signal: SampleRing, from start: Int64, _ entry: Entry) {
    let manifest = engine.model.manifest
    Self.fill(&buffers.window, from: signal, start, manifest)
    Self.put(buffers, into: &engine, slot: entries.count, withReference: false)
    entries.append(entry)
  }

  /// Shows a beat's excerpt to the patient's model, and puts the window and the reference that it
  /// makes of it into the next slot. False where it has nothing to compare the beat with yet.
  mutating func add(
    _ signal: SampleRing, beatAt fiducial: Int64, offset: Int64, to patient: inout PatientModel,
    _ entry: Entry
  ) -> Bool {
    let pending = Self.show(
      fiducial, offset: offset, of: signal, to: &patient, &buffers.excerpt, &buffers.window,
      &buffers.reference)
    guard let pending else { return false }
    Self.put(buffers, into: &engine, slot: entries.count, withReference: true)
    entries.append(entry)
    entries[entries.count - 1].pendingBeat = pending
    return true
  }

  /// The error of a slot, the samples of the window where it is largest, and their part of it.
  mutating func error(slot: Int) -> (total: Float, worst: Range<Int>, share: Float) {
    let manifest = engine.model.manifest
    let total = engine.error(slot: slot).value(manifest.error)
    Self.trace(&buffers.trace, of: engine, slot: slot)
    let worst = ReconstructionError.worstSegment(
      of: buffers.trace.span, length: manifest.worstLength)
    var (all, inside): (Float, Float) = (0, 0)
    for i in 0..<buffers.trace.count {
      all += buffers.trace[i]
      if worst.contains(i) { inside += buffers.trace[i] }
    }
    return (Float(total), worst, all > 0 ? inside / all : 0)
  }

  /// Copies the window and the reconstruction of a slot.
  func copy(slot: Int, window: inout [Float], reconstruction: inout [Float]) {
    engine.withWindow(slot: slot) { own, made in
      for i in 0..<own.count {
        window[i] = own[i]
        reconstruction[i] = made[i]
      }
    }
  }

  /// The error of each part of the beat whose `error` was asked for last.
  var segmentErrors: SegmentErrors { SegmentErrors(trace: buffers.trace.span) }

  /// The score of the beat in a slot.
  mutating func score(slot: Int, by patient: inout PatientModel) -> PatientScore {
    Self.readLatent(&buffers.latent, of: engine, slot: slot)
    return Self.score(&entries[slot].pendingBeat!, buffers.latent, engine, slot: slot, by: &patient)
  }
}

/// Apart from `self`, because spans of one part would borrow all of it.
extension WindowBatch {
  private static func fill(
    _ window: inout [Float], from signal: SampleRing, _ start: Int64, _ manifest: ModelManifest
  ) {
    var span = window.mutableSpan
    signal.copy(from: start, into: &span)
    WindowNormaliser.normalise(&span, leads: 1, manifest.normalisation)
  }

  private static func put(
    _ buffers: Buffers, into engine: inout AutoencoderBatch, slot: Int, withReference: Bool
  ) {
    engine.setInput(slot: slot, buffers.window.span)
    if withReference { engine.setReference(slot: slot, buffers.reference.span) }
  }

  private static func show(
    _ fiducial: Int64, offset: Int64, of signal: SampleRing, to patient: inout PatientModel,
    _ excerptBuffer: inout [Float], _ windowBuffer: inout [Float],
    _ referenceBuffer: inout [Float]
  ) -> PatientModel.PendingBeat? {
    var excerpt = excerptBuffer.mutableSpan
    signal.copy(from: fiducial - Int64(BeatExcerpt.samplesBefore), into: &excerpt)
    var window = windowBuffer.mutableSpan
    var reference = referenceBuffer.mutableSpan
    return patient.process(
      beatAt: fiducial + offset, excerpt: excerpt.span, window: &window, reference: &reference)
  }

  private static func trace(
    _ trace: inout [Float], of engine: borrowing AutoencoderBatch, slot: Int
  ) {
    engine.withWindow(slot: slot) { window, reconstruction in
      var span = trace.mutableSpan
      ReconstructionError.trace(
        window: window, reconstruction: reconstruction, leads: 1, into: &span)
    }
  }

  private static func readLatent(
    _ latent: inout [Float], of engine: borrowing AutoencoderBatch, slot: Int
  ) {
    var span = latent.mutableSpan
    engine.copyLatent(slot: slot, into: &span)
  }

  private static func score(
    _ beat: inout PatientModel.PendingBeat, _ latent: [Float],
    _ engine: borrowing AutoencoderBatch, slot: Int, by patient: inout PatientModel
  ) -> PatientScore {
    engine.withWindow(slot: slot) { window, reconstruction in
      patient.score(&beat, window: window, reconstruction: reconstruction, latent: latent.span)
    }
  }
}

extension ModelManifest {
  /// The length of the segment that an alert points at: a tenth of a second.
  var worstLength: Int { max(1, sampleRate.samples(seconds: 0.1)) }
}
