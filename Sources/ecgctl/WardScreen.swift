import ECGAlarm
import ECGWire
import Foundation
import ZeroMQ

/// The ward on a terminal: a table that is drawn anew as things change, and keys that acknowledge
/// and pause.
struct WardScreen: ~Copyable {
  private var session: WatchSession
  private var desk: WardDesk
  private var table = WardTable()
  private var terminal = RawTerminal()
  private var drawn: [String] = []

  private static let pauseSeconds = 120
  private static let turnMs = 100

  init(
    alerts: String, control: String, stream: String?, _ keys: ClientKeys
  ) throws(ZeroMQError) {
    let session = try WatchSession(alerts: alerts, control: control, stream: stream, keys)
    let desk = try WardDesk(control: control, stream: stream, keys)
    self.session = consume session
    self.desk = consume desk
  }

  /// Runs until `isOver`, or until q is pressed.
  mutating func run(until isOver: () -> Bool) throws(ZeroMQError) {
    terminal.enter()
    defer { terminal.leave() }
    while !isOver() {
      for news in try session.next(waitMs: Self.turnMs) { table.take(news) }
      for answer in try desk.turn() { table.take(answer) }
      table.isAway = desk.isAway
      while let key = terminal.key() {
        if key == .quit { return }
        try press(key)
      }
      draw()
    }
  }

  /// Only what differs from what the terminal shows already.
  private mutating func draw() {
    let (columns, rows) = terminal.size
    let lines = WardLines(table, columns: columns, rows: rows).text
    guard lines != drawn else { return }
    drawn = lines
    terminal.draw(lines)
  }

  private mutating func press(_ key: RawTerminal.Key) throws(ZeroMQError) {
    switch key {
    case .up: table.move(-1)
    case .down: table.move(1)
    case .nextAlarm: table.moveToAlarm()
    case .acknowledge: try acknowledge()
    case .pause: try ask(.pause, "alarms paused for \(Self.pauseSeconds) s")
    case .resume: try ask(.resume, "alarms no longer paused")
    case .quit: break
    }
  }

  private mutating func acknowledge() throws(ZeroMQError) {
    guard let bed = table.chosenBed else { return }
    let alarms = table.alarms(of: bed).filter { $0.presence != .acknowledged }
    if alarms.isEmpty { table.message = "\(bed): there is no alarm to acknowledge" }
    for alarm in alarms {
      var request = ControlRequest(.acknowledge)
      request.alarm = alarm.alarm
      try ask(request, "\(bed): \(WatchLine.words(alarm.condition)) acknowledged")
    }
  }

  private mutating func ask(_ name: ControlRequest.Name, _ done: String) throws(ZeroMQError) {
    guard let bed = table.chosenBed else { return }
    var request = ControlRequest(name)
    request.stream = bed
    if name == .pause { request.seconds = Self.pauseSeconds }
    try ask(request, "\(bed): \(done)")
  }

  private mutating func ask(_ request: ControlRequest, _ done: String) throws(ZeroMQError) {
    var request = request
    request.by = NSUserName()
    if let refused = try desk.ask(request, done: done) { table.take(refused) }
    desk.hurry()
  }
}
