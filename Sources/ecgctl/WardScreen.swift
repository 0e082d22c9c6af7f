import ECGWire
import Foundation
import ZeroMQ

/// The ward on a terminal: a table that is drawn anew as things change, and keys that acknowledge
/// and pause.
struct WardScreen: ~Copyable {
  private var session: WatchSession
  private var table = WardTable()
  private let control: String
  private let stream: String?
  private let keys: ClientKeys
  private var polledAt: ContinuousClock.Instant?
  private var terminal = RawTerminal()

  private static let pauseSeconds = 120
  private static let pollEvery = Duration.seconds(1)

  init(
    alerts: String, control: String, stream: String?, _ keys: ClientKeys
  ) throws(ZeroMQError) {
    self.keys = keys
    self.control = control
    self.stream = stream
    session = try WatchSession(alerts: alerts, control: control, stream: stream, keys)
  }

  /// Runs until `isOver`, or until q is pressed.
  mutating func run(until isOver: () -> Bool) throws(ZeroMQError) {
    terminal.enter()
    defer { terminal.leave() }
    while !isOver() {
      for news in try session.next(waitMs: 100) { table.take(news) }
      pollIfDue()
      while let key = terminal.key() {
        if key == .quit { return }
        press(key)
      }
      terminal.draw(table.lines(columns: terminal.size.columns, rows: terminal.size.rows))
    }
  }

  private mutating func pollIfDue() {
    let now = ContinuousClock.now
    if let polledAt, polledAt.duration(to: now) < Self.pollEvery { return }
    polledAt = now
    var request = ControlRequest(.status)
    request.stream = stream
    let bytes = try? Status.ask(request, at: control, seconds: 0.5, keys: keys)
    let status = bytes.flatMap { try? ControlReply.decode($0).status }
    table.take(status)
  }

  private mutating func press(_ key: RawTerminal.Key) {
    switch key {
    case .up: table.move(-1)
    case .down: table.move(1)
    case .acknowledge:
      for alarm in table.chosenAlarms {
        var request = ControlRequest(.acknowledge)
        request.alarm = alarm.alarm
        ask(request, "acknowledged \(WatchLine.words(alarm.condition))")
      }
    case .pause: ask(.pause, "alarms paused for \(Self.pauseSeconds) s")
    case .resume: ask(.resume, "alarms resumed")
    case .quit: break
    }
  }

  private mutating func ask(_ name: ControlRequest.Name, _ done: String) {
    guard let bed = table.chosenBed else { return }
    var request = ControlRequest(name)
    request.stream = bed
    if name == .pause { request.seconds = Self.pauseSeconds }
    ask(request, "\(bed): \(done)")
  }

  private mutating func ask(_ request: ControlRequest, _ done: String) {
    var request = request
    request.by = ProcessInfo.processInfo.environment["USER"]
    let reply = (try? Status.ask(request, at: control, seconds: 2, keys: keys)).flatMap {
      try? ControlReply.decode($0)
    }
    table.message = reply.map { $0.error?.description ?? done } ?? "no answer from the daemon"
    polledAt = nil
  }
}
