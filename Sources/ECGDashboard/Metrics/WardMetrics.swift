import ECGWire
import Foundation
import Synchronization

/// The figures that /metrics tells: what the daemon counts itself, and what is counted here from
/// what it publishes.
final class WardMetrics: Sendable {
  struct AlarmKey: Hashable, Sendable {
    var condition: String
    var kind: String
    var priority: String
  }

  struct State: Sendable {
    var isUp = false
    var status: StatusReport?
    /// Alarms that started while this program listened.
    var started: [AlarmKey: Int] = [:]
    /// Beds times seconds that were watched meanwhile.
    var bedSeconds = 0.0
    var statusAtNs: UInt64?
    var scores = FixedHistogram(
      bounds: [0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 1])
    var overLimit = 0
    var frames = [0, 0]
    /// Seconds from the arrival of a packet to the publishing of the alert that it completes.
    var alertDelay = FixedHistogram(
      bounds: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10])
  }

  private let state = Mutex(State())
  let version: String

  init(version: String) { self.version = version }

  var isUp: Bool { state.withLock { $0.isUp } }

  func setLink(isUp: Bool) {
    state.withLock { state in
      state.isUp = isUp
      if !isUp { state.statusAtNs = nil }
    }
  }

  func set(_ status: StatusReport, nowNs: UInt64 = Clock.monotonicNs()) {
    let watched = status.streams.count { $0.state != .silent }
    state.withLock { state in
      if let last = state.statusAtNs, nowNs > last {
        state.bedSeconds += Double(nowNs - last) / 1e9 * Double(watched)
      }
      state.statusAtNs = nowNs
      state.status = status
    }
  }

  func count(_ alert: LiveAlert) {
    let delay = Self.seconds(from: alert.receivedAt, to: alert.publishedAt)
    state.withLock { state in
      guard alert.isStart else { return }
      let key = AlarmKey(condition: alert.condition, kind: alert.kind, priority: alert.priority)
      state.started[key, default: 0] += 1
      if let delay { state.alertDelay.add(max(0, delay)) }
    }
  }

  func count(_ waves: [WaveArrival]) {
    guard !waves.isEmpty else { return }
    state.withLock { state in
      for wave in waves {
        guard let facts = WaveFacts(wave.frame) else { continue }
        state.frames[facts.isReconstruction ? 1 : 0] += 1
        guard facts.isReconstruction, !facts.score.isNaN else { continue }
        state.scores.add(Double(facts.score))
        if facts.score >= facts.limit { state.overLimit += 1 }
      }
    }
  }

  func text(_ hub: Hub.Figures) -> String {
    let state = state.withLock { $0 }
    var text = PrometheusText()
    text.writeDaemon(state)
    text.writeStreams(state)
    text.writeAlarms(state, hub)
    text.writePage(state, hub, version: version)
    return text.text
  }

  private static func seconds(from: String?, to: String?) -> Double? {
    guard let from, let to, let a = date(from), let b = date(to) else { return nil }
    return b.timeIntervalSince(a)
  }

  private static func date(_ text: String) -> Date? {
    try? Date(
      text,
      strategy: .iso8601.year().month().day().timeZone(separator: .omitted)
        .time(includingFractionalSeconds: text.contains(".")))
  }
}

/// The few fields of a waveform frame that are counted.
struct WaveFacts {
  let isReconstruction: Bool
  let score: Float
  let limit: Float

  /// Nil for what is no cleaned ECG and no reconstruction.
  init?(_ frame: [UInt8]) {
    guard frame.count >= WaveformHeader.byteCount,
      let kind = WaveformHeader.Kind(rawValue: frame[5]), kind != .latent
    else { return nil }
    isReconstruction = kind == .reconstruction
    score = Self.float(frame, 60)
    limit = Self.float(frame, 64)
  }

  private static func float(_ frame: [UInt8], _ at: Int) -> Float {
    var bits: UInt32 = 0
    for i in (0..<4).reversed() { bits = bits << 8 | UInt32(frame[at + i]) }
    return Float(bitPattern: bits)
  }
}
