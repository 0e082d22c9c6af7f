/// How many beats of a class there were, and what became of them.
public struct FlagCounts: Sendable, Equatable {
  /// Annotated beats, or detections that answer to none.
  public var beats = 0
  /// Not detected.
  public var undetected = 0
  /// Detected but not judged: learning, or a signal too poor.
  public var unjudged = 0
  /// Called abnormal.
  public var flagged = 0

  public init() {}

  /// Neither detected nor judged beats can be flagged; they stay in the denominator.
  public var flaggedShare: Double? { beats > 0 ? Double(flagged) / Double(beats) : nil }
  public var unjudgedShare: Double? {
    beats > 0 ? Double(undetected + unjudged) / Double(beats) : nil
  }

  public static func + (a: FlagCounts, b: FlagCounts) -> FlagCounts {
    var sum = a
    sum.beats += b.beats
    sum.undetected += b.undetected
    sum.unjudged += b.unjudged
    sum.flagged += b.flagged
    return sum
  }
}

/// The flags of a record, or of several, by what the annotator says (the AAMI classes; Q is out).
public struct FlagTable: Sendable, Equatable {
  private var rows = [FlagCounts](repeating: FlagCounts(), count: ScoredBeat.Label.allCases.count)

  public init() {}

  public subscript(label: ScoredBeat.Label) -> FlagCounts {
    get { rows[label.rawValue] }
    set { rows[label.rawValue] = newValue }
  }

  /// Normal and extra beats that were flagged.
  public var falseFlags: Int { self[.normal].flagged + self[.extra].flagged }

  /// All abnormal beats as one class.
  public var abnormal: FlagCounts {
    self[.supraventricular] + self[.ventricular] + self[.fusion]
  }

  /// Of all flags, those on abnormal beats; nil without flags.
  public var positivePredictivity: Double? { Self.predictivity(abnormal.flagged, falseFlags) }

  /// Of the flags on beats of a class and on normal or extra beats, those on the class. The
  /// detector does not tell the classes apart, so flags on other abnormal beats count neither way.
  public func positivePredictivity(of label: ScoredBeat.Label) -> Double? {
    Self.predictivity(self[label].flagged, falseFlags)
  }

  /// The part of normal beats that were not flagged.
  public var specificity: Double? { self[.normal].flaggedShare.map { 1 - $0 } }

  private static func predictivity(_ right: Int, _ wrong: Int) -> Double? {
    right + wrong > 0 ? Double(right) / Double(right + wrong) : nil
  }

  public static func + (a: FlagTable, b: FlagTable) -> FlagTable {
    var sum = a
    for label in ScoredBeat.Label.allCases { sum[label] = a[label] + b[label] }
    return sum
  }
}
