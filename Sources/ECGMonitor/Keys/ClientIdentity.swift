import Glibc
public import ZeroMQ

/// With which keys a program speaks to a daemon that asks for them.
public struct ClientIdentity: Sendable {
  private let pair: CurveKeyPair
  private let server: String

  /// Reads the keys.
  ///
  /// - Parameters:
  ///   - file: holds the secret key; nil takes the one that ECGD_KEY names.
  ///   - server: the daemon's public key; nil takes ECGD_SERVER_KEY.
  /// - Returns: nil where no secret key is named.
  public static func read(file: String?, server: String?) throws(ZeroMQError) -> ClientIdentity? {
    guard let file = file ?? environmentValue("ECGD_KEY") else { return nil }
    guard let server = server ?? environmentValue("ECGD_SERVER_KEY") else {
      throw ZeroMQError(
        code: EINVAL, operation: "use the key \(file) without --server-key, the daemon's public key"
      )
    }
    guard Z85.key(server) != nil else {
      throw ZeroMQError(code: EINVAL, operation: "read the daemon's public key '\(server)'")
    }
    do throws(ConfigurationError) {
      return ClientIdentity(pair: try SecretKeyFile.read(file), server: server)
    } catch {
      throw ZeroMQError(code: EACCES, operation: "\(error)")
    }
  }

  /// Before connect.
  public func show(on socket: inout Socket) throws(ZeroMQError) {
    try socket.authenticate(as: pair, to: server)
  }
}
