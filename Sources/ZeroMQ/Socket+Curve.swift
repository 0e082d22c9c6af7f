import CZeroMQ
import Glibc

extension Socket {
  /// Lets in only peers whose CURVE keys the context's ZAP handler accepts for `domain`; without
  /// a handler, nobody. Before bind or connect; either end may be the server.
  public mutating func serveCurve(
    _ keys: CurveKeyPair, domain: String, handshakeMs: Int
  ) throws(ZeroMQError) {
    precondition(!domain.isEmpty)
    try set(.enforceDomain, 1)
    try set(.zapDomain, domain)
    try set(.curveServer, 1)
    try set(.curveSecretKey, keys.secretKey)
    try set(.handshakeInterval, handshakeMs)
  }

  /// Speaks with nobody but the holder of the secret key that `server` belongs to.
  public mutating func authenticate(
    as keys: CurveKeyPair, to server: String
  ) throws(ZeroMQError) {
    try set(.curvePublicKey, keys.publicKey)
    try set(.curveSecretKey, keys.secretKey)
    try set(.curveServerKey, server)
  }
}

/// The text form of CURVE keys, Z85 (rfc.zeromq.org/spec/32).
public enum Z85 {
  /// The 32 bytes of a key of 40 characters; nil where `text` is none.
  public static func key(_ text: String) -> [UInt8]? {
    guard text.utf8.count == CurveKeyPair.keyLength, text.utf8.allSatisfy({ $0 > 32 && $0 < 127 })
    else { return nil }
    var bytes = [UInt8](repeating: 0, count: CurveKeyPair.keyByteCount)
    return unsafe zmq_z85_decode(&bytes, text) == nil ? nil : bytes
  }

  /// The text of a key's 32 bytes.
  public static func text(_ key: [UInt8]) -> String? {
    guard key.count == CurveKeyPair.keyByteCount else { return nil }
    var text = [CChar](repeating: 0, count: CurveKeyPair.keyLength + 1)
    guard unsafe zmq_z85_encode(&text, key, key.count) != nil else { return nil }
    return String(
      decoding: text.prefix(CurveKeyPair.keyLength).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
