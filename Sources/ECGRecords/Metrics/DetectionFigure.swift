/// A figure of how well scores tell abnormal beats from normal ones.
public enum DetectionFigure: Int, Sendable, CaseIterable {
  /// The area under the ROC curve: abnormal (S, V, F) against N and extra beats, all pooled.
  case area
  /// The mean precision over the recall, in the steps of the scores that occur.
  case averagePrecision
  /// `area` of each record with five beats of either side, averaged.
  case meanRecordArea
  /// One class against N alone.
  case supraventricularArea, ventricularArea, fusionArea
  /// The part of a class over the limit that 1% of N and extra beats exceed.
  case supraventricularAt99, ventricularAt99, fusionAt99

  public var title: String {
    switch self {
    case .area: "ROC AUC"
    case .averagePrecision: "average precision"
    case .meanRecordArea: "AUC, mean of records"
    case .supraventricularArea: "AUC, S against N"
    case .ventricularArea: "AUC, V against N"
    case .fusionArea: "AUC, F against N"
    case .supraventricularAt99: "Se to S at 99% specificity"
    case .ventricularAt99: "Se to V at 99% specificity"
    case .fusionAt99: "Se to F at 99% specificity"
    }
  }

  /// The name in machine-readable reports.
  public var name: String { "\(self)" }
}

/// The value of each figure; nil where there is nothing to measure it on.
public struct DetectionFigures: Sendable, Equatable {
  public private(set) var values = [Double?](
    repeating: nil, count: DetectionFigure.allCases.count)

  public init() {}

  public subscript(figure: DetectionFigure) -> Double? {
    get { values[figure.rawValue] }
    set { values[figure.rawValue] = newValue }
  }
}
