public import ECGCore

/// A part of a beat's window.
public enum BeatSegment: Int, CaseIterable, Sendable {
  case beforeQRS, qrs, afterQRS

  /// The samples of the window that it holds.
  public var range: Range<Int> {
    switch self {
    case .beforeQRS: BeatExcerpt.atrial
    case .qrs: BeatExcerpt.ventricular
    case .afterQRS: BeatExcerpt.repolarisation
    }
  }

  /// As it stands in an alert.
  public var name: String {
    switch self {
    case .beforeQRS: "beforeQRS"
    case .qrs: "QRS"
    case .afterQRS: "afterQRS"
    }
  }
}

/// The mean reconstruction error of each part of a beat's window.
public struct SegmentErrors: Sendable, Equatable {
  public var beforeQRS: Float = 0
  public var qrs: Float = 0
  public var afterQRS: Float = 0

  public init() {}

  /// From the error of each sample of the window.
  public init(trace: Span<Float>) {
    func mean(_ segment: BeatSegment) -> Float {
      var sum: Float = 0
      for i in segment.range { sum += trace[i] }
      return sum / Float(segment.range.count)
    }
    beforeQRS = mean(.beforeQRS)
    qrs = mean(.qrs)
    afterQRS = mean(.afterQRS)
  }

  /// Moves a part of the way to other errors.
  mutating func approach(_ other: SegmentErrors, gain: Float) {
    beforeQRS += gain * (other.beforeQRS - beforeQRS)
    qrs += gain * (other.qrs - qrs)
    afterQRS += gain * (other.afterQRS - afterQRS)
  }

  /// Each error over another, which counts as no less than `floor`.
  func over(_ other: SegmentErrors, floor: Float) -> SegmentErrors {
    var ratios = self
    ratios.beforeQRS /= max(other.beforeQRS, floor)
    ratios.qrs /= max(other.qrs, floor)
    ratios.afterQRS /= max(other.afterQRS, floor)
    return ratios
  }

  /// The part with the greatest error.
  public var worst: BeatSegment {
    if qrs >= beforeQRS, qrs >= afterQRS { return .qrs }
    return beforeQRS >= afterQRS ? .beforeQRS : .afterQRS
  }
}

extension SegmentErrors: Checkpointed {
  public mutating func code(_ state: inout StateCoder) {
    state.field(1, &beforeQRS)
    state.field(2, &qrs)
    state.field(3, &afterQRS)
  }
}
