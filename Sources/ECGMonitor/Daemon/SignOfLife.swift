import ECGWire

/// The daemon's check of itself, and the heartbeat that tells operators of it.
///
/// The counter rises only where every thread has made progress since the last heartbeat; so a
/// listener needs to look at nothing else to know that silence means peace.
struct SignOfLife {
  private let intervalNs: UInt64
  private let progress: ThreadProgress
  private var beats: [String: UInt64] = [:]
  private var counter: Int64 = 0
  private let run = AlertWriter.wallNs()
  private var toldNs: UInt64 = 0
  private(set) var latest: Heartbeat?

  init(_ progress: ThreadProgress, intervalSeconds: Double) {
    self.progress = progress
    intervalNs = UInt64(intervalSeconds * 1e9)
  }

  /// The next heartbeat where it is due; the first is due at once.
  mutating func next(
    nowNs: UInt64, sequence: UInt64, activeAlarms: Int, isKeeping: Bool
  ) -> Heartbeat? {
    guard toldNs == 0 || nowNs - toldNs >= intervalNs else { return nil }
    toldNs = nowNs
    var troubles: [String] = []
    for (name, count) in progress.counts() {
      if let last = beats[name], last == count {
        troubles.append("the thread \(name) stands still")
      }
      beats[name] = count
    }
    if troubles.isEmpty { counter += 1 }
    if !isKeeping { troubles.append("alerts are published but not kept: the journal fails") }
    let heartbeat = Heartbeat(
      run: run, counter: counter, intervalSeconds: Double(intervalNs) / 1e9,
      sequence: Int64(sequence), activeAlarms: activeAlarms, troubles: troubles,
      publishedAt: UTCTime.text(nanoseconds: AlertWriter.wallNs()))
    latest = heartbeat
    return heartbeat
  }
}
