public import ECGCore

/// What lies around an alarm's onset: where the piece of ECG begins, and whose it is.
public struct Strip: Sendable {
  public var slot: Int
  /// How many values there are.
  public var count: Int
  /// `AlertDraft.alarmNumber` of the alarm.
  public var alarmNumber: UInt64
  public var onset: SampleNumber
  /// The stream's sample that value 0 stands for.
  public var first: SampleNumber
  /// Which value stands for the onset.
  public var onsetIndex: Int
  public var streamRate: SampleRate
  /// Of the values.
  public var valueRate: SampleRate
  public var onsetTimeNs: Int64?
  /// Whether all of it is there, from 10 s before to 10 s after the onset.
  public var isWhole: Bool

  public static let secondsBefore = 10.0
  public static let secondsAfter = 10.0
}

/// Who takes the strips; called on the shard's thread, must not wait or allocate.
public protocol StripSink: AnyObject {
  /// The conditioned ECG and what the network made of it, in millivolts: `strip.count` values of
  /// each, and what lies behind them means nothing; NaN where there is none. False where there is no room now: the strip is offered again.
  func take(_ strip: Strip, ecg: Span<Float>, reconstruction: Span<Float>) -> Bool
}

/// What a stream keeps for strips: the recent reconstruction, and which alarms wait for theirs.
///
/// Everything is allocated in `init`.
struct StripMemory {
  /// An alarm whose strip is not cut yet.
  struct Pending {
    var alarmNumber: UInt64
    var onset: SampleNumber
  }

  /// By condition: a condition has one alarm at a time.
  var pending: [Pending?]
  private(set) var reconstruction: [Float]
  private let mask: Int64
  /// One past the newest value of the reconstruction.
  private(set) var endIndex: Int64 = 0

  /// - Parameter capacity: of the signal that the strips are cut from.
  init(conditions: Int, capacity: Int) {
    pending = [Pending?](repeating: nil, count: conditions)
    // A power of two, as the ring that it lies beside.
    reconstruction = [Float](repeating: .nan, count: capacity)
    mask = Int64(capacity - 1)
  }

  /// Keeps what the network made of the samples from `start` on; later windows win.
  mutating func keep(_ values: Span<Float>, from start: Int64) {
    guard start >= 0 else { return }
    // Between windows nothing was shown to the network.
    if start > endIndex {
      let gap = Int(min(start - endIndex, Int64(reconstruction.count)))
      for i in 1...gap { reconstruction[Int((start - Int64(i)) & mask)] = .nan }
    }
    for i in 0..<values.count { reconstruction[Int((start + Int64(i)) & mask)] = values[i] }
    endIndex = max(endIndex, start + Int64(values.count))
  }

  func value(at index: Int64) -> Float {
    guard index < endIndex, index >= endIndex - Int64(reconstruction.count) else { return .nan }
    return reconstruction[Int(index & mask)]
  }

  /// The signal path begins anew.
  mutating func reset() { endIndex = 0 }
}

/// Room for one strip and for the reconstruction of one window, allocated once.
final class StripRoom {
  var signal: [Float]
  var reconstruction: [Float]
  var window: [Float]

  init(values: Int, window: Int) {
    signal = [Float](repeating: 0, count: values)
    reconstruction = [Float](repeating: 0, count: values)
    self.window = [Float](repeating: 0, count: window)
  }
}
