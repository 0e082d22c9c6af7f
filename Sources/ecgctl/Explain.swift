import ArgumentParser
import ECGWire
import Foundation
import ZeroMQ

/// `ecgctl explain`: draws what the daemon learnt of a patient, and the last beat that it found
/// abnormal.
struct Explain: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Draw what was learnt of a stream, and its last abnormal beat.",
    discussion: "Leaves with status 69 where no daemon answers, or the stream is not watched.")

  @Argument(help: "The stream.")
  var stream: String

  @Option(help: "The daemon's control socket.")
  var endpoint = "tcp://127.0.0.1:5604"

  @Option(help: "Also write the picture to this SVG file.", completion: .file(extensions: ["svg"]))
  var svg: String?

  @Option(help: "Seconds to wait for an answer.")
  var timeout = 3.0

  @Flag(help: "Print the reply as it came: one JSON object.")
  var json = false

  @OptionGroup var keys: ClientKeys

  func run() throws {
    var request = ControlRequest(.explain)
    request.stream = stream
    let answer: [UInt8]?
    do throws(ZeroMQError) {
      answer = try Status.ask(request, at: endpoint, seconds: timeout, keys: keys)
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
    guard let explanation = reply.explanation else { return try fail("the reply explains nothing") }
    print(json ? String(decoding: bytes, as: UTF8.self) : ExplainText(explanation).text)
    guard let svg else { return }
    do {
      try Data(ExplainPicture(explanation).svg.utf8).write(to: URL(filePath: svg))
    } catch {
      try fail("\(svg): \(error.localizedDescription)", status: EX_CANTCREAT)
    }
  }

  private func fail(_ message: String, status: Int32 = EX_UNAVAILABLE) throws {
    FileHandle.standardError.write(Data("ecgctl explain: \(message)\n".utf8))
    throw ExitCode(status)
  }
}
