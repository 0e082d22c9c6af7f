import Foundation

/// The secret that lets a browser acknowledge and pause: one line of a file.
public struct OperatorToken: Sendable {
  private let bytes: [UInt8]

  /// Shorter secrets can be guessed.
  public static let minimumLength = 16
  static let maximumFileLength = 1024

  /// Why a file is no token.
  public enum Refusal: Error, Equatable, Sendable, CustomStringConvertible {
    case unreadable(path: String, reason: String)
    case readableByOthers(path: String, mode: String)
    case tooShort(path: String, length: Int)
    case notPrintable(path: String)

    public var description: String {
      switch self {
      case .unreadable(let path, let reason): "\(path): \(reason)"
      case .readableByOthers(let path, let mode):
        "\(path): its mode is \(mode), expected nothing for others: chmod o= \(path)"
      case .tooShort(let path, let length):
        "\(path): the token has \(length) characters, expected \(minimumLength) or more"
      case .notPrintable(let path):
        "\(path): expected one line of printable ASCII characters without spaces"
      }
    }
  }

  /// Reads and checks a token file; white space around the token is left out.
  public init(contentsOf path: String) throws(Refusal) {
    var facts = stat()
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw .unreadable(path: path, reason: Self.reason(errno)) }
    defer { close(file) }
    // The opened file's own facts: its name may be given to another one meanwhile.
    guard unsafe fstat(file, &facts) == 0 else {
      throw .unreadable(path: path, reason: Self.reason(errno))
    }
    guard facts.st_mode & 0o007 == 0 else {
      throw .readableByOthers(path: path, mode: "0" + String(facts.st_mode & 0o777, radix: 8))
    }
    var buffer = [UInt8](repeating: 0, count: Self.maximumFileLength)
    let count = unsafe read(file, &buffer, buffer.count)
    guard count >= 0 else { throw .unreadable(path: path, reason: Self.reason(errno)) }
    let text = String(decoding: buffer.prefix(count), as: UTF8.self)
    let bytes = Array(text.trimmingCharacters(in: .whitespacesAndNewlines).utf8)
    guard bytes.allSatisfy({ (0x21...0x7e).contains($0) }) else { throw .notPrintable(path: path) }
    guard bytes.count >= Self.minimumLength else {
      throw .tooShort(path: path, length: bytes.count)
    }
    self.bytes = bytes
  }

  /// A token from its text, for tests.
  init(_ text: String) { bytes = Array(text.utf8) }

  /// Whether a stranger's text is the token. Takes as long for every text of one length, so that
  /// the time of an answer tells nothing of how much was right.
  public func matches(_ candidate: String) -> Bool {
    let candidate = Array(candidate.utf8)
    var difference = UInt(bitPattern: bytes.count ^ candidate.count)
    for i in candidate.indices { difference |= UInt(candidate[i] ^ bytes[i % bytes.count]) }
    return difference == 0
  }

  private static func reason(_ code: Int32) -> String { unsafe String(cString: strerror(code)) }
}
