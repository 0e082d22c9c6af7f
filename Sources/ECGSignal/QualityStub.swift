public import ECGCore
public struct SignalQuality: Sendable {
  public enum Reason: Sendable { case good; public var isLeadOff: Bool { false }; public var text: String { "good" } }
  public init(rate: SampleRate) {}
  public var index: Float { 1 }
  public var reason: Reason { .good }
  public mutating func process(_ x: Float) {}
  public mutating func reset() {}
}
