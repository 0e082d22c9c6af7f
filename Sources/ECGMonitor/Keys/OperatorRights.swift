import ECGCore
import ECGWire

/// What whoever sent a request may see and do.
struct OperatorRights: Sendable {
  /// Nil where nobody is asked for a key: then everybody may do everything.
  let key: AuthorizedKey?

  /// The authenticated name, for what the journal keeps of an acknowledgement.
  var name: String? { key?.name }

  /// Nil is the daemon itself, of which every operator may know.
  func maySee(_ stream: String?) -> Bool {
    guard let key, let stream else { return true }
    return StreamID(stream).map { key.covers($0) } ?? false
  }

  /// Refuses what the key does not allow. A stream that may not be seen is as if it were not there.
  func check(_ name: ControlRequest.Name, _ request: ControlRequest) throws(ControlError) {
    if let stream = request.stream, !maySee(stream) {
      throw ControlError(.unknownStream, "no stream \"\(stream)\" is watched")
    }
    switch name {
    case .status, .explain, .snapshot, .replay, .history, .strip: return
    case .acknowledge, .pause, .resume:
      if let key, !key.mayAcknowledge {
        throw ControlError(.forbidden, "\(key.name) may not \(name.rawValue)")
      }
    }
  }
}

/// Who asks on the control socket. Owned by the publisher thread.
struct ControlRights {
  private let ring: KeyRing?
  private var rights: [AuthorizedKey?] = []
  private var seen: UInt64 = .max

  init(_ ring: KeyRing?) { self.ring = ring }

  /// Nil where the sender's key has been revoked since it connected: it gets no answer.
  mutating func of(sender: Int?) -> OperatorRights? {
    guard let ring else { return OperatorRights(key: nil) }
    if ring.changed(since: &seen) { rights = ring.rights }
    guard let sender, sender < rights.count, let key = rights[sender] else { return nil }
    return OperatorRights(key: key)
  }
}
