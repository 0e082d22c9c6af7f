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
      On a terminal it shows a table of the ward, and takes keys: arrows choose a bed, n the next \
      one in alarm, a acknowledges its alarms, p pauses them for two minutes, r resumes, q leaves. \
      Into a pipe, or with --lines, it shows first the alarms that are on, then one line per \
      event, coloured by priority on a terminal (not where NO_COLOR is set). Ends after --count \
      events, after --until-idle seconds without one, or at Ctrl-C, with a summary. With --json \
      each line is the event as it came, and the summary goes to standard error.
      """)

  @Option(help: "The daemon's alerts socket.")
  var endpoint = "tcp://127.0.0.1:5602"

  @Option(help: "The daemon's control socket.")
  var control = "tcp://127.0.0.1:5604"

  @Option(help: "Only this stream.")
  var stream: String?

  @Flag(help: "Print each event as it came: one JSON object a line.")
  var json = false

  @Flag(help: "Lines on a terminal too, instead of the table.")
  var lines = false

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
    if isatty(STDOUT_FILENO) == 1, isatty(STDIN_FILENO) == 1, !json, !lines, count == nil,
      untilIdle == nil
    {
      return try runTable()
    }
    var summary = WatchSummary()
    var line = WatchLine(isColoured: isatty(STDOUT_FILENO) == 1 && !json)
    do throws(ZeroMQError) {
      var session = try WatchSession(alerts: endpoint, control: control, stream: stream, keys)
      var heard = ContinuousClock.now
      watching: while !watchIsInterrupted.load(ordering: .relaxed) {
        for news in try session.next(waitMs: 100) {
          switch news {
          case .snapshot(let events):
            for event in events where !json { write(line.text(event) + "  (on already)") }
          case .event(let event, let bytes):
            heard = .now
            if let lost = summary.take(event) {
              say("\(event.stream ?? "ecgd"): \(lost) events lost\n")
            }
            write(json ? String(decoding: bytes, as: UTF8.self) : line.text(event))
            if summary.events >= count ?? .max { break watching }
          case .lost(let count): say("\(count) events lost: the journal does not have them\n")
          case .renumbered: say("the daemon counts its events anew\n")
          case .away: say("no answer from the daemon at \(control): nobody watches\n")
          case .back: say("the daemon answers again\n")
          }
        }
        if let untilIdle, heard.duration(to: .now) >= .seconds(untilIdle) { break }
      }
    } catch {
      say("ecgctl watch: \(error)\n")
      throw ExitCode(EX_UNAVAILABLE)
    }
    if json { say(summary.text + "\n") } else { write(summary.text) }
  }

  private func runTable() throws {
    do throws(ZeroMQError) {
      var ward = try WardScreen(alerts: endpoint, control: control, stream: stream, keys)
      try ward.run { watchIsInterrupted.load(ordering: .relaxed) }
    } catch {
      say("ecgctl watch: \(error)\n")
      throw ExitCode(EX_UNAVAILABLE)
    }
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
