import CZeroMQ
import Glibc

/// A pair of CURVE keys, each 40 characters of Z85.
public struct CurveKeyPair: Equatable, Sendable {
  public let publicKey: String
  public let secretKey: String

  /// The length of a key in characters.
  public static let keyLength = 40
  static let keyByteCount = 32

  /// A new pair from the system's random numbers.
  public static func generate() throws(ZeroMQError) -> CurveKeyPair {
    var publicKey = [CChar](repeating: 0, count: keyLength + 1)
    var secretKey = publicKey
    guard unsafe zmq_curve_keypair(&publicKey, &secretKey) == 0 else {
      throw .last("make a CURVE key pair")
    }
    return CurveKeyPair(publicKey: text(publicKey), secretKey: text(secretKey))
  }

  /// The pair that a secret key belongs to.
  public init(secretKey: String) throws(ZeroMQError) {
    var publicKey = [CChar](repeating: 0, count: Self.keyLength + 1)
    // Checked here, because libzmq reads 40 characters whatever it is given.
    guard secretKey.utf8.count == Self.keyLength else {
      throw ZeroMQError(code: EINVAL, operation: "read a CURVE secret key of 40 characters")
    }
    guard unsafe zmq_curve_public(&publicKey, secretKey) == 0 else {
      throw .last("read a CURVE secret key")
    }
    self.init(publicKey: Self.text(publicKey), secretKey: secretKey)
  }

  private init(publicKey: String, secretKey: String) {
    self.publicKey = publicKey
    self.secretKey = secretKey
  }

  private static func text(_ key: [CChar]) -> String {
    String(decoding: key.prefix(keyLength).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
