/// A bar on standard error, rewritten in place; nothing where that is no terminal.
struct EvaluationProgress: Sendable {
  let total: Int
  private let isShown = ReplayConsole.isTerminal
  private static let width = 30

  init(total: Int) {
    self.total = total
    show(0)
  }

  func show(_ done: Int) {
    guard isShown, total > 1 else { return }
    let filled = Self.width * done / total
    let bar =
      String(repeating: "=", count: filled) + String(repeating: " ", count: Self.width - filled)
    ReplayConsole.write("\r[\(bar)] \(done)/\(total) records\u{1b}[K")
    if done == total { ReplayConsole.write("\r\u{1b}[K") }
  }
}
