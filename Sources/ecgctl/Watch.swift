import ArgumentParser
import ECGAlarm
import ECGWire
import Foundation
import Synchronization
import ZeroMQ

/// `ecgctl watch`: an operator. Shows alerts as they come, and ends with a summary.
struct Watch: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch",
    abstract: "Show alerts as they come.",
    discussion: """
      Shows one line per event, coloured by priority on a terminal (not where NO_COLOR is set). \
      Ends after --count events, after --until-idle seconds without one, or at Ctrl-C, with a \
      summary. With --json each line is the event as it came, and the summary goes to standard \
      error.
      """)

  @Option(help: "The daemon's alerts socket.")
  var endpoint = "tcp://127.0.0.1:5602"

  @Option(help: "Only this stream.")
  var stream: String?

  @Flag(help: "Print each event as it came: one JSON object a line.")
  var json = false

  @Option(help: "Leave after so many events.")
  var count: Int?

  @Option(help: "Leave after so many seconds without an event.")
  var untilIdle: Double?

  @OptionGroup var keys: ClientKeys

  func validate() throws {
    if let count, count < 1 { throw ValidationError("--count is 1 or more.") }
    if let untilIdle, !(untilIdle > 0) { throw ValidationError("--until-idle is more than 0.") }
  }

  func run() throws {
    onInterrupt()
    var summary = WatchSummary()
    var line = WatchLine(isColoured: isatty(STDOUT_FILENO) == 1 && !json)
    do throws(ZeroMQError) {
      var receiver = try WatchReceiver(endpoint, stream: stream, keys)
      while summary.events < count ?? .max, !watchIsInterrupted.load(ordering: .relaxed) {
        guard let message = try receiver.next(idleSeconds: untilIdle) else { break }
        guard let event = try? AlertEvent.decode(message) else {
          summary.unreadable += 1
          continue
        }
        // A topic is a prefix: "bed-1" brings "bed-12" too.
        guard stream == nil || event.stream == stream else { continue }
        if let lost = summary.take(event) {
          say("\(event.stream ?? "ecgd"): \(lost) events lost\n")
        }
        write(json ? String(decoding: message, as: UTF8.self) : line.text(event))
      }
    } catch {
      say("ecgctl watch: \(error)\n")
      throw ExitCode(EX_UNAVAILABLE)
    }
    if json { say(summary.text + "\n") } else { write(summary.text) }
  }

  private func onInterrupt() {
    _ = signal(SIGINT) { _ in watchIsInterrupted.store(true, ordering: .relaxed) }
    _ = signal(SIGTERM) { _ in watchIsInterrupted.store(true, ordering: .relaxed) }
  }

  /// At once, also into a pipe.
  private func write(_ text: String) {
    FileHandle.standardOutput.write(Data((text + "\n").utf8))
  }

  private func say(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}

/// Set by SIGINT and SIGTERM.
private let watchIsInterrupted = Atomic<Bool>(false)

/// Takes alerts from the socket, and tells how long nothing has come.
private struct WatchReceiver: ~Copyable {
  private var socket: Socket
  private var poller: Poller
  private static let turnMs = 100

  init(_ endpoint: String, stream: String?, _ keys: ClientKeys) throws(ZeroMQError) {
    var socket = try Socket(.sub, in: Context())
    // An operator must not lose alerts because its terminal is slow.
    try socket.set(.receiveHighWaterMark, 0)
    try socket.setHeartbeat(intervalMs: 2000, timeoutMs: 6000)
    try keys.show(on: &socket)
    try socket.connect(endpoint)
    try socket.subscribe(AlertTopic.prefix + (stream ?? ""))
    var poller = Poller()
    _ = poller.add(socket)
    self.socket = socket
    self.poller = poller
  }

  /// The next event's JSON; nil after an idle time or an interruption.
  mutating func next(idleSeconds: Double?) throws(ZeroMQError) -> [UInt8]? {
    let start = ContinuousClock.now
    while !watchIsInterrupted.load(ordering: .relaxed) {
      if let frames = try socket.receiveFrames(wait: false) {
        if frames.count == 2 { return frames[1] }
        continue
      }
      if let idleSeconds, start.duration(to: .now) >= .seconds(idleSeconds) { return nil }
      _ = try poller.wait(timeoutMs: Self.turnMs)
    }
    return nil
  }
}
