/// Whether the daemon answers: up with its first answer, down once none came for a while.
struct DaemonLink: Equatable {
  private(set) var isUp = false
  /// When that began, in milliseconds since the Unix epoch.
  private(set) var sinceMs: Int64
  private var lastAnswerNs: UInt64 = 0

  init(nowMs: Int64) { sinceMs = nowMs }

  /// Something came from the daemon; true where it had been lost.
  mutating func answered(nowNs: UInt64, nowMs: Int64) -> Bool {
    lastAnswerNs = nowNs
    guard !isUp else { return false }
    isUp = true
    sinceMs = nowMs
    return true
  }

  /// Time has passed; true where the daemon counts as lost from now on.
  mutating func check(nowNs: UInt64, nowMs: Int64) -> Bool {
    guard isUp, nowNs > lastAnswerNs + FeedThread.patienceNs else { return false }
    isUp = false
    sinceMs = nowMs
    return true
  }
}
