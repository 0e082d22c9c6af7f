import ECGWire
import Synchronization

/// The figures that /metrics tells: what the daemon counts itself, and what is counted here from
/// what it publishes.
final class WardMetrics: Sendable {
  struct State: Sendable {
    var isUp = false
    var status: StatusReport?
  }

  let state = Mutex(State())

  func setLink(isUp: Bool) {
    state.withLock { $0.isUp = isUp }
  }

  var isUp: Bool { state.withLock { $0.isUp } }

  func text(_ hub: Hub.Figures) -> String { "" }

  func set(_ status: StatusReport) { state.withLock { $0.status = status } }

  func count(_ alert: LiveAlert) {}

  func count(_ waves: [WaveArrival]) {}
}
