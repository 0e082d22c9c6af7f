public import ECGCore

/// A heartbeat as the QRS detector reports it.
public struct Beat: Hashable, Sendable {
  /// The model-rate sample, counted as the detector's input is, where the QRS complex is
  /// largest.
  public let fiducial: Int64
  /// The 5-17 Hz part of the signal there, with its sign, in millivolts.
  public let peak: Float

  public init(fiducial: Int64, peak: Float) {
    self.fiducial = fiducial
    self.peak = peak
  }
}

extension Beat: Checkpointed {
  public mutating func code(_ state: inout StateCoder) {
    var (fiducial, peak) = (fiducial, peak)
    state.field(1, &fiducial)
    state.field(2, &peak)
    self = Beat(fiducial: fiducial, peak: peak)
  }
}
