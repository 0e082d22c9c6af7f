/// An alarm of a record, from its onset to its end, as the figures take it.
public struct AlertSpan: Sendable, Equatable {
  /// What it is about, in the daemon's words: "abnormalBeats".
  public var name: String
  public var isPhysiological: Bool
  /// The first sample that spoke for it.
  public var onset: Int64
  /// The last sample of the window that completed the evidence.
  public var detection: Int64
  /// How many samples of the record had come when it could be told.
  public var told: Int64
  public var end: Int64

  public init(
    name: String, isPhysiological: Bool, onset: Int64, detection: Int64, told: Int64, end: Int64
  ) {
    self.name = name
    self.isPhysiological = isPhysiological
    self.onset = onset
    self.detection = detection
    self.told = told
    self.end = end
  }
}
