import ArgumentParser
import ECGWire
import Foundation
import ZeroMQ

/// `ecgctl status`: asks the daemon how it and its streams stand.
struct Status: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Ask the daemon how it and its streams stand.",
    discussion: "Leaves with status 69 where no daemon answers.")

  @Option(help: "The daemon's control socket.")
  var endpoint = "tcp://127.0.0.1:5604"

  @Option(help: "Only this stream.")
  var stream: String?

  @Option(help: "Seconds to wait for an answer.")
  var timeout = 3.0

  @Flag(help: "Print the reply as it came: one JSON object.")
  var json = false

  @OptionGroup var keys: ClientKeys

  func run() throws {
    var request = ControlRequest(.status)
    request.stream = stream
    let answer: [UInt8]?
    do throws(ZeroMQError) {
      answer = try Self.ask(request, at: endpoint, seconds: timeout, keys: keys)
    } catch {
      return try fail("\(error)")
    }
    guard let bytes = answer else {
      return try fail("no daemon answers at \(endpoint) within \(timeout) s; is ecgd running?")
    }
    guard let reply = try? ControlReply.decode(bytes) else {
      return try fail("what answers at \(endpoint) is no ecgd of this version")
    }
    if let error = reply.error { return try fail(error.description) }
    if json { return print(String(decoding: bytes, as: UTF8.self)) }
    guard let status = reply.status else { return try fail("the reply holds no status") }
    print(StatusTable(isColoured: isatty(STDOUT_FILENO) == 1).text(status))
  }

  /// One request and its reply; nil where none came in time.
  static func ask(
    _ request: ControlRequest, at endpoint: String, seconds: Double,
    keys: ClientKeys = .ofEnvironment
  ) throws(ZeroMQError) -> [UInt8]? {
    var socket = try Socket(.req, in: Context())
    let milliseconds = Int(min(max(seconds, 0.001), 3600) * 1000)
    try socket.set(.sendTimeout, milliseconds)
    try socket.set(.receiveTimeout, milliseconds)
    try keys.show(on: &socket)
    try socket.connect(endpoint)
    guard try socket.send(request.encoded()) else { return nil }
    return try socket.receiveFrames()?.first
  }

  private func fail(_ message: String) throws {
    FileHandle.standardError.write(Data("ecgctl status: \(message)\n".utf8))
    throw ExitCode(EX_UNAVAILABLE)
  }
}
