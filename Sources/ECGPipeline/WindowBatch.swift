import ECGCore
import ECGModel

/// Windows of many streams on their way through the network in one pass.
struct WindowBatch {
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

  init(_ model: Autoencoder, capacity: Int) {
    precondition(capacity > 0)
    self.capacity = capacity
    engine = AutoencoderBatch(model, capacity: capacity)
    entries.reserveCapacity(capacity)
  }

  var isFull: Bool { entries.count == capacity }
}
