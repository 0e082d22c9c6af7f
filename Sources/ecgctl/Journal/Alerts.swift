import ArgumentParser
import ECGAlarm
import ECGCore
import ECGJournal
import ECGWire
import Foundation

/// `ecgctl alerts`: reads the journal, beside the daemon or without it.
struct Alerts: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "alerts",
    abstract: "Read the journal of alerts.",
    subcommands: [AlertsList.self, AlertsShow.self], defaultSubcommand: AlertsList.self)

  /// Says why, and leaves.
  static func fail(_ message: String, _ status: Int32) -> any Error {
    FileHandle.standardError.write(Data("ecgctl alerts: \(message)\n".utf8))
    return ExitCode(status)
  }

  static func open(_ options: JournalOptions) throws -> AlertJournal {
    let kind = try? URL(filePath: options.path).resourceValues(forKeys: [.isDirectoryKey])
    guard let kind else {
      throw fail(
        "\(options.path): no such file; expected a daemon's journal, alerts.sqlite in its state "
          + "directory (--journal)", EX_NOINPUT)
    }
    guard kind.isDirectory != true else {
      throw fail("\(options.path): a folder; expected the file of a journal", EX_NOINPUT)
    }
    do throws(JournalError) {
      return try AlertJournal(reading: options.path)
    } catch .unwritable(let path, let detail) {
      throw fail("\(path): cannot be read: \(detail)", EX_NOINPUT)
    } catch .corrupt(let path, let detail) {
      throw fail("\(path): is no sound journal: \(detail)", EX_DATAERR)
    } catch {
      throw fail("\(error)", EX_NOINPUT)
    }
  }
}

/// `ecgctl alerts list`: the events, one a line.
struct AlertsList: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List alert events.",
    discussion: "ecgctl alerts --since 1h --stream bed-1 --json")

  @OptionGroup var options: JournalOptions

  @Option(help: "Only this stream.")
  var stream: String?

  @Flag(help: "Print each event as it was published: one JSON object a line.")
  var json = false

  func run() throws {
    var id: StreamID?
    if let stream {
      guard let named = StreamID(stream) else {
        throw ValidationError("--stream \(stream): is no stream's name.")
      }
      id = named
    }
    let sinceMs = try options.sinceMs()
    let journal = try Alerts.open(options)
    var line = WatchLine(isColoured: isatty(STDOUT_FILENO) == 1)
    var count = 0
    try JournalOptions.events(journal, sinceMs: sinceMs, stream: id) { event, entry in
      count += 1
      if json {
        print(String(decoding: entry.json, as: UTF8.self))
      } else {
        print(WatchLine.left(event.id, 16) + "  " + line.text(event))
      }
    }
    if !json { print("\(count) \(count == 1 ? "event" : "events")") }
  }
}

/// `ecgctl alerts show ID`: one alarm, from start to end, with its strip of ECG.
struct AlertsShow: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show one alarm with the ECG around its onset.",
    discussion: """
      Draws the ECG from 10 s before to 10 s after the onset, with what the network made of it and \
      the error between them; or writes it on ECG paper, 25 mm/s and 10 mm/mV.
      """)

  @Argument(help: "The id of an event, or of an alarm.")
  var id: String

  @OptionGroup var options: JournalOptions

  @Option(help: "Write the strip on ECG paper to this SVG file.")
  var svg: String?

  @Option(help: "Columns of the drawing.")
  var width: Int?

  func run() throws {
    let journal = try Alerts.open(options)
    guard let entry = try journal.event(id: id), let event = try? AlertEvent.decode(entry.json)
    else { throw Alerts.fail("\(options.path): there is no event \(id)", EX_NOINPUT) }
    let strip = try journal.strip(alarm: event.alarm).flatMap { AlertStrip($0) }
    if let svg {
      guard let strip else {
        throw Alerts.fail("no ECG was kept with the alarm \(event.alarm)", EX_NOINPUT)
      }
      do {
        try StripPaper(strip: strip, event: event).svg.write(
          toFile: svg, atomically: true, encoding: .utf8)
      } catch {
        throw Alerts.fail("\(svg) cannot be written", EX_CANTCREAT)
      }
      return
    }
    var line = WatchLine(isColoured: isatty(STDOUT_FILENO) == 1)
    try JournalOptions.events(
      journal, sinceMs: nil, stream: StreamID(event.stream ?? "")
    ) { other, _ in
      if other.alarm == event.alarm { print(line.text(other)) }
    }
    print("")
    if let strip {
      print(StripDrawing(strip: strip, columns: width ?? Self.terminalColumns).text)
    } else {
      print("No ECG was kept with this alarm.")
    }
  }

  private static var terminalColumns: Int {
    var size = winsize()
    let asked = unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size)
    return asked == 0 && size.ws_col > 20 ? Int(size.ws_col) : 100
  }
}
