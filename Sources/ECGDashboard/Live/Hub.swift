import ECGWire
import FoundationEssentials
import Synchronization

/// What is true of the ward now, and the mailboxes of the browsers that are told of changes.
///
/// The feed's thread writes; connections join and leave. The lock is held for the time of a copy,
/// and no connection is waited for.
final class Hub: Sendable {
  private struct State {
    var mailboxes: [Int: Mailbox] = [:]
    var nextMailbox = 0
    /// The latest text of each lasting kind, in the order in which a newcomer gets them.
    var link = LiveText.link(isUp: false, sinceMs: 0)
    var status: String?
    /// The latest event of each alarm that is on, by alarm.
    var active: [String: LiveAlert] = [:]
    var sequence: Int64 = 0
    var recent = RecentWaves()
    var droppedSlow = 0
  }

  private let state = Mutex(State())
  let hello: String

  init(hello: String) { self.hello = hello }

  /// A mailbox for a newcomer, with all that is true now already in it.
  func join() -> (id: Int, mailbox: Mailbox) {
    state.withLock { state in
      let mailbox = Mailbox()
      _ = mailbox.put(.text(hello))
      _ = mailbox.put(.text(state.link))
      if let status = state.status { _ = mailbox.put(.text(status)) }
      _ = mailbox.put(
        .text(LiveText.snapshot(Array(state.active.values), sequence: state.sequence)))
      let waves = state.recent.bytes
      if !waves.isEmpty { _ = mailbox.put(.binary(waves)) }
      let id = state.nextMailbox
      state.nextMailbox += 1
      state.mailboxes[id] = mailbox
      return (id, mailbox)
    }
  }

  func leave(_ id: Int) { state.withLock { _ = $0.mailboxes.removeValue(forKey: id) } }

  func closeAll() {
    for mailbox in state.withLock({ Array($0.mailboxes.values) }) { mailbox.close(.away) }
  }

  func setLink(isUp: Bool, sinceMs: Int64) {
    state.withLock { state in
      state.link = LiveText.link(isUp: isUp, sinceMs: sinceMs)
      if !isUp { state.recent.removeAll() }
      Self.send(.text(state.link), &state)
    }
  }

  func setStatus(_ text: String, streams: Set<String>) {
    state.withLock { state in
      state.status = text
      state.recent.keep(streams)
      Self.send(.text(text), &state)
    }
  }

  /// Replaces what is known of the alarms that are on.
  func setSnapshot(_ alerts: [LiveAlert], sequence: Int64) {
    state.withLock { state in
      // An event that came meanwhile is newer than the snapshot.
      guard sequence >= state.sequence else { return }
      state.active = Dictionary(alerts.map { ($0.alarm, $0) }) { $1 }
      state.sequence = sequence
      Self.send(.text(LiveText.snapshot(alerts, sequence: sequence)), &state)
    }
  }

  /// The daemon's journal began anew: its sequence numbers are no longer comparable.
  func forgetSequence() { state.withLock { $0.sequence = 0 } }

  func take(_ alert: LiveAlert) {
    state.withLock { state in
      guard alert.sequence > state.sequence else { return }
      state.sequence = alert.sequence
      state.active[alert.alarm] = alert.isEnd ? nil : alert
      Self.send(.text(LiveText.alert(alert)), &state)
    }
  }

  func take(_ waves: [WaveArrival]) {
    guard !waves.isEmpty else { return }
    var bytes: [UInt8] = []
    for wave in waves { WaveRecord.append(stream: wave.stream.utf8, frame: wave.frame, to: &bytes) }
    state.withLock { state in
      for wave in waves { state.recent.add(wave) }
      Self.send(.binary(bytes), &state)
    }
  }

  struct Figures: Equatable, Sendable {
    var browsers = 0
    var queuedBytes = 0
    var droppedSlow = 0
    var activeAlarms: [LiveAlert] = []
  }

  var figures: Figures {
    state.withLock { state in
      Figures(
        browsers: state.mailboxes.count,
        queuedBytes: state.mailboxes.values.map(\.byteCount).max() ?? 0,
        droppedSlow: state.droppedSlow, activeAlarms: Array(state.active.values))
    }
  }

  private static func send(_ letter: Mailbox.Letter, _ state: inout State) {
    for (id, mailbox) in state.mailboxes where !mailbox.put(letter) {
      state.mailboxes[id] = nil
      if mailbox.closing == .tooSlow { state.droppedSlow += 1 }
    }
  }
}
