import ECGCore

/// A line on standard error that says how far a replay is; rewritten on a terminal, and repeated
/// at every tenth elsewhere.
struct ReplayProgress {
  let isShown: Bool
  /// The samples to play; nil for a loop without end.
  let total: Int?
  let rate: SampleRate

  private let began = ReplayClock.monotonicNs()
  private var last: Int64 = 0
  private var lastTenth = 0

  private static let intervalNs: Int64 = 200_000_000

  init(isShown: Bool, total: Int?, rate: SampleRate) {
    self.isShown = isShown
    self.total = total
    self.rate = rate
  }

  mutating func show(samples: Int) {
    guard isShown else { return }
    let now = ReplayClock.monotonicNs()
    let isEnd = samples == total
    guard now - last >= Self.intervalNs || isEnd else { return }
    last = now
    if !ReplayConsole.isTerminal {
      let tenth = total.map { samples * 10 / $0 } ?? Int(Double(samples) / rate.hertz / 60)
      guard tenth > lastTenth else { return }
      lastTenth = tenth
    }
    let seconds = Double(samples) / rate.hertz
    let speed = seconds / max(1e-9, Double(now - began) * 1e-9)
    var line = "replay \(Self.tenths(seconds)) s"
    if let total {
      line += " of \(Self.tenths(Double(total) / rate.hertz)) s (\(samples * 100 / total)%)"
    }
    line += ", \(Self.tenths(speed)) x real time"
    ReplayConsole.write(ReplayConsole.isTerminal ? "\r\(line)\u{1b}[K" : line + "\n")
  }

  func finish() {
    if isShown, ReplayConsole.isTerminal { ReplayConsole.write("\n") }
  }

  private static func tenths(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
}
