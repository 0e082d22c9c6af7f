public import ECGCore
import ECGWire

/// Which streams a key is for: one name, every name that begins so (`icu-*`), or all (`*`).
public struct StreamPattern: Hashable, Sendable, CustomStringConvertible {
  /// The name, or what it begins with; empty for all.
  public let beginning: String
  /// Whether other names begin so and match as well.
  public let isPrefix: Bool
  private let key: StreamKey?
  private let count: Int

  /// Nil where `text` is neither a stream's name nor the beginning of one and a `*`.
  public init?(_ text: some StringProtocol) {
    isPrefix = text.hasSuffix("*")
    beginning = String(isPrefix ? text.dropLast() : text[...])
    count = beginning.utf8.count
    if beginning.isEmpty {
      guard isPrefix else { return nil }
      key = nil
    } else {
      guard let stream = StreamID(beginning) else { return nil }
      key = StreamKey(stream)
    }
  }

  public func matches(_ stream: StreamID) -> Bool { matches(StreamKey(stream)) }

  /// Allocates nothing.
  func matches(_ stream: StreamKey) -> Bool {
    guard let key else { return true }
    return isPrefix ? stream.begins(with: key, count: count) : stream == key
  }

  public var description: String { beginning + (isPrefix ? "*" : "") }
}
