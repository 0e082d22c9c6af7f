import ECGCore
import ECGWire
import Foundation
import Testing
import ZeroMQ

@Suite(.enabled(if: Python.isPresent, "no Python with pyzmq: set ECGD_PYTHON"))
struct OperatorExampleTests {
  @Test func thePythonOperatorPrintsOurAlerts() throws {
    let context = try Context()
    var publisher = try testSocket(.xpub, context)
    try publisher.bind("tcp://127.0.0.1:*")
    let output = Pipe()
    let client = try Python.start(
      [Python.example("operator_client.py"), try publisher.lastEndpoint], output: output)
    defer { Python.end(client) }
    // Its subscription says that it is there.
    #expect(try publisher.receiveFrames() == [[1] + Array("alert/".utf8)])
    for event in [AlertSamples.event(), AlertSamples.daemonEvent] {
      #expect(
        try publisher.send(AlertTopic.bytes(event.stream.flatMap { StreamID($0) }), more: true))
      #expect(try publisher.send(event.encoded()))
    }
    var text = ""
    while text.split(separator: "\n").count < 2 || !text.hasSuffix("\n") {
      let data = output.fileHandleForReading.availableData
      guard !data.isEmpty else { break }
      text += String(decoding: data, as: UTF8.self)
    }
    #expect(
      text == """
        medium start bed-1 abnormalBeats the beats do not look like this patient's
        medium start None streamLimit stream bed-9 was refused

        """)
  }
}
