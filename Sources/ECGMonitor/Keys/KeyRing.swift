import Synchronization
import ZeroMQ

/// The keys in force: written at start and at a reload, asked by the ZAP thread at each handshake,
/// and followed by the threads that own sockets, once a turn, for the price of one atomic load.
///
/// Each public key has a number for as long as the process lives, given to libzmq as the user id of
/// its connections: what a connection may do follows from the number at each message, so that a
/// reload is in force for connections that stand.
final class KeyRing: Sendable {
  private struct State {
    var numbers: [[UInt8]: Int] = [:]
    /// By number; nil where the key is not, or no longer, authorised.
    var rights: [AuthorizedKey?] = []
    var revoked: [[UInt8]: String] = [:]
    var limits = Configuration.Limits()
  }

  private let state = Mutex(State())
  private let version = Atomic<UInt64>(0)

  /// What changed, by name.
  struct Changes: Equatable, Sendable {
    var added: [String] = []
    var removed: [String] = []
    var changed: [String] = []
    var isEmpty: Bool { added.isEmpty && removed.isEmpty && changed.isEmpty }
  }

  init(_ keys: AuthorizedKeys, _ limits: Configuration.Limits = .init()) {
    _ = replace(with: keys)
    setLimits(limits)
  }

  /// What each gateway may take.
  var limits: Configuration.Limits { state.withLock { $0.limits } }

  func setLimits(_ limits: Configuration.Limits) {
    state.withLock { $0.limits = limits }
    version.wrappingAdd(1, ordering: .releasing)
  }

  /// Puts `keys` in force, and takes every other key out of it.
  func replace(with keys: AuthorizedKeys) -> Changes {
    let changes = state.withLock { state in
      var changes = Changes()
      let before = state.rights
      state.rights = [AuthorizedKey?](repeating: nil, count: before.count)
      state.revoked = [:]
      for key in keys.keys {
        let bytes = Z85.key(key.publicKey)!
        if key.isRevoked {
          state.revoked[bytes] = key.name
          continue
        }
        if let number = state.numbers[bytes] {
          state.rights[number] = key
          if before[number] == nil {
            changes.added.append(key.name)
          } else if before[number] != key {
            changes.changed.append(key.name)
          }
        } else {
          state.numbers[bytes] = state.rights.count
          state.rights.append(key)
          changes.added.append(key.name)
        }
      }
      for (number, old) in before.enumerated() {
        if let old, state.rights[number] == nil { changes.removed.append(old.name) }
      }
      return changes
    }
    version.wrappingAdd(1, ordering: .releasing)
    return changes
  }

  /// Whether the owner of a public key may connect to a socket of `role`, and under what number.
  func admit(publicKey: [UInt8], as role: AuthorizedKey.Role) -> Result<Int, HandshakeRefusal> {
    state.withLock { state in
      if let name = state.revoked[publicKey] { return .failure(.revokedKey(name)) }
      guard let number = state.numbers[publicKey], let key = state.rights[number] else {
        return .failure(.unknownKey)
      }
      return key.role == role ? .success(number) : .failure(.wrongRole(key.name))
    }
  }

  /// Whether the keys changed since version `seen`.
  func changed(since seen: inout UInt64) -> Bool {
    let now = version.load(ordering: .acquiring)
    defer { seen = now }
    return now != seen
  }

  /// What each number may do.
  var rights: [AuthorizedKey?] { state.withLock { $0.rights } }

  var count: Int { state.withLock { $0.rights.count { $0 != nil } } }
}

/// Why a handshake was refused.
enum HandshakeRefusal: Error, Equatable, Sendable {
  case unknownKey
  case revokedKey(String)
  case wrongRole(String)
  /// As many as the key may have stand.
  case tooManyConnections(String)
  /// NULL, PLAIN, or a request that is none.
  case noKey

  /// As the status names it.
  var name: String {
    switch self {
    case .unknownKey: "unknownKey"
    case .revokedKey: "revokedKey"
    case .wrongRole: "wrongRole"
    case .tooManyConnections: "tooManyConnections"
    case .noKey: "noKey"
    }
  }

  /// Whether the peer is to try again; libzmq gives up after any other refusal.
  var isTemporary: Bool {
    switch self {
    case .tooManyConnections: true
    case .unknownKey, .revokedKey, .wrongRole, .noKey: false
    }
  }
}
