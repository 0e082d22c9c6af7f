/// A term of the event partition of ISO/IEEE 11073-10101.
public struct MDCCode: Hashable, Sendable {
  public var value: Int
  public var name: String

  public init(value: Int, name: String) {
    self.value = value
    self.name = name
  }
}
